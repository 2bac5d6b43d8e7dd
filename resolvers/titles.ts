import { keptOf, spanOf, type Page, type PageOf, type Position } from "../datasources/core/page.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Context } from "./request/context.js";
import { type EdgeSource } from "./connection.js";
import { type TitleValue } from "./title.value.js";

/** The title of a local id as GraphQL reads it, or null where the audience may not meet it. */
export function loadTitle(ctx: Context, id: string, path: FieldPath): Promise<TitleValue | null> {
  return ctx.catalog.titleById.load(id, path);
}

/** Edges of the rows whose titles the audience may meet; one batch of documents for all rows of the level. */
export async function loadEdges<R extends { titleId: string; position: Position }, X extends object>(
  ctx: Context,
  page: PageOf<R>,
  path: FieldPath,
  extra: (row: R) => X | Promise<X>,
): Promise<PageOf<EdgeSource<TitleValue, X>>> {
  const edges = await Promise.all(
    page.rows.map(async (row) => {
      const [node, more] = await Promise.all([loadTitle(ctx, row.titleId, path), extra(row)]);
      return node && { position: row.position, node, extra: more };
    }),
  );
  return keptOf(page, edges);
}

/**
 * Rows of facts may name titles that the audience may not meet. So many more are read at once, so that a page is nearly
 * always full at the first try; where it is not, so many once more. A page that is short even then says where it ended.
 */
const SPARE = 10;
const MANY = 1_000;

/**
 * A page of a list of facts, without the rows whose titles the audience may not meet: at most two reads and as many looks
 * at the catalogue, however many rows there are that nobody may meet.
 *
 * @param read reads a page of the facts.
 */
export async function visiblePage<R extends { titleId: string; position: Position }>(
  ctx: Context,
  page: Page,
  path: FieldPath,
  read: (page: Page) => Promise<PageOf<R> | null>,
): Promise<PageOf<R>> {
  const near = await visibleRows(ctx, { ...page, limit: page.limit + SPARE }, path, read);
  const edge = page.fromEnd ? near.span?.first : near.span?.last;
  if (near.rows.length >= page.limit || !near.hasMore || !edge) return cut(near, page);
  const beyond = { ...page, limit: MANY, [page.fromEnd ? "before" : "after"]: edge };
  const far = await visibleRows(ctx, beyond, path, read);
  return cut(page.fromEnd ? joined(far, near, far.hasMore) : joined(near, far, far.hasMore), page);
}

async function visibleRows<R extends { titleId: string; position: Position }>(
  ctx: Context,
  page: Page,
  path: FieldPath,
  read: (page: Page) => Promise<PageOf<R> | null>,
): Promise<PageOf<R>> {
  const found = (await read(page)) ?? { rows: [], hasMore: false };
  const met = new Set(await onlyVisible(ctx, found.rows, path));
  return keptOf(
    found,
    found.rows.map((row) => (met.has(row) ? row : null)),
  );
}

/** Two pages that follow each other, as one. */
function joined<R>(before: PageOf<R>, behind: PageOf<R>, hasMore: boolean): PageOf<R> {
  const first = before.span?.first ?? behind.span?.first;
  const last = behind.span?.last ?? before.span?.last;
  return { rows: [...before.rows, ...behind.rows], hasMore, span: first && last && { first, last } };
}

/** The part of a page that was asked for; what lies beyond it is still to come. */
function cut<R extends { position: Position }>({ rows, hasMore, span }: PageOf<R>, page: Page): PageOf<R> {
  if (rows.length <= page.limit) return { rows, hasMore, span };
  const wanted = page.fromEnd ? rows.slice(rows.length - page.limit) : rows.slice(0, page.limit);
  return { rows: wanted, hasMore: true, span: spanOf(wanted) };
}

/** Those of the candidates whose titles the audience may meet, in their order. */
export async function onlyVisible<C extends { titleId: string }>(
  ctx: Pick<Context, "catalog">,
  candidates: readonly C[],
  path: FieldPath,
): Promise<C[]> {
  const visible = await ctx.catalog.visibleById.loadAll(
    candidates.map(({ titleId }) => titleId),
    path,
  );
  return candidates.filter((_, index) => visible[index] !== null);
}
