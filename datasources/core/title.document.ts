/** What a title is. Exclusive; genres and tags are not. */
export type TitleKind = "MOVIE" | "SERIES";

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

export interface EpisodeDocument {
  id: string;
  number: number;
  name: string;
  runtimeMinutes: number | null;
}

export interface SeasonDocument {
  id: string;
  number: number;
  name: string;
  episodes: EpisodeDocument[];
}

/** A title and a version of it, as `TitleDocument` counts them. */
export interface TitleVersion {
  id: string;
  version: number;
}

/**
 * One title as the catalog serves it: the version in force with everything a card or a detail page needs.
 * Ids are local to the tenant (`tt0112641`); instants are ISO 8601 strings.
 */
export interface TitleDocument {
  id: string;
  /**
   * In a projection and in what it is made from: the revision, which counts what has been in force; the highest is kept.
   * In an answer of `titlesAsOf`: the number of the version.
   */
  version: number;
  /** In a projection: the highest number of a version recorded, in force or not, which edits are compared with. */
  latestVersion?: number;
  /** Local id of the title that this one was merged into; the document then only leads there. */
  mergedInto?: string | null;
  kind: TitleKind;
  state: TitleState;
  name: string;
  alternativeNames: string[];
  synopsis: string | null;
  releaseYear: number | null;
  runtimeMinutes: number | null;
  maturityRating: MaturityRating;
  genres: NamedRef[];
  tags: string[];
  studio: NamedRef | null;
  credits: TitleCredit[];
  licences: TitleLicence[];
  seasons: SeasonDocument[];
  addedAt: string;
  /** Share of the tenant's most watched title over the popularity window, on a log scale, in [0, 1]. */
  popularity: number;
}

/** What stores filter a title by. */
export function storedState(title: Pick<TitleDocument, "state" | "mergedInto">): StoredState {
  return title.mergedInto ? "MERGED" : title.state;
}
