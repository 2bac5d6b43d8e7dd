import { planSearch, type SearchPlan, standingWords } from "../../../packages/search-text/index.js";
import { type LiveGeneration } from "../../catalog/title-generations.js";
import { type Audience } from "../../catalog/audience.js";
import {
  isOutageStatus,
  type OpenSearchStore,
  SearchTimedOutError,
} from "../../engines/opensearch/store.opensearch.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { type StoreRequest } from "../../core/store-request.js";
import { facetsOf } from "./search-facets.opensearch.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { browseSearch, type SearchAnswer, textSearches } from "./search-request.opensearch.js";
import { type Found, type HitRow, toResult } from "../search-result.js";
import { HIGHLIGHTS } from "../searched-texts.js";
import { suggestionsOf, suggestSearches } from "./search-suggest.opensearch.js";
import { type Search, type SearchQuery, type SearchResult, type SuggestedText } from "../search.js";
import { type Steering } from "../steering.js";

/**
 * Search in OpenSearch. Every method is one `_msearch`. A blank text finds everything, most popular first; a
 * tenant for whom nothing has been indexed finds nothing.
 */
export class OpenSearchSearch implements Search {
  constructor(
    private readonly opensearch: OpenSearchStore,
    private readonly generations: LiveGeneration,
  ) {}

  /** Titles that match the text; any text will do. Order: score descending, id ascending. */
  async search(request: StoreRequest, audience: Audience, query: SearchQuery): Promise<SearchResult> {
    const plan = planSearch(query.text, query.steering?.words);
    const browsing = plan.slots.length === 0;
    const searches = browsing ? [browseSearch(audience, query)] : textSearches(plan, audience, query);
    const rowsOf = (answers: SearchAnswer[]) => chosen(answers).hits?.hits.length ?? 0;
    const answers = await this.#ask<SearchAnswer>(request, "search.search", searches, rowsOf);
    const answer = chosen(answers);
    const relaxed = !browsing && plan.slots.length > 1 && answers.indexOf(answer) === answers.length - 1;
    return toResult(plan, query, { ...foundIn(answer, plan, query), relaxed });
  }

  /** Completions of what has been typed so far: titles, people and genres. */
  async suggest(
    request: StoreRequest,
    audience: Audience,
    prefix: string,
    limit: number,
    words?: Steering["words"],
  ): Promise<SuggestedText[]> {
    const plan = planSearch(prefix, words);
    if (plan.slots.length === 0 || limit <= 0) return [];
    const searches = suggestSearches(plan, audience);
    const rowsOf = (answers: object[]) => suggestionsFrom(plan, answers, limit).length;
    const answers = await this.#ask<object>(request, "search.suggest", searches, rowsOf);
    return suggestionsFrom(plan, answers, limit);
  }

  /** Sends searches of the tenant's titles in one request; answers come in their order. */
  async #ask<A extends object>(
    request: StoreRequest,
    operation: string,
    searches: readonly Clause[],
    rowsOf: (answers: A[]) => number,
  ): Promise<A[]> {
    const generation = await this.generations.live(request.tenant);
    if (generation === null) return searches.map(() => ({}) as A);
    const { deadlineMs } = this.opensearch;
    // What an index that is not there yet holds is nothing; the same copy answers every page.
    const header = {
      index: this.opensearch.aliasOf(request.tenant, generation),
      ignore_unavailable: true,
      preference: `marquee-${request.tenant.id}`,
    };
    const lines = searches.flatMap((search) => [header, { ...search, timeout: `${deadlineMs}ms` }]);
    return this.opensearch.read(request, {
      operation,
      uniqueKeys: 1,
      rowsOf,
      run: async (signal) => {
        const { body } = await this.opensearch.send<{ responses: (A & SearchAnswer)[] }>({
          method: "POST",
          path: "/_msearch",
          lines,
          timeoutMs: deadlineMs + GRACE_MS,
          signal,
        });
        for (const answer of body.responses) refuse(answer);
        return body.responses;
      },
    });
  }
}

/** The guard's deadline comes first; the client's own is for when nobody listens to it. Milliseconds. */
const GRACE_MS = 500;

/** Answers of `_msearch` fail one by one, within an answer that succeeds. */
function refuse({ error, status, timed_out: timedOut }: SearchAnswer): void {
  if (timedOut) throw new SearchTimedOutError();
  if (!error) return;
  const cause = new Error(`OpenSearch refused a search: ${error.type}: ${error.reason ?? ""}`);
  throw isOutageStatus(status ?? 0) ? new StoreUnavailableError("OPENSEARCH", { cause }) : cause;
}

function suggestionsFrom(plan: SearchPlan, answers: readonly object[], limit: number): SuggestedText[] {
  const [titles = {}, names = {}] = answers;
  return suggestionsOf(plan, titles, names, limit);
}

/** What a looser search must find better to be the answer, of a score of 1. */
const CLEARLY = 0.1;

/**
 * The first answer with a title that matches, on this page or before it, of which none behind it has a clearly better one.
 * What has a place, and does not match, is in all of them.
 */
function chosen(answers: readonly SearchAnswer[]): SearchAnswer {
  const found = answers.filter((answer) => bestOf(answer) > 0);
  const best = Math.max(...found.map(bestOf));
  return found.find((answer) => bestOf(answer) >= best - CLEARLY) ?? answers[0] ?? {};
}

function bestOf({ aggregations }: SearchAnswer): number {
  return aggregations?.best?.within.value ?? 0;
}

function totalOf({ hits }: SearchAnswer): number {
  return hits?.total?.value ?? 0;
}

function foundIn(answer: SearchAnswer, plan: SearchPlan, query: SearchQuery): Omit<Found, "relaxed"> {
  const { wants, filter } = query;
  const rows = (answer.hits?.hits ?? []).map(({ sort: [score, id], _source }) => ({ id, score, ..._source }));
  return {
    rows,
    words: standingWords(plan, rows.flatMap(namesOf), wants.highlights ? rows.flatMap(synopsisOf) : []),
    total: wants.total ? totalOf(answer) : 0,
    facets: wants.facets ? facetsOf(answer.aggregations, filter) : [],
    literal: plan.slots.length === 0 || (answer.aggregations?.literal?.within.doc_count ?? 0) > 0,
  };
}

function namesOf({ texts }: HitRow): string[] {
  return HIGHLIGHTS.flatMap((name) => (name === "synopsis" ? [] : (texts?.[name] ?? [])));
}

function synopsisOf({ texts }: HitRow): string[] {
  return texts?.synopsis ?? [];
}
