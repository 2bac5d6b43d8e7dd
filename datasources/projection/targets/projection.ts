import { type Tenant } from "../../core/tenant.js";

/** What a projection holds for a tenant. */
export interface ProjectionStatus {
  /** Documents, or nodes, of the live target. */
  entries: number;
  /** Name of the live target (`titles_0003`); null where nothing has been built yet. */
  live: string | null;
}

/**
 * A projection of facts in a store of its own: can be prepared, asked, and rebuilt beside the live one.
 * Everything is idempotent; two processes that prepare or rebuild at once end with one live target.
 */
export interface Projection<T> {
  /** Makes collections, indexes, mappings, constraints of the current version where they are missing. */
  prepare(): Promise<void>;
  status(tenant: Tenant): Promise<ProjectionStatus>;
  /**
   * Whether anything has been built or is being built. Until then nothing needs to be put: the first rebuild, which
   * begins later, reads it from the facts.
   */
  receives(tenant: Tenant): Promise<boolean>;
  /** Whether a fresh target is being filled just now. */
  isReplaced?(tenant: Tenant): Promise<boolean>;
  /**
   * Fills a fresh target with everything there is and switches to it; reads go on against the old one until then, and
   * what is put meanwhile reaches the fresh one too. The old target is removed. A failure leaves the old one live.
   */
  rebuild(tenant: Tenant, batches: AsyncIterable<readonly T[]>): Promise<void>;
}
