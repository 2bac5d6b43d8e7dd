import { type StoreRequest } from "../core/store-request.js";

/** When licences begin and end: known to PostgreSQL, whichever store answers what follows from them. */
export interface LicenceChanges {
  /** The first instant after another at which a licence of any title does; Infinity where none will. Milliseconds since 1970. */
  nextAfter(request: StoreRequest, at: Date): Promise<number>;
}
