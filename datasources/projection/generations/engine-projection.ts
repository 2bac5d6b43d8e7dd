import { type Tenant } from "../../core/tenant.js";

/**
 * What an engine adds to its projection: how facts are put into a generation, and how generations come and go.
 * Everything may be repeated. All of it throws StoreUnavailableError when the engine does not answer.
 *
 * @typeParam T the facts that it is filled with.
 */
export interface EngineProjection<T> {
  /** What its generations are called: `titles` of `titles_0003`. */
  readonly label: string;
  /** Names the form in which it stores: where that changes, a fresh generation is filled. */
  readonly form: string;
  /** How long a read may go on that began while its generation was live. Milliseconds. */
  readonly readMs: number;
  /** Makes collections, indexes, mappings, constraints where they are missing: those that tenants share, and a tenant's own. */
  prepare(tenant?: Tenant): Promise<void>;
  /** Makes a generation, empty. */
  open(tenant: Tenant, generation: number): Promise<void>;
  /** Whether a generation was made here and has not gone since. */
  has(tenant: Tenant, generation: number): Promise<boolean>;
  /** How much a generation holds. */
  count(tenant: Tenant, generation: number): Promise<number>;
  /**
   * Puts facts into a generation; of a fact that is there in a higher revision nothing. One that has gone takes nothing.
   *
   * @param filling whether the generation is being filled, so that nobody reads it before it is complete.
   */
  put(tenant: Tenant, generation: number, facts: readonly T[], filling?: boolean): Promise<void>;
  /**
   * Finishes a generation that holds everything, before it is read.
   *
   * @param before the generation that was read until then, where there was one.
   */
  complete?(tenant: Tenant, generation: number, before: number | null): Promise<void>;
  /** Removes what a tenant has in any generation but these. */
  drop(tenant: Tenant, kept: readonly number[]): Promise<void>;
  /** Removes what a tenant has to itself beside its generations: a database. */
  forget?(tenant: Tenant): Promise<void>;
  /** Removes what a tenant has in a place that it has been moved away from, where that is another than where it is now. */
  leave?(tenant: Tenant): Promise<void>;
  /** How much there is of a tenant, in whatever generation and form. */
  held(tenant: Tenant): Promise<number>;
}
