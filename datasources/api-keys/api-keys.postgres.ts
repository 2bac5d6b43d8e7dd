import { auditInsert } from "../audit/audit-append.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { readLatest } from "../engines/postgres/keyset.postgres.js";
import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type Placed } from "../operations/operations.js";
import { type ApiKeyRecord, type ApiKeys, type NewApiKey } from "./api-keys.js";

const KEY = sql`id, name, scope, created_at as "createdAt", expires_at as "expiresAt",
  last_used_at as "lastUsedAt", revoked_at as "revokedAt"`;

/** Keys of machines in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresApiKeys implements ApiKeys {
  constructor(private readonly postgres: PostgresStore) {}

  async create(
    tenant: Tenant,
    { id, name, hash, scope, days }: NewApiKey,
    actor: AuditActor,
  ): Promise<ApiKeyRecord> {
    const act = { act: "API_KEY_CREATED", actor, subject: { apiKey: id } } as const;
    const [created] = await this.postgres.conclude<ApiKeyRecord>(tenant, () =>
      Promise.resolve(
        sql`with noted as (${auditInsert(act)})
            insert into api_keys (tenant_id, id, name, hash, scope, expires_at)
            values (current_setting('marquee.tenant')::int, ${id}, ${name}, ${hash}, ${[...scope]}::text[],
                    now() + make_interval(days => ${days}))
            returning ${KEY}`,
      ),
    );
    if (!created) throw new Error("A key was made and is not there");
    return created;
  }

  list(request: StoreRequest, page: Page): Promise<PageOf<Placed<ApiKeyRecord>>> {
    const keys = sql`select created_at as value, ${KEY} from api_keys`;
    return readLatest<ApiKeyRecord>(this.postgres, request, "apiKeys.list", keys, page);
  }

  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ApiKeyRecord>> {
    const found = sql`select ${KEY} from api_keys where id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "apiKeys.byIds", ids, found);
  }

  async revoke(tenant: Tenant, id: string, actor: AuditActor): Promise<ApiKeyRecord | null> {
    const act = { act: "API_KEY_REVOKED", actor, subject: { apiKey: id } } as const;
    const [revoked] = await this.postgres.conclude<ApiKeyRecord>(tenant, () =>
      Promise.resolve(
        sql`with good as (
              select 1 from api_keys where id = ${id} and revoked_at is null
            ), noted as (${auditInsert(act, sql`good`)})
            update api_keys set revoked_at = coalesce(revoked_at, now()) where id = ${id} returning ${KEY}`,
      ),
    );
    return revoked ?? null;
  }

  async scopeOf(request: StoreRequest, { id, hash }: { id: string; hash: string }): Promise<string[] | null> {
    const [good] = await this.postgres.read<{ scope: string[] }>(
      request,
      "apiKeys.scopeOf",
      sql`select scope from api_keys
          where id = ${id} and hash = ${hash} and revoked_at is null and expires_at > now()`,
    );
    return good?.scope ?? null;
  }

  async used(tenant: Tenant, id: string): Promise<void> {
    await this.postgres.conclude(tenant, () =>
      Promise.resolve(sql`update api_keys set last_used_at = now() where id = ${id}`),
    );
  }
}
