import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from "type-graphql";

import { armsOf, NO_PART } from "./experiment-arms.js";
import { planHome } from "./home/home.js";
import { type HomeEntry, type HomeRowPlan } from "./home/home-row.js";
import { beginHome, type NoteRow } from "./home/home-serving.js";
import { KIDS_LIMIT } from "../datasources/accounts/profiles.js";
import { entityId } from "../datasources/catalog/entity-id.js";
import { StoreUnavailableError } from "../datasources/core/store-error.js";
import { type HomeRowKind } from "../datasources/core/vocabulary.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { HomeRow, HomeRowConnection, type HomeRowEdge } from "../schema/home.type.js";
import { Title } from "../schema/title.type.js";
import { type NodeAnswer } from "./answer.js";
import { Context } from "./request/context.js";
import { toGlobalId } from "./request/global-id.js";
import { pageOfList, readPage, toConnection, type EdgeExtra } from "./connection.js";
import { reasonOf } from "./reason.js";
import { loadEdges, loadTitle } from "./titles.js";
import { CacheFor } from "../schema/cache.js";
import { Cost, ListSize } from "../schema/cost.js";

const DEFAULT_ROWS = 10;

/** A row of the home page as GraphQL reads it. */
export class HomeRowValue implements NodeAnswer<HomeRow> {
  readonly __typename = "HomeRow";

  constructor(
    private readonly tenant: Tenant,
    readonly plan: HomeRowPlan,
    readonly personalised: boolean,
    readonly note: NoteRow | null,
  ) {}

  get id(): string {
    return toGlobalId(this.tenant, "HomeRow", this.plan.id);
  }
  get kind(): HomeRowKind {
    return this.plan.kind;
  }
}

/** The rows of the home page of whoever asks, planned once a request. */
export function homeRows(ctx: Context, path: FieldPath): Promise<HomeRowValue[]> {
  return ctx.made(planRows, path);
}

async function planRows(ctx: Context, path: FieldPath): Promise<HomeRowValue[]> {
  // That a row is there follows from more titles than it shows.
  const audience = await ctx.audienceOfAll(path);
  const { catalog, viewing, recommendations, top10, collections, request } = ctx;
  const sources = { catalog, viewing, recommendations, request, top10, collections };
  const profile = ctx.identity?.profile ?? null;
  const personalised = profile !== null && (await ctx.personalised(path));
  const kids = audience.maturityLimit <= KIDS_LIMIT;
  const liked = personalised ? await favouritesOf(ctx, path) : [];
  const part = personalised ? await armsOf(ctx, profile, path, ["model", "diversity"]) : NO_PART;
  // Rows are no lists that two arms could take turns in.
  const arms = part.between ? NO_PART : part;
  const begun = personalised ? beginHome(ctx, profile, arms, path) : null;
  const diversity = arms.diversity === null ? ctx.gateway.diversity : arms.diversity / 100;
  const favourites = liked.map(entityId);
  const viewer = { audience, profile, personalised, kids, favourites, model: arms.model, diversity };
  const rows = await planHome(sources, viewer, path);
  const notes = begun?.(rows);
  return rows.map((row, at) => new HomeRowValue(ctx.tenant, row, personalised, notes?.[at] ?? null));
}

/** The genres that the profile has said it likes, by name; none while nobody knows them. */
async function favouritesOf(ctx: Context, path: FieldPath): Promise<readonly string[]> {
  try {
    return (await ctx.viewer(path))?.profile.favouriteGenres ?? [];
  } catch (error) {
    if (error instanceof StoreUnavailableError) return [];
    throw error;
  }
}

@Resolver(() => HomeRow)
export class HomeResolver {
  @CacheFor(60)
  @ListSize(10)
  @Cost(80)
  @Query(() => [HomeRow], {
    nullable: true,
    description:
      "The home page: rows of titles for the signed-in profile, or for a visitor. Of an account that has not agreed to personalisation the profile's own shelves are the only rows that are its own.",
  })
  async home(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_ROWS,
      description: "How many rows, 0 to 100.",
    })
    first?: number | null,
  ): Promise<HomeRowValue[]> {
    const { page } = readPage(ctx, "home", { first: first ?? DEFAULT_ROWS });
    return (await homeRows(ctx, info.path)).slice(0, page.limit);
  }

  @FieldResolver(() => String, { description: "Its heading." })
  async name(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() row: HomeRowValue,
  ): Promise<string> {
    const { because, genre, kind, name } = row.plan;
    const watched = because === null ? null : await loadTitle(ctx, because, info.path);
    if (kind === "BECAUSE_YOU_WATCHED")
      return watched ? `Because you watched ${watched.name}` : HEADINGS.RECOMMENDED;
    return name ?? genre?.name ?? HEADINGS[kind];
  }

  @FieldResolver(() => Title, {
    nullable: true,
    description: "The watched title it is built on, where there is one.",
  })
  because(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() row: HomeRowValue) {
    const { because } = row.plan;
    return because === null ? null : loadTitle(ctx, because, info.path);
  }

  @FieldResolver(() => HomeRowConnection, { nullable: true, description: "Its titles." })
  async titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() row: HomeRowValue,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, `home ${row.plan.id}`, args);
    const page = pageOfList(row.plan.entries, at.page, row.plan.ties);
    const reason = async ({ because }: HomeEntry) =>
      ({
        reason: because === null ? null : await reasonOf(ctx, because, info.path),
      }) satisfies EdgeExtra<HomeRowEdge>;
    const edges = await loadEdges(ctx, page, info.path, reason);
    void row.note?.({
      place: 1 + (page.rows[0] ? row.plan.entries.indexOf(page.rows[0]) : 0),
      titles: edges.rows.map(({ node }) => node.id),
    });
    return toConnection(ctx, at, edges);
  }
}

const HEADINGS: Record<HomeRowKind, string> = {
  CONTINUE_WATCHING: "Continue watching",
  RECOMMENDED: "Picked for you",
  TOP_10: "Top 10 today",
  BECAUSE_YOU_WATCHED: "Because you watched",
  TRENDING: "Trending now",
  WATCHLIST: "Your watchlist",
  NEW: "New on the service",
  POPULAR: "Most watched",
  GENRE: "Genre",
  COLLECTION: "Collection",
};
