import { type Page, type PageOf, type Position } from "../datasources/core/page.js";
import { type ConnectionValue, type ListPage } from "./connection.js";
import { type Context } from "./request/context.js";
import { type Cursors } from "./request/cursor.js";

/** A connection, and what it was made by beside its page. */
interface Made {
  at: ListPage;
  cursors: Cursors;
  connection: object;
}

/** What was made of pages that never change; null of those that were met once. */
const MADE = new WeakMap<object, Made | null>();

/**
 * The connection of a page: of one that never changes the same, which never changes either, so that its text is kept as a
 * whole. That begins when it is asked for the second time: what is asked for once shares the texts of its nodes with others.
 *
 * @param make makes it of the page, the list and its cursors alone.
 */
export function sameConnection<N, C extends ConnectionValue<N>>(
  { gateway: { cursors } }: Context,
  at: ListPage,
  page: PageOf<unknown>,
  make: () => C,
): C {
  if (!Object.isFrozen(page)) return make();
  const known = MADE.get(page);
  if (known && known.cursors === cursors && isSame(known.at, at)) return known.connection as C;
  if (known !== null) {
    MADE.set(page, null);
    return make();
  }
  const connection = frozen(make());
  MADE.set(page, { at, cursors, connection });
  return connection;
}

function isSame(one: ListPage, other: ListPage): boolean {
  return one.list === other.list && isSamePage(one.page, other.page);
}

function isSamePage(one: Page, other: Page): boolean {
  return (
    one.limit === other.limit &&
    one.fromEnd === other.fromEnd &&
    isSamePosition(one.after, other.after) &&
    isSamePosition(one.before, other.before)
  );
}

function isSamePosition(one: Position | undefined, other: Position | undefined): boolean {
  return one === other || (one?.id === other?.id && one?.value === other?.value);
}

function frozen<C extends ConnectionValue<unknown>>(connection: C): C {
  for (const edge of connection.edges) Object.freeze(edge);
  for (const part of [connection.edges, connection.pageInfo]) Object.freeze(part);
  return Object.freeze(connection);
}
