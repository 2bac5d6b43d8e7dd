import { MATURITY_AGES, storedState, type TitleDocument } from "./title.document.js";

/** What predicates look at of a title. */
export type JudgedTitle = Pick<
  TitleDocument,
  | "kind"
  | "state"
  | "mergedInto"
  | "genres"
  | "studio"
  | "credits"
  | "tags"
  | "releaseYear"
  | "maturityRating"
  | "licences"
>;

/** What a title can be asked for by a set of texts: one, none, or a list. Genres, studios and people by local id. */
const TEXTS = {
  kind: ({ kind }) => kind,
  state: storedState,
  genre: ({ genres }) => genres.map(({ id }) => id),
  studio: ({ studio }) => studio?.id ?? null,
  person: ({ credits }) => credits.map(({ person }) => person.id),
  tag: ({ tags }) => tags,
} satisfies Record<string, (title: JudgedTitle) => string | null | readonly string[]>;
export type TextAttribute = keyof typeof TEXTS;

/** What a title can be asked for by a range. */
const NUMBERS = {
  releaseYear: ({ releaseYear }) => releaseYear,
  /** Years. */
  maturityAge: ({ maturityRating }) => MATURITY_AGES[maturityRating],
} satisfies Record<string, (title: JudgedTitle) => number | null>;
export type NumberAttribute = keyof typeof NUMBERS;

/** The texts of an attribute that a title has. */
export function textsOf(title: JudgedTitle, attribute: TextAttribute): readonly string[] {
  const found: string | null | readonly string[] = TEXTS[attribute](title);
  if (found === null) return [];
  return typeof found === "string" ? [found] : found;
}

/** The number of a title; null where it is not known. */
export function numberOf(title: JudgedTitle, attribute: NumberAttribute): number | null {
  return NUMBERS[attribute](title);
}
