import { hasUnseen, nameKey, tidyName } from "../../packages/names/index.js";
import { accepted, checkFields } from "../core/checking.js";
import { PROFILE_FIELD_NAMES, PROFILE_FIELDS, type ProfileFields } from "../core/profile-fields.js";
import { Refusal } from "../core/refusal.js";
import { type ProfileRecord } from "./accounts.js";
import { type ProfileKind } from "../core/vocabulary.js";
import { ADULT_LIMIT, KIDS_LIMIT, MAX_PROFILE_NAME, MAX_PROFILES, type NewProfile } from "./profiles.js";

const NAME_ACCEPTED = `A profile's name has 1 to ${MAX_PROFILE_NAME} characters that can be seen: no control characters, and none of zero width but joiners between letters or emoji that they change.`;

/** A profile's name without what surrounds it. @throws Refusal INVALID_NAME, NAME_TAKEN. */
export function checkedName(name: string, others: readonly ProfileRecord[]): string {
  const tidy = tidyName(name);
  if (tidy === "" || [...tidy].length > MAX_PROFILE_NAME || /[\p{Cc}\p{Cs}]/u.test(tidy) || hasUnseen(name))
    throw new Refusal("name", "INVALID_NAME", NAME_ACCEPTED);
  if (others.some((other) => nameKey(other.name) === nameKey(tidy))) {
    throw new Refusal("name", "NAME_TAKEN", "Another profile of this account has this name.");
  }
  return tidy;
}

/** The fields of the table that are stated of a profile. @throws Refusals INVALID. */
export function checkedFields(stated: Partial<ProfileFields>): Partial<ProfileFields> {
  const names = PROFILE_FIELD_NAMES.filter((name) => stated[name] !== undefined);
  const given = Object.fromEntries(names.map((name) => [name, stated[name]]));
  return accepted(checkFields(PROFILE_FIELDS, given), (name) => name);
}

/** The limit of a profile, in years of age. @throws Refusal MATURITY_LIMIT_TOO_HIGH. */
export function checkedLimit(kind: ProfileKind, limit: number | undefined): number {
  if (kind === "ADULT") return limit ?? ADULT_LIMIT;
  if ((limit ?? KIDS_LIMIT) <= KIDS_LIMIT) return limit ?? KIDS_LIMIT;
  throw new Refusal(
    "maturityLimit",
    "MATURITY_LIMIT_TOO_HIGH",
    "A kids profile is limited to PG at most; a profile of kind ADULT takes any limit.",
  );
}

/** The limit of a profile behind a change: another kind brings its usual one with it. @throws Refusal MATURITY_LIMIT_TOO_HIGH. */
export function changedLimit(
  before: Pick<ProfileRecord, "kind" | "maturityLimit">,
  { kind = before.kind, maturityLimit }: Partial<Pick<NewProfile, "kind" | "maturityLimit">>,
): number {
  const kept = kind === before.kind ? before.maturityLimit : undefined;
  return checkedLimit(kind, maturityLimit ?? kept);
}

/** @throws Refusal TOO_MANY_PROFILES. */
export function checkCount(profiles: readonly ProfileRecord[]): void {
  if (profiles.length < MAX_PROFILES) return;
  throw new Refusal(
    null,
    "TOO_MANY_PROFILES",
    `An account has at most ${MAX_PROFILES} profiles; delete one first.`,
  );
}

/** An account keeps one profile that is no child's: from a child's nothing can be changed. @throws Refusal LAST_ADULT_PROFILE. */
export function checkAdultRemains(others: readonly ProfileRecord[]): void {
  if (others.some(({ kind }) => kind === "ADULT")) return;
  throw new Refusal("profile", "LAST_ADULT_PROFILE", "An account keeps one profile of kind ADULT at least.");
}

/** @throws Refusal LAST_PROFILE. */
export function checkNotLast(others: readonly ProfileRecord[]): void {
  if (others.length > 0) return;
  throw new Refusal("profile", "LAST_PROFILE", "An account keeps one profile at least.");
}

export function emailTaken(): Refusal {
  return new Refusal("email", "EMAIL_TAKEN", "An account with this address exists. Sign in instead.");
}

/** The token of a mail is good for nothing, whatever it was good for. */
export function tokenInvalid(): Refusal {
  return new Refusal(
    "token",
    "TOKEN_INVALID",
    "This is no token of a mail, or it is used or over. Ask for another mail.",
  );
}

export function profileNotFound(): Refusal {
  return new Refusal(
    "profile",
    "PROFILE_NOT_FOUND",
    "This account has no such profile; `viewer.profiles` lists them.",
  );
}

/** The profile that the session is for is not there any more. */
export function profileGone(): Refusal {
  return new Refusal(null, "PROFILE_NOT_FOUND", "The profile of this session is gone. Sign in again.");
}
