import { type GraphQLResolveInfo } from "graphql";

import { type PlacedTitle } from "../datasources/catalog/catalog.js";
import { type PageOf } from "../datasources/core/page.js";
import { type PageArgs } from "../schema/connection.js";
import { type TitleFilter, type TitleOrder } from "../schema/title.input.js";
import { readPage, toConnection, type ConnectionValue, type ListPage } from "./connection.js";
import { type Context } from "./request/context.js";
import { sameConnection } from "./same-connection.js";
import { readFilter } from "./title-filter.js";
import { type TitleValue } from "./title.value.js";

/** What a list of titles is asked by, as graphql-js reads it. */
export interface TitleListArgs extends PageArgs {
  filter?: TitleFilter | null | undefined;
  orderBy?: TitleOrder | null | undefined;
}

/** A page of titles that remembers its filter, so that `totalCount` is counted only when it is asked for. */
export interface TitleList extends ConnectionValue<TitleValue> {
  filter: ReturnType<typeof readFilter>;
}

/** The titles of the catalogue that whoever asks may meet. @throws what is wrong with the arguments. */
export async function listTitles(
  args: TitleListArgs,
  ctx: Context,
  info: GraphQLResolveInfo,
): Promise<TitleList> {
  const { orderBy } = args;
  const filter = readFilter(ctx, args.filter);
  const order = { field: orderBy?.field ?? "NAME", direction: orderBy?.direction ?? "ASC" } as const;
  const at = readPage(ctx, `titles ${JSON.stringify([filter, order])}`, args);
  await ctx.audience(info.path);
  const { catalog } = ctx;
  const page = await catalog.titles.load({ filter, order, page: at.page }, info.path);
  if (!page) return titleList(ctx, at, { rows: [], hasMore: false }, filter);
  catalog.titleById.primeAll(() => page.rows.map(({ title }) => [title.id, title]));
  return sameConnection(ctx, at, page, () => titleList(ctx, at, page, filter));
}

function titleList(
  ctx: Context,
  at: ListPage,
  page: PageOf<PlacedTitle>,
  filter: TitleList["filter"],
): TitleList {
  const rows = page.rows.map(({ position, title }) => ({ position, node: title, extra: {} }));
  return Object.assign(toConnection(ctx, at, { ...page, rows }), { filter });
}

/** Root fields that are asked for the most, as graphql-js calls them: it has read and checked their arguments already. */
export const LIST_RESOLVERS = {
  Query: {
    titles: (_root: unknown, args: TitleListArgs, ctx: Context, info: GraphQLResolveInfo) =>
      listTitles(args, ctx, info),
  },
};
