import {
  BSON,
  MongoClientClosedError,
  MongoDriverError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoParseError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb";

const CONNECTION_ERRORS = [
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  // Of connections that were given up.
  MongoClientClosedError,
  // An answer that cannot be read.
  MongoParseError,
  BSON.BSONError,
];

/** What the driver does not export: no connection within the time, and a pool that has been closed. */
const POOL_ERRORS = new Set(["MongoWaitQueueTimeoutError", "MongoPoolClosedError"]);

/** Answers of a server that cannot serve at present, by MongoDB's error codes. */
const UNABLE_CODES = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  50, // MaxTimeMSExpired
  89, // NetworkTimeout
  91, // ShutdownInProgress
  133, // FailedToSatisfyReadPreference
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9001, // SocketException
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/** The system's codes: the driver passes on what a write to a socket says that the server has closed just now. */
const SOCKET_CODE = /^E[A-Z]+$/;

/** Whether an error of the driver means that the server is unreachable, unable or too slow, rather than asked wrongly. */
export function isMongoOutage(error: unknown): boolean {
  if (CONNECTION_ERRORS.some((kind) => error instanceof kind)) return true;
  if (error instanceof MongoDriverError && POOL_ERRORS.has(error.name)) return true;
  // What a signal of `AbortSignal.timeout` rejects with.
  if (error instanceof DOMException) return error.name === "TimeoutError";
  if (error instanceof MongoServerError) return UNABLE_CODES.has(Number(error.code));
  return error instanceof Error && SOCKET_CODE.test(String((error as { code?: unknown }).code));
}
