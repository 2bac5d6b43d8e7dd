import { packageRoot } from "../process/package-root.js";
import { withoutValues } from "./without-values.js";

/** What may be told of an error, wherever others read it: what went wrong and where, and nothing of what it went wrong with. */
export interface ErrorFacts {
  type: string;
  /** What it says, without the values that it repeats. */
  message: string;
  /** Of the program, from the inside out; files as they lie in its folder. */
  stack: string[];
  /** What a driver or the system says in a word: an SQLSTATE, `ECONNREFUSED`, a name of a table, an HTTP status. */
  [name: string]: unknown;
  cause?: ErrorFacts;
}

/** Fields of errors whose values are names and numbers, never data. */
const NAMES = [
  "code",
  "codeName",
  "errno",
  "syscall",
  "severity",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "routine",
  "statusCode",
  "responseCode",
  "command",
  "store",
] as const;
/** A name or a number; anything else that stands there is left out. */
const NAME = /^[\w.-]{1,80}$/;
/** Whose messages may repeat a value as it is; their codes say as much. */
const CODE_ONLY = ["Neo4jError"];
/** How far causes are followed: one may be its own. */
const MOST_CAUSES = 5;

/** What a log or a table may hold of an error: whatever was thrown. */
export function factsOf(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) return { type: typeof error, message: "", stack: [] };
  const { cause } = error;
  return {
    type: typeOf(error),
    message: messageOf(error),
    ...namesOf(error),
    stack: framesOf(error),
    ...(cause instanceof Error && depth < MOST_CAUSES ? { cause: factsOf(cause, depth + 1) } : {}),
  };
}

/** The same in one line: `DatabaseError 23502 (accounts email): null value in column … of relation … violates …`. */
export function wordsOf(error: unknown): string {
  const { type, message, code, table, column, constraint } = factsOf(error);
  const names = [table, column, constraint].filter((name) => typeof name === "string").join(" ");
  const known = [type === "Error" ? "" : type, code, names && `(${names})`];
  const what = known.filter((part) => part !== undefined && part !== "").join(" ");
  return [what, message].filter((part) => part !== "").join(": ") || type;
}

/** The same in lines, with where it was thrown. */
export function storyOf(error: unknown): string {
  return [wordsOf(error), ...factsOf(error).stack.map((frame) => `    ${frame}`)].join("\n");
}

function typeOf({ name, constructor }: Error): string {
  const own = name === "Error" || name === "error" ? constructor.name : name;
  return NAME.test(own) ? own : "Error";
}

function messageOf(error: Error): string {
  return CODE_ONLY.includes(typeOf(error)) ? "" : withoutValues(error.message);
}

function namesOf(error: Error): Record<string, unknown> {
  const fields = error as unknown as Record<string, unknown>;
  return Object.fromEntries(
    NAMES.map((name) => [name, fields[name]]).filter(
      ([, value]) => typeof value === "number" || (typeof value === "string" && NAME.test(value)),
    ),
  ) as Record<string, unknown>;
}

/** The lines of a stack that are places: its message stands before them, as long as it may be. */
function framesOf({ stack = "", message }: Error): string[] {
  const root = `${packageRoot()}/`;
  return stack
    .slice(stack.indexOf(message) + message.length)
    .split("\n")
    .filter((line) => /^\s+at .*(:\d+:\d+\)?|\(native\)|<anonymous>\)?)$/.test(line))
    .map((line) => line.trim().replaceAll("file://", "").replaceAll(root, ""));
}
