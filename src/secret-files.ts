import { readFileSync } from "node:fs";

import { z } from "zod";

/** Variables whose value lets somebody in: no error repeats it, and each may name a file that holds it instead. */
const SECRETS = [
  "MARQUEE_SIGNING_KEY",
  "MARQUEE_TOKEN_KEY",
  "MARQUEE_ACCOUNT_KEY",
  "POSTGRES_URL",
  "MONGODB_URL",
  "OPENSEARCH_URL",
  "NEO4J_URL",
  "REDIS_URL",
  "PAYMENTS_URL",
  "PAYMENTS_KEY",
  "MARQUEE_SMTP_URL",
] as const;
type Secret = (typeof SECRETS)[number];

const fileOf = <T extends string>(name: T) => `${name}_FILE` as const;

/** The variables that name the files of secrets, for the schema of the environment: `POSTGRES_URL_FILE` and so on. */
export const SECRET_FILES = Object.fromEntries(
  SECRETS.map((name) => [fileOf(name), z.string().min(1).optional()]),
) as Record<`${Secret}_FILE`, z.ZodOptional<z.ZodString>>;

export function isSecret(name: string): boolean {
  return (SECRETS as readonly string[]).includes(name);
}

/** An environment whose secrets are in it, wherever they were. */
export interface ReadSecrets {
  environment: Record<string, string | undefined>;
  /** What keeps a file from being read, a line each; never what it holds. */
  problems: string[];
}

/**
 * Reads the secrets that are kept in files, as orchestrators mount them. White space around what a file holds is no part
 * of it.
 *
 * @param given variables that are set.
 */
export function readSecretFiles(given: Record<string, string | undefined>): ReadSecrets {
  const read: ReadSecrets = { environment: { ...given }, problems: [] };
  for (const name of SECRETS) {
    const file = given[fileOf(name)];
    if (file === undefined) continue;
    const held = given[name] === undefined ? readSecret(file) : { problem: `is set, and so is ${name}` };
    if ("problem" in held) read.problems.push(`${fileOf(name)}: "${file}": ${held.problem}`);
    else read.environment[name] = held.secret;
  }
  return read;
}

/** Secrets that nothing here reads by itself: URLs of tenants' own servers name them. */
const NAMED = /^MARQUEE_SECRET_([A-Z][A-Z0-9_]*?)(_FILE)?$/;

/**
 * Reads the secrets of `MARQUEE_SECRET_<NAME>` and those in the files of `MARQUEE_SECRET_<NAME>_FILE`.
 *
 * @param given variables that are set.
 * @returns by name; and what keeps a file from being read, a line each.
 */
export function readNamedSecrets(given: Record<string, string | undefined>): {
  secrets: Map<string, string>;
  problems: string[];
} {
  const read = { secrets: new Map<string, string>(), problems: [] as string[] };
  for (const [variable, value = ""] of Object.entries(given)) {
    const [, name, file] = NAMED.exec(variable) ?? [];
    if (name === undefined) continue;
    const held = file === undefined ? { secret: value } : readSecret(value);
    if ("problem" in held) read.problems.push(`${variable}: "${value}": ${held.problem}`);
    else if (read.secrets.has(name))
      read.problems.push(`${variable}: is set twice, as a value and as a file`);
    else read.secrets.set(name, held.secret);
  }
  return read;
}

function readSecret(file: string): { secret: string } | { problem: string } {
  try {
    const secret = readFileSync(file, "utf8").trim();
    return secret === "" ? { problem: "holds nothing" } : { secret };
  } catch (error) {
    return { problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? "no file"})` };
  }
}
