import { z } from "zod";

import { check, type Checked, type Problem } from "../core/checking.js";
import { dayOrInstant, id } from "../core/field-rules.js";
import { rulesOf } from "../core/title-field.js";
import { TITLE_FIELDS, type TitleFacts } from "../core/title-fields.js";

const titleRules = z.object(
  { id, ...rulesOf(TITLE_FIELDS), effectiveFrom: dayOrInstant.optional() },
  { error: "a JSON object" },
);

/** One line of `titles.ndjson`. Several lines with one id are versions of one title, each in force from `effectiveFrom` on. */
export type TitleLine = z.input<typeof titleRules>;

/** A title as an import states it, checked: dates are ISO 8601 instants in UTC. */
export type CheckedTitle = z.infer<typeof titleRules>;

const editRules = titleRules.partial();

/** Some fields of a title, checked alike. */
export type CheckedFields = Omit<z.infer<typeof editRules>, "id" | "effectiveFrom">;

/** Checks a value against the rules for a title. */
export function checkTitle(value: unknown): Checked<CheckedTitle> {
  return check(titleRules, value);
}

/** Checks a value against the rules for some fields of a title. */
export function checkTitleFields(value: unknown): Checked<z.infer<typeof editRules>> {
  return check(editRules, value);
}

/** What is wrong with a film that has seasons; null for any other title. */
export function filmWithSeasons({ kind, seasons }: TitleFacts): Problem | null {
  if (kind !== "MOVIE" || seasons.length === 0) return null;
  return {
    field: "seasons",
    found: `${seasons.length} of a MOVIE`,
    accepted: "an empty list, or kind SERIES",
  };
}
