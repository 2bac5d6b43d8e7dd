import { cleanText, type SearchPlan } from "../../../packages/search-text/index.js";
import { type Audience } from "../../catalog/audience.js";
import { facetAggregations, type FacetAnswer } from "./search-facets.opensearch.js";
import { type FacetField } from "../../core/title-attributes.js";
import { type StoredTitle } from "./search-document.opensearch.js";
import { toClauses, type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { filterParts, type FilterParts } from "../search-filter.js";
import { SEARCH_PLACES } from "./search-places.opensearch.js";
import { textQuery } from "./search-query.opensearch.js";
import { bestMatch, steeredQuery } from "./search-steering.opensearch.js";
import { roomFor } from "./search-style.opensearch.js";
import { type SearchQuery } from "../search.js";

/** What OpenSearch answers to one search of a `_msearch`. */
export interface SearchAnswer {
  status?: number;
  error?: { type: string; reason?: string };
  timed_out?: boolean;
  hits?: { total?: { value: number }; hits: AnsweredHit[] };
  aggregations?: Partial<Record<FacetField, FacetAnswer>> & {
    literal?: { within: { doc_count: number } };
    best?: { within: { value: number | null } };
  };
}

export interface AnsweredHit {
  sort: [number, string];
  _score: number | null;
  _source?: Pick<StoredTitle, "texts">;
}

/** How much the most popular title gains on one that nobody watches. */
const POPULARITY = 0.03;

/**
 * The searches of a text with words, the strictest first: every word, the same with more slips, and where there are several
 * words, half of them. They leave in one request; the first of which none behind it finds something clearly better is the
 * answer.
 */
export function textSearches(plan: SearchPlan, audience: Audience, query: SearchQuery): Clause[] {
  const parts = clausesOf(audience, query);
  const titles = query.steering?.titles ?? [];
  return stylesFor(plan).map((words) => ({
    ...common(parts, query),
    query: {
      bool: {
        must: [steeredQuery(textQuery(plan, { words, typing: false, popularity: POPULARITY }), titles)],
        filter: parts.always,
      },
    },
    sort: [{ _score: "desc" }, { id: "asc" }],
    aggs: {
      ...aggregations(parts, query, words === "ALL" ? plan : undefined),
      // How good the best hit is, on whichever page, decides between the searches.
      best: { filter: passing(parts), aggs: { within: { max: { script: bestMatch(titles) } } } },
    },
  }));
}

/** Ways of looking for a text, the strictest first. */
function stylesFor({ slots }: SearchPlan): ("ALL" | "NEAR" | "SOME")[] {
  const near = slots.some((word) => roomFor(word, { words: "NEAR" }) > roomFor(word, { words: "ALL" }));
  return ["ALL", ...(near ? (["NEAR"] as const) : []), ...(slots.length > 1 ? (["SOME"] as const) : [])];
}

/** The search of a blank text: everything, the most popular first. */
export function browseSearch(audience: Audience, query: SearchQuery): Clause {
  const parts = clausesOf(audience, query);
  return {
    ...common(parts, query),
    query: { bool: { filter: parts.always } },
    sort: [{ popularity: "desc" }, { id: "asc" }],
    aggs: aggregations(parts, query, undefined),
  };
}

function clausesOf(audience: Audience, { filter }: SearchQuery): FilterParts<Clause[]> {
  return filterParts(audience, filter, (predicate) => toClauses(predicate, SEARCH_PLACES));
}

function common(parts: FilterParts<Clause[]>, { limit, after, wants }: SearchQuery): Clause {
  const texts = wants.highlights || wants.didYouMean;
  return {
    size: limit + 1,
    // Whether there is any hit decides between the searches, so it is always counted; in full only when wanted.
    track_total_hits: wants.total ? true : 1,
    _source: texts ? ["texts"] : false,
    post_filter: passing(parts),
    ...(after && { search_after: [Number(after.value), cleanText(after.id)] }),
  };
}

function aggregations(
  parts: FilterParts<Clause[]>,
  { wants }: SearchQuery,
  plan: SearchPlan | undefined,
): Clause {
  return {
    ...(wants.facets && facetAggregations(parts)),
    ...(wants.didYouMean && plan && { literal: literalHits(parts, plan) }),
  };
}

/** Hits that have every word as it is written. */
function literalHits(parts: FilterParts<Clause[]>, plan: SearchPlan): Clause {
  const words = textQuery(plan, { words: "LITERAL", typing: false, popularity: 0 });
  return {
    filter: passing(parts),
    aggs: { within: { filter: words } },
  };
}

/** What passes the filters of all facets. */
function passing({ facets }: FilterParts<Clause[]>): Clause {
  return { bool: { filter: Object.values(facets).flat() } };
}
