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
}
