import { z } from "zod";

import { Refusals, type FieldProblem } from "./refusal.js";
import { rulesOf, type TitleField } from "./title-field.js";

/** What one field holds that cannot be accepted. */
export interface Problem {
  /** Path of the field, `credits[0].role`; empty for the value as a whole. */
  field: string;
  /** The beginning of what stands there. */
  found: string;
  accepted: string;
}

/** A value as its rules read it, with the names of fields that these do not know; or every problem that it has. */
export type Checked<T> = { line: T; unknownFields: string[] } | { problems: Problem[] };

/** Checks what is stated of some fields of a table; the others stay as they are. */
export function checkFields<Fields extends Record<string, TitleField>>(fields: Fields, value: unknown) {
  return check(z.object(rulesOf(fields)).partial(), value);
}

/** Checks a value against rules: every problem, with what was found and what is accepted. */
export function check<S extends z.ZodObject>(schema: S, value: unknown): Checked<z.infer<S>> {
  const result = schema.safeParse(value);
  if (!result.success) return { problems: result.error.issues.map((issue) => describe(issue, value)) };
  const fields = schema.shape;
  return {
    line: result.data,
    unknownFields: Object.keys(value as object).filter((name) => !(name in fields)),
  };
}

function describe(issue: z.core.$ZodIssue, value: unknown): Problem {
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const shown = found === undefined ? "nothing" : excerptOf(found);
  return { field: pathOf(issue.path), found: shown, accepted: issue.message };
}

/** `credits[0].role`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

const EXCERPT = 60;
/** Levels of a value that an excerpt goes into. */
const LEVELS = 4;

/** The beginning of a value in JSON, however long or deep it is: `JSON.stringify` of one that is thousands deep ends the stack. */
function excerptOf(value: unknown): string {
  return shorten(JSON.stringify(cut(value, LEVELS)));
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value === "string") return value.slice(0, EXCERPT + 1);
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return "…";
  if (Array.isArray(value)) return value.slice(0, EXCERPT).map((each) => cut(each, levels - 1));
  const fields = Object.entries(value).slice(0, EXCERPT);
  return Object.fromEntries(fields.map(([name, each]) => [name.slice(0, EXCERPT), cut(each, levels - 1)]));
}

/** The beginning of a text, fit for one line of a report. */
export function shorten(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cs}]/gu, (character) => JSON.stringify(character).slice(1, -1));
  return flat.length > EXCERPT ? `${flat.slice(0, EXCERPT)}…` : flat;
}

/**
 * What a check has accepted.
 *
 * @param nameOf the input field that a checked field came from.
 * @throws Refusals with everything that is not acceptable.
 */
export function accepted<T>(checked: Checked<T>, nameOf: (field: string) => string): T {
  if ("line" in checked) return checked.line;
  throw new Refusals(
    checked.problems.map((problem) => invalid({ ...problem, field: nameOf(problem.field) })),
  );
}

/** A problem as it is refused. */
export function invalid({ field, accepted: wanted }: Omit<Problem, "found">): FieldProblem {
  return { field, code: "INVALID", message: `${field}: cannot be used. Accepted: ${wanted}.` };
}
