import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";

/** What was asked of a store; while that is down, something else, and the request's log notes the store. */
export async function orElse<T>(
  { calls }: Pick<StoreRequest, "calls">,
  asked: Promise<T>,
  instead: T,
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    calls.missed.add(error.store);
    return instead;
  }
}

/** The rows that were asked of a store; none while that is down, as with `orElse`. */
export function orNone<T>(request: Pick<StoreRequest, "calls">, rows: Promise<T[]>): Promise<T[]> {
  return orElse<T[]>(request, rows, []);
}
