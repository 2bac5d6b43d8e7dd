/** What a title is. Exclusive; genres and tags are not. */
export const TITLE_KINDS = ["MOVIE", "SERIES"] as const;
export type TitleKind = (typeof TITLE_KINDS)[number];

/** Where a title is in its life. Viewers meet only `PUBLISHED`. */
export const TITLE_STATES = ["DRAFT", "PUBLISHED", "ARCHIVED"] as const;
export type TitleState = (typeof TITLE_STATES)[number];

/** What stores filter titles by: the state, or that the title was merged into another, which nobody meets in any list. */
export type StoredState = TitleState | "MERGED";

export const CREDIT_ROLES = ["DIRECTOR", "CREATOR", "ACTOR", "WRITER", "PRODUCER", "COMPOSER"] as const;
export type CreditRole = (typeof CREDIT_ROLES)[number];

/**
 * Maturity ratings in ascending order of the age they ask for, with that age in years. A profile's limit is an age:
 * it meets a title when the title's age is at or under the limit. `NR` (not rated) counts as adult, so that nothing
 * unrated reaches a child.
 */
export const MATURITY_AGES = {
  G: 0,
  "TV-Y": 0,
  "TV-G": 0,
  PG: 8,
  "TV-PG": 8,
  "PG-13": 13,
  "TV-14": 14,
  R: 17,
  "TV-MA": 17,
  "NC-17": 18,
  NR: 18,
} as const;
export type MaturityRating = keyof typeof MATURITY_AGES;

const LIMITS: readonly [age: number, name: MaturityRating][] = [
  [18, "NC-17"],
  [17, "R"],
  [14, "TV-14"],
  [13, "PG-13"],
  [8, "PG"],
  [0, "G"],
];

/** The highest rating at or under an age in years: how a limit is shown. */
export function ratingOfAge(age: number): MaturityRating {
  return LIMITS.find(([limit]) => limit <= age)?.[1] ?? "G";
}

/** A thing a title points at by id; names are kept beside ids so that a card needs no second look-up. */
export interface NamedRef {
  id: string;
  name: string;
}

export interface TitleCredit {
  role: CreditRole;
  character: string | null;
  person: NamedRef;
}

/** A right to show a title: in these countries (ISO 3166-1 alpha-2, or `*` for everywhere), from and until these instants (ISO 8601; `until` is exclusive and may be open). */
export interface TitleLicence {
  countries: string[];
  from: string;
  until: string | null;
}
