import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type Audience } from "./audience.js";
import { type TitleOrderField } from "../core/title-fields.js";
import { type TitleFilter } from "./title-filter.js";
import {
  type CreditRole,
  type NamedRef,
  type TitleDocument,
  type TitleRevision,
} from "../core/title.document.js";

export interface TitleOrder {
  field: TitleOrderField;
  direction: "ASC" | "DESC";
}

/** A title of a list with its place in the list's order. */
export interface PlacedTitle {
  position: Position;
  title: TitleDocument;
}

/** One credit of a person: the title and the role in it. */
export interface PersonCredit {
  position: Position;
  titleId: string;
  role: CreditRole;
}

export type NamedType = "Person" | "Genre" | "Studio";

/** A list of titles: which, in what order, and which page of it. */
export interface TitleQuery {
  filter: TitleFilter;
  order: TitleOrder;
  page: Page;
}

/** What lists are made from before documents are fetched: a title that the audience may meet, and its genres. */
export interface TitleRef {
  id: string;
  genres: NamedRef[];
}

/** A reference with its place in the list it came from. */
export interface PlacedTitleRef extends TitleRef {
  position: Position;
}

/** The catalog: titles in force, answered from the store made for documents. Every method is one store call. */
export interface Catalog {
  /** Titles by id in whatever state; the caller applies the rules of viewing (`mayMeet`). */
  titlesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, TitleDocument>>;
  /** Those of the ids that the audience may meet, without their documents. */
  visibleTitles(
    request: StoreRequest,
    audience: Audience,
    ids: readonly string[],
  ): Promise<Map<string, TitleRef>>;
  /** A page of titles that the audience may meet per query, in the order of the queries; ties are broken by id. */
  titles(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitle>[]>;
  /** The same without documents. */
  titleRefs(
    request: StoreRequest,
    audience: Audience,
    queries: readonly TitleQuery[],
  ): Promise<PageOf<PlacedTitleRef>[]>;
  /** How many titles the audience may meet per filter, in the order of the filters. */
  countTitles(request: StoreRequest, audience: Audience, filters: readonly TitleFilter[]): Promise<number[]>;
  /** The genres of titles that the audience may meet, by name. */
  genres(request: StoreRequest, audience: Audience): Promise<NamedRef[]>;
  /** People, genres or studios of titles that the audience may meet, by id; keys are `<type> <id>`. */
  namesByIds(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { type: NamedType; id: string }[],
  ): Promise<Map<string, NamedRef>>;
  /** A page of credits per key, on titles the audience may meet, newest title first; in the order of the keys. */
  creditsOfPeople(
    request: StoreRequest,
    audience: Audience,
    keys: readonly { person: string; page: Page }[],
  ): Promise<PageOf<PersonCredit>[]>;
}

/** The writing side of a catalog, for whoever carries facts to it. Idempotent; an older revision never replaces a newer one. */
export interface CatalogProjection {
  /** A title that is there already keeps its popularity: that is no fact, and only `setPopularity` changes it. */
  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void>;
  /** Takes titles out; one that is there in a newer revision stays. */
  removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void>;
  /** Sets the popularity of the titles named and leaves the others alone. */
  setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void>;
}
