import { Refusal } from "../../core/refusal.js";
import { StoreUnavailableError } from "../../core/store-error.js";

/** SQLSTATE classes of connections that fail and of servers that stop or start, and the system's codes of sockets. */
const LOST = /^(08|57P|E[A-Z]+)/;
/** Those of a server that cannot serve: no connections or memory left, statements that were cancelled. */
const UNABLE = /^(53|57)/;
const LOST_IN_WORDS =
  /Connection terminated|Client was closed|[Rr]eceived (unexpected|invalid response)|not queryable|timeout exceeded|timeout expired|read timeout/;

/** Whether an error means that the connection broke, and everything with it that was asked on it. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return LOST.test(codeOf(error)) || LOST_IN_WORDS.test(error.message);
}

/** SQLSTATE too_many_connections. */
const TOO_MANY = "53300";
/** The pool's own word for a connection that did not become free in time. */
const NONE_FREE = /^timeout exceeded when trying to connect$/;

/** Whether all connections are in use: the pool's, or those that the server has for us. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && (codeOf(error) === TOO_MANY || NONE_FREE.test(error.message));
}

/** Whether an error means that PostgreSQL is unreachable, unable or too slow, rather than asked wrongly. */
export function isPostgresOutage(error: unknown): boolean {
  return isConnectionLoss(error) || (error instanceof Error && UNABLE.test(codeOf(error)));
}

/** The failure that came first: statements behind it only say that the transaction is aborted. Anything else that went wrong, otherwise. */
export async function firstFailure(asked: readonly Promise<unknown>[], otherwise: unknown): Promise<unknown> {
  for (const outcome of await Promise.allSettled(asked)) {
    if (outcome.status === "rejected") return outcome.reason;
  }
  return otherwise;
}

function codeOf(error: Error): string {
  // Its codes are for clients.
  if (error instanceof Refusal) return "";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Connection failures, shutdowns and timeouts of PostgreSQL as StoreUnavailableError; anything else as it is. */
export function unavailable(error: unknown): unknown {
  return isPostgresOutage(error) ? new StoreUnavailableError("POSTGRES", { cause: error }) : error;
}
