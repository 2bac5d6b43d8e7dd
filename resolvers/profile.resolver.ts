import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Resolver, Root } from "type-graphql";

import { type FieldPath } from "../datasources/core/store-request.js";
import { type Shelf, type ShelfRow } from "../datasources/viewing/viewing.js";
import { ForwardPageArgs, PageArgs } from "../schema/connection.js";
import {
  ContinueWatchingConnection,
  HistoryConnection,
  type HistoryEdge,
  Profile,
  RatingConnection,
  type RatingEdge,
  Recommendation,
  RecommendedTitleConnection,
  type RecommendedTitleEdge,
  WatchlistConnection,
  type WatchlistEdge,
} from "../schema/profile.type.js";
import { Context } from "./request/context.js";
import { DEFAULT_PAGE, pageOfList, readPage, shelfList, toConnection, type EdgeExtra } from "./connection.js";
import { ProfileValue } from "./profile.value.js";
import { candidatesFor, recommend, suggestion } from "./recommendations.js";
import { loadEdges, visiblePage } from "./titles.js";
import { Cost } from "../schema/cost.js";

/** What every shelf says beside what stands on it. */
const OF_ITS_OWN = "Null for a kids profile that asks for another's.";

@Resolver(() => Profile)
export class ProfileResolver {
  @FieldResolver(() => ContinueWatchingConnection, {
    nullable: true,
    description: `Begun and not finished, most recent first. ${OF_ITS_OWN}`,
  })
  continueWatching(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Args(() => PageArgs) args: PageArgs,
  ) {
    return shelf(ctx, info, profile, "CONTINUE_WATCHING", args, () => ({}));
  }

  @FieldResolver(() => WatchlistConnection, {
    nullable: true,
    description: `Put aside for later, most recent first. ${OF_ITS_OWN}`,
  })
  watchlist(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Args(() => PageArgs) args: PageArgs,
  ) {
    return shelf(
      ctx,
      info,
      profile,
      "WATCHLIST",
      args,
      ({ at }) => ({ addedAt: at }) satisfies EdgeExtra<WatchlistEdge>,
    );
  }

  @FieldResolver(() => HistoryConnection, {
    nullable: true,
    description: `Watched, most recent first; one entry a title. ${OF_ITS_OWN}`,
  })
  history(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Args(() => PageArgs) args: PageArgs,
  ) {
    return shelf(
      ctx,
      info,
      profile,
      "HISTORY",
      args,
      ({ at, watchedSeconds, completed }) =>
        ({
          watchedAt: at,
          seconds: watchedSeconds ?? 0,
          completed: completed ?? false,
        }) satisfies EdgeExtra<HistoryEdge>,
    );
  }

  @FieldResolver(() => RatingConnection, {
    nullable: true,
    description: `Rated, most recent first. ${OF_ITS_OWN}`,
  })
  ratings(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Args(() => PageArgs) args: PageArgs,
  ) {
    return shelf(
      ctx,
      info,
      profile,
      "RATINGS",
      args,
      ({ at, rating }) => ({ ratedAt: at, rating }) satisfies EdgeExtra<RatingEdge>,
    );
  }

  @Cost(50)
  @FieldResolver(() => [Recommendation], {
    nullable: true,
    description: `Titles not yet watched that suit the profile, best first, each with the reason. Of an account that has not agreed to personalisation: what is popular, as \`model\` says. The first of \`recommendedTitles\`. ${OF_ITS_OWN}`,
  })
  async recommendations(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE,
      description: "How many, 0 to 100.",
    })
    first?: number | null,
  ) {
    const { page } = readPage(ctx, "recommendations", { first });
    if (await isKeptFrom(ctx, profile, info.path)) return null;
    return recommend(ctx, profile.localId, page.limit, info.path);
  }

  @Cost(50)
  @FieldResolver(() => RecommendedTitleConnection, {
    nullable: true,
    description: `Titles not yet watched that suit the profile, best first, each with the reason. Of an account that has not agreed to personalisation: what is popular, as \`model\` says. ${OF_ITS_OWN}`,
  })
  async recommendedTitles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() profile: ProfileValue,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, `recommended ${profile.localId}`, args);
    if (await isKeptFrom(ctx, profile, info.path)) return null;
    const { entries, personalised } = await candidatesFor(ctx, profile.localId, info.path);
    const page = pageOfList(entries, at.page);
    const said = async (candidate: (typeof page.rows)[number]) =>
      (await suggestion(ctx, candidate, info.path)) satisfies EdgeExtra<RecommendedTitleEdge>;
    return { ...toConnection(ctx, at, await loadEdges(ctx, page, info.path, said)), personalised };
  }
}

async function shelf<X extends object>(
  ctx: Context,
  info: GraphQLResolveInfo,
  profile: ProfileValue,
  name: Shelf,
  args: PageArgs,
  extra: (row: ShelfRow) => X,
) {
  const at = readPage(ctx, shelfList(name, profile.localId), args);
  if (await isKeptFrom(ctx, profile, info.path)) return null;
  const page = await visiblePage(ctx, at.page, info.path, (part) =>
    ctx.viewing.shelf[name].load({ profile: profile.localId, page: part }, info.path),
  );
  return toConnection(ctx, at, await loadEdges(ctx, page, info.path, extra));
}

/** Whether whoever asks is a child, and the profile is somebody else's: what grown-ups watch is not for it. */
async function isKeptFrom(ctx: Context, { localId }: ProfileValue, path: FieldPath): Promise<boolean> {
  const viewer = await ctx.viewer(path);
  return viewer?.profile.kind === "KIDS" && viewer.profile.id !== localId;
}
