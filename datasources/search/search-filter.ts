import { visibleTo, type Audience } from "../catalog/audience.js";
import { matching, partsBeside, type FilterPart, type TitleFilter } from "../catalog/title-filter.js";
import { all, type Predicate } from "../core/predicate.js";
import { type Facet } from "./search.js";

/** The part of a filter that speaks of what a facet counts. */
const PART_OF: Record<Facet["field"], FilterPart> = {
  genre: "genres",
  kind: "kinds",
  decade: "releaseYear",
  maturity: "maturityAtMost",
};
const FACETS = Object.keys(PART_OF) as Facet["field"][];

/** Conditions on a title, apart where a facet is counted without its own. */
export interface FilterParts<C> {
  facets: Record<Facet["field"], C>;
  /** What is no facet, and the rules of viewing. */
  always: C;
}

/** The filter and the rules of viewing, each part in the language of a store. */
export function filterParts<C>(
  audience: Audience,
  filter: TitleFilter,
  compile: (predicate: Predicate) => C,
): FilterParts<C> {
  const beside = matching(filter, audience.now, partsBeside(Object.values(PART_OF)));
  const facets = FACETS.map((field) => [field, compile(matching(filter, audience.now, [PART_OF[field]]))]);
  return {
    facets: Object.fromEntries(facets) as Record<Facet["field"], C>,
    always: compile(all([visibleTo(audience), beside])),
  };
}
