import { editsWithin, joinWords, type SearchPlan } from "../../../packages/search-text/index.js";
import { visibleTo, type Audience } from "../../catalog/audience.js";
import { toClauses, type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { SEPARATOR } from "./search-document.opensearch.js";
import { SEARCH_PLACES } from "./search-places.opensearch.js";
import { textQuery } from "./search-query.opensearch.js";
import { type SuggestedText } from "../search.js";

/** What OpenSearch answers to the two searches of a completion. */
export interface TitlesAnswer {
  hits?: { hits: { _score: number; _source: { id: string; texts: { name: string[] } } }[] };
}
export interface NamesAnswer {
  aggregations?: Record<"people" | "genres", { most: { names: { buckets: { key: string }[] } } }>;
}

interface Offered extends SuggestedText {
  score: number;
}

/** Titles, best first, and names looked at for one start. */
const TITLES_CONSIDERED = 60;
const NAMES_CONSIDERED = 200;
/** Titles whose people are looked at. */
const TITLES_OF_PEOPLE = 500;
/** While little has been typed, popularity counts more than in a search. */
const POPULARITY = 0.15;
/** Letters from which on names may be misspelled. */
const MISSPELLED = 4;
const NAME_SCORE = { least: 0.6, most: 0.38, edit: 0.2 };

/** The two searches of a completion, which leave in one request: titles that fit, and names of people and genres in titles that the audience may meet. */
export function suggestSearches(plan: SearchPlan, audience: Audience): [Clause, Clause] {
  const filter = toClauses(visibleTo(audience), SEARCH_PLACES);
  const titles = {
    size: TITLES_CONSIDERED,
    track_total_hits: false,
    _source: ["id", "texts.name"],
    query: {
      bool: { must: [textQuery(plan, { words: "ALL", typing: true, popularity: POPULARITY })], filter },
    },
    sort: [{ _score: "desc" }, { id: "asc" }],
    track_scores: true,
  };
  const start = looseStart(joinWords(plan.slots));
  const names = {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter } },
    aggs: { people: namesIn("peopleNames", start), genres: namesIn("genreNames", start) },
  };
  return [titles, names];
}

/** What a name must start with to be looked at: all of a short text, half of one that may be misspelled. */
function looseStart(start: string): string {
  const letters = [...start];
  return letters.length < MISSPELLED ? start : letters.slice(0, Math.ceil(letters.length / 2)).join("");
}

/** Names that start so, most frequent first, in some of the titles that have one. */
function namesIn(field: string, start: string): Clause {
  const names = {
    terms: { field, include: `${escapeRegExp(start)}.*`, size: NAMES_CONSIDERED, execution_hint: "map" },
  };
  return {
    filter: { prefix: { [field]: { value: start } } },
    aggs: { most: { sampler: { shard_size: TITLES_OF_PEOPLE }, aggs: { names } } },
  };
}

/** Lucene's regular expressions reserve more than JavaScript's; what is no letter or digit is escaped. */
function escapeRegExp(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, "\\$&");
}

/** Completions of both searches in one list, best first. */
export function suggestionsOf(
  plan: SearchPlan,
  titles: TitlesAnswer,
  names: NamesAnswer,
  limit: number,
): SuggestedText[] {
  const start = joinWords(plan.slots);
  const offered: Offered[] = [
    ...(titles.hits?.hits ?? []).map(({ _score, _source }) => ({
      text: _source.texts.name.join(" "),
      kind: "TITLE" as const,
      id: _source.id,
      score: _score,
    })),
    ...namesOf(names, "people", "PERSON", start),
    ...namesOf(names, "genres", "GENRE", start),
  ];
  return offered
    .sort(
      (a, b) =>
        b.score - a.score || compare(b.kind, a.kind) || compare(a.text, b.text) || compare(a.id, b.id),
    )
    .slice(0, limit)
    .map(({ text, kind, id }) => ({ text, kind, id }));
}

function namesOf(
  { aggregations }: NamesAnswer,
  field: "people" | "genres",
  kind: "PERSON" | "GENRE",
  typed: string,
): Offered[] {
  const best = new Map<string, Offered>();
  for (const { key } of aggregations?.[field].most.names.buckets ?? []) {
    const [start = "", id = "", text = ""] = key.split(SEPARATOR);
    const score = scoreOf(start, typed);
    if (score === undefined || (best.get(id)?.score ?? 0) >= score) continue;
    best.set(id, { text, kind, id, score });
  }
  return [...best.values()];
}

/** The more of a name has been typed, and the better, the higher. */
function scoreOf(start: string, typed: string): number | undefined {
  const letters = [...typed];
  const edits = editsOf(start, letters);
  if (edits === undefined) return undefined;
  const part = letters.length / Math.max([...start].length, letters.length);
  return NAME_SCORE.least + NAME_SCORE.most * part - NAME_SCORE.edit * edits;
}

/** 0 for a start as typed, 1 for one that is an edit away (a letter more, less, other, or two swapped). */
function editsOf(start: string, typed: readonly string[]): number | undefined {
  const text = typed.join("");
  if (start.startsWith(text)) return 0;
  if (typed.length < MISSPELLED) return undefined;
  const letters = [...start];
  const near = [-1, 0, 1].some(
    (more) => editsWithin(letters.slice(0, typed.length + more).join(""), text, 1) !== undefined,
  );
  return near ? 1 : undefined;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
