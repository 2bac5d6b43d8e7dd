import { type z } from "zod";

import { unknownNames } from "./config-names.js";
import { isSecret } from "./secret-files.js";

/** Variables that are set and that nothing reads, a line each. */
export function describeUnknown(
  known: readonly string[],
  present: Record<string, string | undefined>,
): string[] {
  const unknown = unknownNames(known, Object.keys(present));
  return unknown.map(({ name, nearest }) => `${name}: there is no such variable, the nearest is ${nearest}`);
}

/** What is wrong with the variables that are read, a line each: what was found, unless it is secret, and what is accepted. */
export function describeInvalid(
  error: z.ZodError,
  environment: Record<string, string | undefined>,
): string[] {
  return error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const found = isSecret(name) ? "its value" : `"${withoutUser(environment[name] ?? "")}"`;
    return `${name}: ${found}: ${issue.message}`;
  });
}

/** A URL without the user and password that anybody may write into one. */
function withoutUser(value: string): string {
  return value.replaceAll(/\/\/[^\s/@]*@/g, "//");
}
