import { type Page, type PageOf, type Position } from "../datasources/core/page.js";
import { type Shelf } from "../datasources/viewing/viewing.js";
import { type ForwardPageArgs, type PageArgs, type PageInfo } from "../schema/connection.js";
import { type TitleConnection, type TitleEdge } from "../schema/title-connection.type.js";
import { type Answer } from "./answer.js";
import { type Context } from "./request/context.js";
import { clientError } from "./request/errors.js";

export const DEFAULT_PAGE = 20;
export const MAX_PAGE = 100;

/** A page that a client asked for, and the list it is a page of: what its cursors are good for. */
export interface ListPage {
  list: string;
  page: Page;
}

/** The list of a shelf, as cursors know it. */
export function shelfList(shelf: Shelf, profile: string): string {
  return `${shelf} ${profile}`;
}

/**
 * The page that paging arguments ask for.
 *
 * @param list field, filter and order as one string; the tenant is added.
 * @throws INVALID_PAGE or INVALID_CURSOR, naming the argument and what is accepted.
 */
export function readPage(ctx: Context, list: string, args: ForwardPageArgs & Partial<PageArgs>): ListPage {
  const { first, last } = args;
  if (first != null && last != null)
    throw invalidPage("last", "cannot go together with first", "first or last, not both");
  checkSize("first", first);
  checkSize("last", last);
  const signed = `${ctx.tenant.slug}\n${list}`;
  const position = (field: "after" | "before") =>
    args[field] == null ? undefined : ctx.gateway.cursors.decode(signed, args[field], field);
  return {
    list: signed,
    page: {
      limit: first ?? last ?? DEFAULT_PAGE,
      fromEnd: last != null,
      after: position("after"),
      before: position("before"),
    },
  };
}

function checkSize(field: "first" | "last", size: number | null | undefined): void {
  if (size != null && (size < 0 || size > MAX_PAGE)) {
    throw invalidPage(field, `${size} is out of range`, `0 to ${MAX_PAGE}`);
  }
}

function invalidPage(field: string, problem: string, accepted: string) {
  return clientError("INVALID_PAGE", `${field}: ${problem}. Accepted: ${accepted}.`, { field, accepted });
}

/** An edge whose cursor is made only when it is asked for. */
class EdgeValue<N> implements Answer<TitleEdge> {
  constructor(
    private readonly makeCursor: (position: Position) => string,
    private readonly position: Position,
    readonly node: N,
  ) {}

  get cursor(): string {
    return this.makeCursor(this.position);
  }
}

/** What an edge of the class E says beside its cursor and its node. */
export type EdgeExtra<E extends TitleEdge> = Answer<Omit<E, keyof TitleEdge>>;

/** What an edge is made from. `extra` fields stand on the edge beside `cursor` and `node`. */
export interface EdgeSource<N, X extends object> {
  position: Position;
  node: N;
  extra: X;
}

/** A connection as GraphQL reads it. */
export interface ConnectionValue<N, X extends object = object> extends Answer<TitleConnection> {
  edges: ({ readonly cursor: string; readonly node: N } & X)[];
  pageInfo: Answer<PageInfo>;
}

/** A page of entries as what edges are made from that say nothing beside their nodes. */
export function withNodes<E, N>(
  page: PageOf<{ position: Position; entry: E }>,
  nodeOf: (entry: E) => N,
): PageOf<EdgeSource<N, object>> {
  const rows = page.rows.map(({ position, entry }) => ({ position, node: nodeOf(entry), extra: {} }));
  return { ...page, rows };
}

/** Builds a connection from a page's rows in list order. */
export function toConnection<N, X extends object>(
  ctx: Context,
  { list, page }: ListPage,
  found: PageOf<EdgeSource<N, X>>,
): ConnectionValue<N, X> {
  // Not the request: what makes cursors may live longer.
  const { cursors } = ctx.gateway;
  const makeCursor = (position: Position) => cursors.encode(list, position);
  const edges = found.rows.map(({ position, node, extra }) =>
    Object.assign(new EdgeValue(makeCursor, position, node), extra),
  );
  const makeHidden = (position: Position) => cursors.encodeHidden(list, position);
  return { edges, pageInfo: pageInfoOf(page, found, makeCursor, makeHidden) };
}

/**
 * Where a page stands in its list. A page that all rows were left out of has cursors to go on from, where there is more
 * on either side, which do not say what was left out; one that has none says that nothing follows.
 */
function pageInfoOf(
  page: Page,
  { rows, hasMore, span }: PageOf<{ position: Position }>,
  makeCursor: (position: Position) => string,
  makeHidden: (position: Position) => string,
): Answer<PageInfo> {
  const isWhole = !hasMore && !page.after && !page.before;
  const left = isWhole ? undefined : span;
  const start = rows[0]?.position ?? left?.first ?? (page.fromEnd ? page.before : undefined);
  const end = rows.at(-1)?.position ?? left?.last ?? (page.fromEnd ? undefined : page.after);
  const cursorOf = rows.length > 0 ? makeCursor : makeHidden;
  const goesOn = page.fromEnd ? page.before !== undefined : hasMore;
  return new PageInfoValue(
    goesOn && end !== undefined,
    page.fromEnd ? hasMore && start !== undefined : page.after !== undefined,
    () => (start ? cursorOf(start) : null),
    () => (end ? cursorOf(end) : null),
  );
}

/**
 * Where a page stands, with cursors that are made only when they are asked for. A class, since V8 makes a hidden class of
 * each object literal with getters: it is old from the start, and what the getters close over (a request with all that it
 * has read) would live as long as that, until the next whole collection of garbage.
 */
class PageInfoValue implements Answer<PageInfo> {
  constructor(
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
    private readonly makeStart: () => string | null,
    private readonly makeEnd: () => string | null,
  ) {}

  get startCursor(): string | null {
    return this.makeStart();
  }

  get endCursor(): string | null {
    return this.makeEnd();
  }
}

/**
 * A page of a list that is known as a whole, ordered by position value downwards. A cursor whose row has left the list
 * reads on from where it stood.
 *
 * @param ties how ids are ordered where values are equal.
 */
export function pageOfList<E extends { position: Position }>(
  entries: readonly E[],
  page: Page,
  ties: "ASC" | "DESC" = "ASC",
): PageOf<E> {
  const start = page.after ? placeOf(entries, page.after, 1, ties) : 0;
  const end = page.before ? placeOf(entries, page.before, 0, ties) : entries.length;
  const range = entries.slice(start, Math.max(start, end));
  const rows = page.fromEnd
    ? range.slice(Math.max(0, range.length - page.limit))
    : range.slice(0, page.limit);
  return { rows, hasMore: range.length > page.limit };
}

function placeOf(
  entries: readonly { position: Position }[],
  at: Position,
  behind: 0 | 1,
  ties: "ASC" | "DESC",
): number {
  const same = entries.findIndex(({ position }) => position.id === at.id);
  if (same >= 0) return same + behind;
  const isBehind = (id: string) => (ties === "ASC" ? id > at.id : id < at.id);
  const next = entries.findIndex(
    ({ position }) => position.value < at.value || (position.value === at.value && isBehind(position.id)),
  );
  return next < 0 ? entries.length : next;
}
