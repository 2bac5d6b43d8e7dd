import { StoreUnavailableError } from "../store-error.js";

/** SQLSTATE classes of connections that fail and of servers that stop or start, and the system's codes of sockets. */
const LOST = /^(08|57P|E[A-Z]+)/;
/** Those of a server that cannot serve: no connections or memory left, statements that were cancelled. */
const UNABLE = /^(53|57)/;
const LOST_IN_WORDS =
  /Connection terminated|Client was closed|not queryable|timeout exceeded|timeout expired/;

/** Whether an error means that the connection broke, and everything with it that was asked on it. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return LOST.test(codeOf(error)) || LOST_IN_WORDS.test(error.message);
}

/** Whether an error means that PostgreSQL is unreachable, unable or too slow, rather than asked wrongly. */
export function isPostgresOutage(error: unknown): boolean {
  return isConnectionLoss(error) || (error instanceof Error && UNABLE.test(codeOf(error)));
}

function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}

/** Connection failures, shutdowns and timeouts of PostgreSQL as StoreUnavailableError; anything else as it is. */
export function unavailable(error: unknown): unknown {
  return isPostgresOutage(error) ? new StoreUnavailableError("POSTGRES", { cause: error }) : error;
}
