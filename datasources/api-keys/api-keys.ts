import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** A key that a machine asks by, as operators see it. Instants are ISO 8601. */
export interface ApiKeyRecord {
  id: string;
  name: string;
  /** The fields that it is for: `Query.titles`. */
  scope: string[];
  createdAt: string;
  expiresAt: string;
  /** To the minute; null: never. */
  lastUsedAt: string | null;
  /** Null while it is good, as far as that goes. */
  revokedAt: string | null;
}

/** A key to be kept. */
export interface NewApiKey {
  id: string;
  name: string;
  /** SHA-256 of the key, in base64url. */
  hash: string;
  scope: readonly string[];
  /** How long it is good for. Days. */
  days: number;
}

/** Keys of a tenant's machines. */
export interface ApiKeys {
  /** @param by who makes it, for the log of who did what. */
  create(tenant: Tenant, key: NewApiKey, by: AuditActor): Promise<ApiKeyRecord>;
  /** A page of the keys, those made last first; one store call. */
  list(request: StoreRequest, page: Page): Promise<PageOf<{ position: Position; entry: ApiKeyRecord }>>;
  /** Those there are, by id; one store call. */
  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ApiKeyRecord>>;
  /** Ends a key for good; null where there is none of this id. One that has ended stays as it is. `by` as in `create`. */
  revoke(tenant: Tenant, id: string, by: AuditActor): Promise<ApiKeyRecord | null>;
  /** What a key that is shown is for; null where it is none, or none that is good now. */
  scopeOf(request: StoreRequest, key: { id: string; hash: string }): Promise<string[] | null>;
  /** Notes that a key was used now. */
  used(tenant: Tenant, id: string): Promise<void>;
}
