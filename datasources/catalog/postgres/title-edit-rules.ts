import { accepted, invalid } from "../../core/checking.js";
import { id as idRule } from "../../core/field-rules.js";
import { Refusal, Refusals } from "../../core/refusal.js";
import { type TitleTarget } from "../title-editing.js";
import { checkTitleFields, filmWithSeasons } from "../title-rules.js";
import { type TitleHead } from "./title-version-rows.postgres.js";
import { type TitleFacts } from "../../core/title-fields.js";

/** Whether a title can have this id. */
export function isId(id: string): boolean {
  return idRule.safeParse(id).success;
}

/** Lets a change of a title pass that is there, and in the version expected where one is. */
export function admitChange({ version, merged_into }: TitleHead, target: TitleTarget): void {
  const { field, expectedVersion } = target;
  if (version === 0) throw notFound(field);
  if (merged_into !== null) throw mergedAway(field, merged_into);
  if (expectedVersion !== null && expectedVersion !== version) throw staleVersion(expectedVersion, version);
}

/** The same for what makes titles as well: a title that is there is changed only by who expects its version. */
export function admitPut(head: TitleHead, target: TitleTarget & { mayCreate?: boolean }): void {
  const { expectedVersion } = target;
  if (head.version === 0 && target.mayCreate && expectedVersion === null) return;
  admitChange(head, target);
  if (expectedVersion === null) throw staleVersion(null, head.version);
}

export function notFound(field: string): Refusal {
  return new Refusal(
    field,
    "TITLE_NOT_FOUND",
    "There is no such title. Accepted: the id of a title of this tenant; putTitle makes one from an externalId without expectedVersion.",
  );
}

/** The title leads to another, which is the one to name. */
export function mergedAway(field: string, into: string): Refusal {
  return new Refusal(
    field,
    "TITLE_MERGED",
    `This title was merged into another. Accepted: that one, Title:${into}.`,
  );
}

export function staleVersion(expected: number | null, version: number): Refusal {
  const found =
    expected === null
      ? `The title is there already, in version ${version}.`
      : `Version ${expected} was expected, and the latest is ${version}.`;
  return new Refusal(
    "expectedVersion",
    "STALE_VERSION",
    `${found} Accepted: ${version}, once you have seen what it says.`,
    { version },
  );
}

export function archivedDraft({ field }: TitleTarget): Refusal {
  return new Refusal(
    field,
    "WRONG_STATE",
    "The title is a DRAFT, which nobody could meet yet. Accepted: a title that is PUBLISHED.",
  );
}

/** Milliseconds since 1970 of an instant that a version may begin at. */
export function effectiveInstant(text: string): number {
  return Date.parse(
    accepted(checkTitleFields({ effectiveFrom: text }), (name) => name).effectiveFrom ?? text,
  );
}

/** @throws Refusals where a film has seasons. */
export function refuseSeasonsOfFilms(body: TitleFacts): void {
  const problem = filmWithSeasons(body);
  if (problem) throw new Refusals([invalid(problem)]);
}
