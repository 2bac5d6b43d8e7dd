import { ATTRIBUTES, type AttributeName, type AttributePart, type FieldsWith } from "./title-fields.js";
import { MATURITY_AGES, storedState, type ProjectedTitle } from "./title.document.js";

/** What predicates look at of a title. */
export type JudgedTitle = Pick<
  ProjectedTitle,
  | AttributeName
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

/** What a title can be asked for beside its fields as they are. Genres, studios and people by local id. */
const TEXTS = {
  state: storedState,
  genre: ({ genres }) => genres.map(({ id }) => id),
  studio: ({ studio }) => studio?.id ?? null,
  person: ({ credits }) => credits.map(({ person }) => person.id),
  tag: ({ tags }) => tags,
} satisfies Record<string, (title: JudgedTitle) => string | null | readonly string[]>;
type MadeText = keyof typeof TEXTS;

/** What a title can be asked for by a set of texts: it has one, none, or a list of them. */
export type TextAttribute = AttributeName | MadeText;

/** What a title can be asked for by a range. */
const NUMBERS = {
  releaseYear: ({ releaseYear }) => releaseYear,
  /** Years. */
  maturityAge: ({ maturityRating }) => MATURITY_AGES[maturityRating],
} satisfies Record<string, (title: JudgedTitle) => number | null>;
export type NumberAttribute = keyof typeof NUMBERS;

/** The texts of an attribute that a title has. */
export function textsOf(title: JudgedTitle, attribute: TextAttribute): readonly string[] {
  const found = foundOf(title, attribute);
  if (found === null) return [];
  return typeof found === "string" ? [found] : found;
}

/** The same as it stands: one text, none, or several. */
export function foundOf(title: JudgedTitle, attribute: TextAttribute): string | null | readonly string[] {
  return isMade(attribute) ? TEXTS[attribute](title) : title[attribute];
}

function isMade(attribute: TextAttribute): attribute is MadeText {
  return attribute in TEXTS;
}

/** The number of a title; null where it is not known. */
export function numberOf(title: JudgedTitle, attribute: NumberAttribute): number | null {
  return NUMBERS[attribute](title);
}

/** Something for each field that titles are filtered by: places that stores keep it in, most of all. */
export function byAttribute<T>(of: (name: AttributeName) => T): Record<AttributeName, T> {
  const entries = ATTRIBUTES.map(({ name }) => [name, of(name)]);
  return Object.fromEntries(entries) as Record<AttributeName, T>;
}

/** The part of a filter that takes values of each of the fields. */
export const ATTRIBUTE_PARTS = Object.fromEntries(ATTRIBUTES.map(({ name, by }) => [name, by])) as Record<
  AttributeName,
  AttributePart
>;

/** Something for each part of a filter that takes values of such a field. */
export function byPart<T>(of: (name: AttributeName) => T): Record<AttributePart, T> {
  const entries = ATTRIBUTES.map(({ name, by }) => [by, of(name)]);
  return Object.fromEntries(entries) as Record<AttributePart, T>;
}

/** A field that titles are filtered by and counted by in searches. */
export type FacetAttribute = FieldsWith<{ filtered: object; facetted: true }>;
export const FACET_ATTRIBUTES = ATTRIBUTES.filter(({ facetted }) => facetted).map(
  ({ name }) => name as FacetAttribute,
);

/** Something for each field that titles are filtered by and counted by. */
export function byFacetAttribute<T>(of: (attribute: (typeof ATTRIBUTES)[number]) => T) {
  const entries = ATTRIBUTES.filter(({ facetted }) => facetted).map((each) => [each.name, of(each)]);
  return Object.fromEntries(entries) as Record<FacetAttribute, T>;
}

/** What searches are counted by, in the order of answers. */
export type FacetField = "genre" | FacetAttribute | "decade" | "maturity";
export const FACETS: readonly FacetField[] = ["genre", ...FACET_ATTRIBUTES, "decade", "maturity"];
