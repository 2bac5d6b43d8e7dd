import { type Tenant } from "../core/tenant.js";

/** Versions of titles that are not in force yet. */
export interface TitleSchedule {
  /**
   * Tells the projections of the titles whose next version has come into force since it was written: each such version
   * once, however many processes ask. Answers how many versions that were.
   */
  takeEffect(tenant: Tenant): Promise<number>;
}
