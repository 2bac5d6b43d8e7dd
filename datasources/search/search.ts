import { type Audience } from "../catalog/audience.js";
import { type TitleFilter } from "../catalog/title-filter.js";
import { type TitleDocument, type TitleRevision } from "../core/title.document.js";
import { type FacetField } from "../core/title-attributes.js";
import { type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type Steering } from "./steering.js";

export interface SearchQuery {
  text: string;
  filter: TitleFilter;
  limit: number;
  /** Hits strictly behind this one; `value` is a score. */
  after?: Position | undefined;
  /** What the client asked for beside the hits; the rest need not be computed. */
  wants: { total: boolean; facets: boolean; highlights: boolean; didYouMean: boolean };
  /** What editors have said of the text; nothing unless given. */
  steering?: Steering | undefined;
}

export interface Highlight {
  /** `name`, `alternativeNames`, `people`, `genres`, `synopsis`. */
  field: string;
  /** Text with what matched between `<em>` and `</em>`; everything else escaped for HTML. */
  fragments: string[];
}

export interface SearchHit {
  titleId: string;
  position: Position;
  /** Higher is better; comparable within one search only. */
  score: number;
  highlights: Highlight[];
}

export interface Facet {
  field: FacetField;
  /**
   * Most frequent first. Each facet is counted without its own filter; a `selected` value is what the filter asks for.
   * `years` is what a decade stands for.
   */
  buckets: {
    value: string;
    count: number;
    selected: boolean;
    years: { from: number; to: number } | null;
  }[];
}

export interface SearchResult {
  hits: SearchHit[];
  hasMore: boolean;
  total: number;
  facets: Facet[];
  /** A better spelling, when the text as it stands finds little or nothing. */
  didYouMean: string | null;
  /** Whether the text found nothing by itself and these are hits for a part of its words. */
  relaxed: boolean;
}

export interface SuggestedText {
  text: string;
  kind: "TITLE" | "PERSON" | "GENRE";
  /** Local id of the title, person or genre. */
  id: string;
}

/** Full-text search over titles that the audience may meet. Every method is one store call. */
export interface Search {
  search(request: StoreRequest, audience: Audience, query: SearchQuery): Promise<SearchResult>;
  /** Completions of a prefix, best first. @param words what editors have said of words in it; nothing unless given. */
  suggest(
    request: StoreRequest,
    audience: Audience,
    prefix: string,
    limit: number,
    words?: Steering["words"],
  ): Promise<SuggestedText[]>;
}

/** The writing side of search. Idempotent; an older revision never replaces a newer one. */
export interface SearchProjection {
  /** A title that is there already keeps its popularity: that is no fact, and only `setPopularity` changes it. */
  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void>;
  /** Takes titles out; one that is there in a newer revision stays. */
  removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void>;
  setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void>;
}
