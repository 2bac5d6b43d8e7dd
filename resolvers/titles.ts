import { type Page, type PageOf, type Position } from "../datasources/core/page.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Context } from "./request/context.js";
import { type EdgeSource } from "./connection.js";
import { type TitleValue } from "./title.value.js";

/** The title of a local id as GraphQL reads it, or null where the audience may not meet it. */
export async function loadTitle(ctx: Context, id: string, path: FieldPath): Promise<TitleValue | null> {
  const title = await ctx.catalog.titleById.load(id, path);
  return title;
}

/** Edges of the rows whose titles the audience may meet; one batch of documents for all rows of the level. */
export async function loadEdges<R extends { titleId: string; position: Position }, X extends object>(
  ctx: Context,
  { rows, hasMore }: PageOf<R>,
  path: FieldPath,
  extra: (row: R) => X | Promise<X>,
): Promise<PageOf<EdgeSource<TitleValue, X>>> {
  const edges = await Promise.all(
    rows.map(async (row) => {
      const [node, more] = await Promise.all([loadTitle(ctx, row.titleId, path), extra(row)]);
      return node && { position: row.position, node, extra: more };
    }),
  );
  return { rows: edges.filter((edge) => edge !== null), hasMore };
}

/** Rows of facts may name titles that the audience may not meet: so many more are read at once, so that a page is nearly always full at the first try. */
const SPARE = 10;
/** Reads of one page at most; each is at least `SPARE` rows. A page that is still short then says that the list goes on. */
const MAX_READS = 20;

/**
 * A page of a list of facts, without the rows whose titles the audience may not meet.
 *
 * @param read reads a page of the facts.
 */
export async function visiblePage<R extends { titleId: string; position: Position }>(
  ctx: Context,
  page: Page,
  path: FieldPath,
  read: (page: Page) => Promise<PageOf<R> | null>,
): Promise<PageOf<R>> {
  const kept: R[] = [];
  let at: Page = { ...page, limit: page.limit + SPARE };
  for (let reads = 0; reads < MAX_READS; reads += 1) {
    const { rows, hasMore } = (await read(at)) ?? { rows: [], hasMore: false };
    const visible = await ctx.catalog.visibleById.loadAll(
      rows.map((row) => row.titleId),
      path,
    );
    const met = rows.filter((_, index) => visible[index] !== null);
    if (page.fromEnd) kept.unshift(...met);
    else kept.push(...met);
    const edge = page.fromEnd ? rows[0] : rows.at(-1);
    if (kept.length > page.limit || !hasMore || !edge) return cut(kept, page, hasMore);
    at = page.fromEnd ? { ...at, before: edge.position } : { ...at, after: edge.position };
  }
  return cut(kept, page, true);
}

function cut<R>(kept: R[], page: Page, hasMore: boolean): PageOf<R> {
  const rows = page.fromEnd ? kept.slice(Math.max(0, kept.length - page.limit)) : kept.slice(0, page.limit);
  return { rows, hasMore: hasMore || kept.length > page.limit };
}

/** Those of the candidates whose titles the audience may meet, in their order. */
export async function onlyVisible<C extends { titleId: string }>(
  ctx: Context,
  candidates: readonly C[],
  path: FieldPath,
): Promise<C[]> {
  const visible = await ctx.catalog.visibleById.loadAll(
    candidates.map(({ titleId }) => titleId),
    path,
  );
  return candidates.filter((_, index) => visible[index] !== null);
}
