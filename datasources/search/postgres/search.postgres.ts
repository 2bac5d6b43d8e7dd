import { planSearch } from "../../../packages/search-text/index.js";
import { type Audience } from "../../catalog/audience.js";
import { type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { type TitleFilter } from "../../catalog/title-filter.js";
import { toFacets } from "../search-facets.js";
import { toResult } from "../search-result.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type FacetRow } from "./search-facets.postgres.js";
import { type Answer, browseStatement, searchStatement } from "./search-statement.postgres.js";
import { suggestStatement } from "./search-suggest.postgres.js";
import {
  type Facet,
  type Search,
  type SearchQuery,
  type SearchResult,
  type SuggestedText,
} from "../search.js";
import { type Steering } from "../steering.js";

/** Search in PostgreSQL: what the embedded default answers from. A blank text finds everything, most popular first. */
export class PostgresSearch implements Search {
  constructor(private readonly postgres: PostgresStore) {}

  /** Titles that match the text; any text will do. Order: score descending, id ascending. */
  async search(request: StoreRequest, audience: Audience, query: SearchQuery): Promise<SearchResult> {
    const plan = planSearch(query.text, query.steering?.words);
    const browsing = plan.slots.length === 0;
    const statement = browsing ? browseStatement(audience, query) : searchStatement(plan, audience, query);
    const [row] = await this.postgres.read<Answer>(request, "search.search", statement);
    if (!row) throw new Error("A statement that always answers one row answered none");
    return toResult(plan, query, {
      rows: row.hits ?? [],
      words: row.words ?? [],
      total: row.total ?? 0,
      facets: query.wants.facets ? facetsOf(row.facets ?? [], query.filter) : [],
      literal: row.literal ?? false,
      relaxed: row.complete === false,
    });
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
    return this.postgres.read<SuggestedText & Record<string, unknown>>(
      request,
      "search.suggest",
      suggestStatement(plan, audience, limit),
    );
  }
}

function facetsOf(rows: readonly FacetRow[], filter: TitleFilter): Facet[] {
  return toFacets(
    (wanted) =>
      rows
        .filter(({ field }) => field === wanted)
        .map(({ value, count, selected }) => ({ value, count, selected })),
    filter,
  );
}
