import { StoreUnavailableError } from "../store-error.js";

/** Connection failures, shutdowns and timeouts of PostgreSQL as StoreUnavailableError; anything else as it is. */
export function unavailable(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  const refused = typeof code === "string" && /^(08|53|57|E[A-Z]+)/.test(code);
  return refused || /Connection terminated|timeout exceeded/.test(error.message)
    ? new StoreUnavailableError("POSTGRES", { cause: error })
    : error;
}
