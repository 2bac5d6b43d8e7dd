/** Where a page of a keyset-ordered list starts: the ordering value of a row and its id, which breaks ties. */
export interface Position {
  value: string | number;
  id: string;
}

/** A page of a list ordered by (value, id). */
export interface Page {
  /** Rows wanted. */
  limit: number;
  /** Rows strictly behind this position. */
  after?: Position | undefined;
  /** Rows strictly before this position. */
  before?: Position | undefined;
  /** Whether the rows nearest to the end of the list are wanted (`last`); they still come in list order. */
  fromEnd: boolean;
}

/** A page's rows in list order, and whether the list goes on past the far end of the page. */
export interface PageOf<T> {
  rows: T[];
  hasMore: boolean;
  /** The first and the last row that was read, where rows were left out since: reading goes on from there. */
  span?: Span | undefined;
}

/** Where reading began and ended, in list order. */
export interface Span {
  first: Position;
  last: Position;
}

/** The span of rows; none of no rows. */
export function spanOf(rows: readonly { position: Position }[]): Span | undefined {
  const [first] = rows;
  const last = rows.at(-1);
  return first && last && { first: first.position, last: last.position };
}

/** A page without some of its rows, or with something made of them; it says where those that are left out lay. */
export function keptOf<T extends { position: Position }, U>(
  { rows, hasMore, span = spanOf(rows) }: PageOf<T>,
  kept: readonly (U | null)[],
): PageOf<U> {
  return { rows: kept.filter((row) => row !== null), hasMore, span };
}

/**
 * The page made of rows read nearest to its start first (backwards with `fromEnd`) and one more than wanted: back in
 * list order, without the row too many.
 */
export function toPage<R, T>(rows: readonly R[], page: Page, map: (row: R) => T): PageOf<T> {
  const wanted = rows.slice(0, page.limit);
  if (page.fromEnd) wanted.reverse();
  return { rows: wanted.map(map), hasMore: rows.length > page.limit };
}
