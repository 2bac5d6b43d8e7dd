import { Refusal } from "../refusal.js";
import { StoreUnavailableError } from "../store-error.js";

/** The failure that came first: statements behind it only say that the transaction is aborted. Anything else that went wrong, otherwise. */
export async function firstFailure(asked: readonly Promise<unknown>[], otherwise: unknown): Promise<unknown> {
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === "rejected") return outcome.reason;
  }
  return otherwise;
}

/** Connection failures, shutdowns and timeouts of PostgreSQL as StoreUnavailableError; anything else as it is. */
export function unavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Refusal) return error;
  const code = (error as { code?: unknown }).code;
  const refused = typeof code === "string" && /^(08|53|57|E[A-Z]+)/.test(code);
  return refused || /Connection terminated|timeout exceeded/.test(error.message)
    ? new StoreUnavailableError("POSTGRES", { cause: error })
    : error;
}
