import { type Tenant } from "../../core/tenant.js";
import { type OwedWrites } from "./owed-writes.js";

/** Where the generations of a tenant's projection stand. */
export interface Standing {
  /** The one that is read, in the form that this program stores; null where there is none. */
  live: number | null;
  /** The one that somebody is filling; null while nobody is. */
  building: number | null;
  /** Whether a write to PostgreSQL and the engine has not reached the engine, whichever process it was of. */
  missed: boolean;
}

/** A generation that has been begun. */
export interface Begun {
  generation: number;
  /** The one that is read until then, in whatever form. */
  before: number | null;
  /** When it was begun, as the ledger writes instants: facts that are read for it are read later. */
  at: string;
}

/**
 * What is known of one target's generations, apart from its engine: which is read, which is being filled and by whom, and
 * which writes the engine is owed. One fills at a time; who gives no sign of life for a minute has died. Every method
 * throws StoreUnavailableError while the ledger cannot be asked.
 */
export interface GenerationLedger extends OwedWrites {
  standing(tenant: Tenant): Promise<Standing>;
  /** Begins a generation of a number of its own; null while somebody else fills one. */
  begin(tenant: Tenant, builder: string): Promise<Begun | null>;
  /** A sign of life. Answers false where another has taken over. */
  renew(tenant: Tenant, builder: string): Promise<boolean>;
  /**
   * Has the generation begun be read from now on. Answers false where another has taken over.
   *
   * @param madeUp writes that had been missed by then are in it; null where that cannot be said of any.
   */
  publish(tenant: Tenant, builder: string, madeUp: string | null): Promise<boolean>;
  /** Lets others begin. */
  end(tenant: Tenant, builder: string): Promise<void>;
  /** Forgets that the tenant had any. */
  forget(tenant: Tenant): Promise<void>;
}
