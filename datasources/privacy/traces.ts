import { type StoreName } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** Where something was found: a table, a collection, an index, a kind of node; and in how many entries. */
export interface Trace {
  place: string;
  entries: number;
}

/** Looks through everything that a store has of a tenant. */
export interface TraceSearch {
  readonly store: StoreName;
  /** Every place in which one of the texts is mentioned; none where none is. */
  search(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]>;
  /** What it holds of profiles, as JSON; nothing of a store that only holds what titles are. */
  heldOf(tenant: Tenant, profiles: readonly string[]): Promise<object[]>;
}
