import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Logger } from "./logger.js";

/**
 * Logs what a client is not shown: an outage as a warning, anything else as an error of ours.
 *
 * @param where what the line says beside it, the request's id first.
 */
export function logFailure(cause: unknown, where: object, logger: Logger): void {
  if (cause instanceof StoreUnavailableError)
    logger.warn({ ...where, store: cause.store, cause: cause.cause }, cause.message);
  else logger.error({ ...where, err: cause }, "Unexpected error");
}
