import { type ErasureState, type ExportState } from "../core/privacy-states.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type Marks } from "./mentions.js";
import { type Trace } from "./traces.js";

/** Names of the sagas. */
export const EXPORT_TASK = "export-account";
export const ERASURE_TASK = "erase-account";

/** Everything that is held about an account, put together for it. */
export interface AccountExport {
  id: string;
  accountId: string;
  state: ExportState;
  /** Size of the ZIP; 0 until it is ready. */
  bytes: number;
  /** ISO 8601. */
  askedAt: string;
  expiresAt: string;
}

export interface Erasure {
  id: string;
  state: ErasureState;
  /** ISO 8601. */
  askedAt: string;
}

/** An account that is being erased. */
export interface OpenErasure extends Erasure {
  marks: Marks;
}

/** What was done to erase an account, in figures: nothing of it says whose it was. */
export interface ErasureReceipt {
  /** Rows removed, or made nobody's, by table. */
  removed: Record<string, number>;
  /** Stores that were looked through in the end. */
  searched: string[];
}

/** Whoever was erased, as a backup or another deployment's copy is told of it. */
export interface Tombstone {
  /** SHA-256 of the tenant's id, a colon and the id of the account or profile; hexadecimal. */
  hash: string;
  /** ISO 8601. */
  erasedAt: string;
}

/** What accounts may ask for about themselves. */
export interface Privacy {
  /**
   * Asks for everything held about an account; the one that is under way or ready already is answered again.
   *
   * @param hours for how long it can be fetched.
   * @throws Refusal ACCOUNT_GONE.
   */
  askExport(tenant: Tenant, accountId: string, hours: number): Promise<AccountExport>;
  /** Exports that have not expired, by id; one store call. */
  exportsByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, AccountExport>>;
  /** Puts it together; once is enough. */
  runExport(tenant: Tenant, id: string): Promise<void>;
  /** The parts of one that is ready, one after the other. */
  exportParts(request: StoreRequest, id: string): AsyncIterable<Buffer>;
  /** Notes that it was fetched. */
  noteFetch(tenant: Tenant, id: string): Promise<void>;
  /**
   * Asks for an account to be erased; its sessions end at once.
   *
   * @throws Refusal ACCOUNT_GONE, CHECKOUT_IN_PROGRESS, or as `once` does for the key.
   */
  askErasure(tenant: Tenant, accountId: string, idempotencyKey: string): Promise<Erasure>;
  /** Those there are, by id; one store call. */
  erasuresByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, Erasure>>;
  /** One that is not done yet. */
  openErasure(tenant: Tenant, id: string): Promise<OpenErasure | null>;
  /** Takes the facts away, and tells projections; again, it does nothing. */
  eraseFacts(tenant: Tenant, id: string): Promise<void>;
  /** Takes what projections have been told of from their queue, where all have heard of the erasure; answers whether they have. */
  eraseEvents(tenant: Tenant, marks: Marks): Promise<boolean>;
  /** Every place in which something is left, by store. */
  searchTraces(tenant: Tenant, marks: Marks): Promise<(Trace & { store: string })[]>;
  /** Notes why it does not come to its end yet. */
  noteTraces(tenant: Tenant, id: string, traces: readonly Trace[]): Promise<void>;
  /** Ends it: what named the account goes, the receipt stays. */
  endErasure(tenant: Tenant, id: string): Promise<void>;
  /** Erasures of the tenant with their receipts, the latest first. */
  erasures(
    tenant: Tenant,
  ): Promise<(Erasure & { finishedAt: string | null; receipt: Partial<ErasureReceipt> })[]>;
  /** Whoever was erased. */
  tombstones(tenant: Tenant): Promise<Tombstone[]>;
  /** Has everybody who was erased and is there again erased once more; answers how many accounts and profiles. */
  reapply(tenant: Tenant, tombstones: readonly Tombstone[]): Promise<number>;
}
