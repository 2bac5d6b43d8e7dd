import { all, hasAll, licensed, oneOf, within, type NumberRange, type Predicate } from "../core/predicate.js";
import { byPart } from "../core/title-attributes.js";
import { type AttributePart } from "../core/title-fields.js";
import { visibleTo, type Audience } from "./audience.js";

/** Values of fields, of which a title has to have one. */
type AttributeLists = { [P in AttributePart]?: string[] | undefined };

/** Which titles. Every part that is present must hold; lists hold when one of their entries does (tags: all of them). */
export interface TitleFilter extends AttributeLists {
  /** Local ids of genres. */
  genres?: string[] | undefined;
  releaseYear?: NumberRange | undefined;
  /** Age in years. */
  maturityAtMost?: number | undefined;
  /** Local id of a studio. */
  studio?: string | undefined;
  /** Local id of a person with a credit. */
  person?: string | undefined;
  tags?: string[] | undefined;
  /** Country with a licence in force now. ISO 3166-1 alpha-2. */
  availableIn?: string | undefined;
}

export type FilterPart = keyof TitleFilter;

/** What a part of a filter asks for; `now` is when licences are judged. */
type Part<P extends FilterPart> = (value: NonNullable<TitleFilter[P]>, now: Date) => Predicate;

const PARTS: { [P in FilterPart]: Part<P> } = {
  ...byPart((name) => (values: string[]) => oneOf(name, values)),
  genres: (genres) => oneOf("genre", genres),
  releaseYear: (years) => within("releaseYear", years),
  maturityAtMost: (to) => within("maturityAge", { to }),
  studio: (studio) => oneOf("studio", [studio]),
  person: (person) => oneOf("person", [person]),
  tags: (tags) => hasAll("tag", tags),
  availableIn: (country, at) => licensed({ country, at }),
};
const FILTER_PARTS = Object.keys(PARTS) as FilterPart[];

/** The titles that the audience may meet and the filter asks for. */
export function titlesFor(audience: Audience, filter: TitleFilter): Predicate {
  return all([visibleTo(audience), matching(filter, audience.now)]);
}

/** The titles that some parts of a filter ask for, all of them unless named. */
export function matching(
  filter: TitleFilter,
  now: Date,
  parts: readonly FilterPart[] = FILTER_PARTS,
): Predicate {
  return all(parts.flatMap((part) => partOf(filter, part, now)));
}

/** The parts of a filter beside some of them. */
export function partsBeside(parts: readonly FilterPart[]): FilterPart[] {
  return FILTER_PARTS.filter((part) => !parts.includes(part));
}

function partOf<P extends FilterPart>(filter: Pick<TitleFilter, P>, part: P, now: Date): Predicate[] {
  const value = filter[part];
  const ask: Part<P> = PARTS[part];
  return value === undefined ? [] : [ask(value, now)];
}
