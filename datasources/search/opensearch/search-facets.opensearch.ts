import { type TitleFilter } from "../../catalog/title-filter.js";
import { SEPARATOR } from "./search-document.opensearch.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { ATTRIBUTE_PARTS, byAttribute, FACETS, type FacetField } from "../../core/title-attributes.js";
import { toFacets, type CountedValue } from "../search-facets.js";
import { type FilterParts } from "../search-filter.js";
import { type Facet } from "../search.js";

interface Bucket {
  key: string | number;
  doc_count: number;
}

/** A facet's part of an answer: the counts, within the filters of the other facets. */
export interface FacetAnswer {
  values?: { buckets: Bucket[] };
}

const FIELDS: Record<FacetField, string> = {
  ...byAttribute((name) => name),
  genre: "genreFacet",
  decade: "decade",
  maturity: "maturityRating",
};
/** Values counted of one facet; no catalogue has as many genres. */
const MOST_VALUES = 1_000;

/** Aggregations that count each facet's values without the facet's own filter. */
export function facetAggregations({ facets }: FilterParts<Clause[]>): Record<string, Clause> {
  const aggregations = FACETS.map((field) => {
    const others = FACETS.filter((other) => other !== field).flatMap((other) => facets[other]);
    const values = { terms: { field: FIELDS[field], size: MOST_VALUES } };
    return [field, { filter: { bool: { filter: others } }, aggs: { values } }] as const;
  });
  return Object.fromEntries(aggregations);
}

/** Facets from an answer. */
export function facetsOf(
  answer: Partial<Record<FacetField, FacetAnswer>> | undefined,
  filter: TitleFilter,
): Facet[] {
  return toFacets((field) => {
    const counted = (answer?.[field]?.values?.buckets ?? []).map((bucket) => valueOf(field, bucket, filter));
    return field === "genre" ? sameNames(counted) : counted;
  }, filter);
}

function valueOf(field: FacetField, { key, doc_count: count }: Bucket, filter: TitleFilter): CountedValue {
  const text = String(key);
  switch (field) {
    case "genre": {
      const [id = "", name = ""] = text.split(SEPARATOR);
      return { value: name, count, selected: filter.genres?.includes(id) ?? false };
    }
    case "decade":
    case "maturity":
      return { value: text, count, selected: false };
    default:
      return { value: text, count, selected: filter[ATTRIBUTE_PARTS[field]]?.includes(text) ?? false };
  }
}

/** Genres of one name, counted together. */
function sameNames(values: readonly CountedValue[]): CountedValue[] {
  const byName = new Map<string, CountedValue>();
  for (const { value, count, selected } of values) {
    const same = byName.get(value);
    byName.set(value, {
      value,
      count: count + (same?.count ?? 0),
      selected: selected || (same?.selected ?? false),
    });
  }
  return [...byName.values()];
}
