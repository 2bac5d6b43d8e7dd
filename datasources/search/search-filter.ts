import { visibleTo, type Audience } from "../catalog/audience.js";
import { matching, partsBeside, type FilterPart, type TitleFilter } from "../catalog/title-filter.js";
import { all, type Predicate } from "../core/predicate.js";
import { ATTRIBUTE_PARTS, FACETS, type FacetField } from "../core/title-attributes.js";

/** The part of a filter that speaks of what a facet counts. */
const PART_OF: Record<FacetField, FilterPart> = {
  ...ATTRIBUTE_PARTS,
  genre: "genres",
  decade: "releaseYear",
  maturity: "maturityAtMost",
};
const FACET_PARTS = FACETS.map((field) => PART_OF[field]);

/** Conditions on a title, apart where a facet is counted without its own. */
export interface FilterParts<C> {
  facets: Record<FacetField, C>;
  /** What is no facet, and the rules of viewing. */
  always: C;
}

/** The filter and the rules of viewing, each part in the language of a store. */
export function filterParts<C>(
  audience: Audience,
  filter: TitleFilter,
  compile: (predicate: Predicate) => C,
): FilterParts<C> {
  const beside = matching(filter, audience.now, partsBeside(FACET_PARTS));
  const facets = FACETS.map((field) => [field, compile(matching(filter, audience.now, [PART_OF[field]]))]);
  return {
    facets: Object.fromEntries(facets) as Record<FacetField, C>,
    always: compile(all([visibleTo(audience), beside])),
  };
}
