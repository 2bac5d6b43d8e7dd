import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Resolver, Root } from "type-graphql";

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
  SuggestingArgs,
  WatchlistConnection,
  type WatchlistEdge,
} from "../schema/profile.type.js";
import { Context } from "./request/context.js";
import { clientError } from "./request/errors.js";
import { localId } from "./request/global-id.js";
import { DEFAULT_PAGE, pageOfList, readPage, shelfList, toConnection, type EdgeExtra } from "./connection.js";
import { isHidden } from "./permissions-gate.js";
import { ProfileValue } from "./profile.value.js";
import { serve, type Asked } from "./recommendation-serving.js";
import { recommend, suggestion } from "./recommendations.js";
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
    first: number | null | undefined,
    @Args(() => SuggestingArgs) suggesting: SuggestingArgs,
  ) {
    const { page } = readPage(ctx, "recommendations", { first });
    const asked = suggestingOf(ctx, suggesting);
    if (await isKeptFrom(ctx, profile, info)) return null;
    const { note, ...candidates } = await serve(ctx, profile, info.path, asked);
    const list = await recommend(ctx, candidates, page.limit, info.path);
    const titles = list.map(({ title }) => title.id);
    void note({ place: 1, titles, learned: list.some(({ model }) => model === "SIMILAR") });
    return list;
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
    @Args(() => SuggestingArgs) suggesting: SuggestingArgs,
  ) {
    const asked = suggestingOf(ctx, suggesting);
    const { context, about, diversity } = asked;
    const at = readPage(
      ctx,
      JSON.stringify(["recommended", profile.localId, context, about, diversity]),
      args,
    );
    if (await isKeptFrom(ctx, profile, info)) return null;
    const { entries, personalised, note } = await serve(ctx, profile, info.path, asked);
    const page = pageOfList(entries, at.page);
    const said = async (candidate: (typeof page.rows)[number]) =>
      (await suggestion(ctx, candidate, info.path)) satisfies EdgeExtra<RecommendedTitleEdge>;
    const edges = await loadEdges(ctx, page, info.path, said);
    void note({
      place: 1 + (page.rows[0] ? entries.indexOf(page.rows[0]) : 0),
      titles: edges.rows.map(({ node }) => node.id),
      learned: edges.rows.some(({ extra }) => extra.model === "SIMILAR"),
    });
    return { ...toConnection(ctx, at, edges), personalised };
  }
}

/** What suggestions are asked for, as arguments say it and the deployment has it. */
function suggestingOf(ctx: Context, { context, title, diversity }: SuggestingArgs): Asked {
  const where = context ?? "HOME";
  if (title != null && where !== "BECAUSE" && where !== "AFTER_WATCHING")
    throw refused(
      "title",
      `suggestions of ${where} are about no title`,
      "a title with BECAUSE or AFTER_WATCHING",
    );
  if (diversity != null && (diversity < 0 || diversity > 100))
    throw refused("diversity", `${diversity} is out of range`, "0 to 100");
  return {
    context: where,
    about: title == null ? null : localId(ctx.tenant, "Title", title, "title"),
    diversity: diversity == null ? ctx.gateway.diversity : diversity / 100,
    isDiversityStated: diversity != null,
  };
}

function refused(field: string, problem: string, accepted: string) {
  return clientError("BAD_USER_INPUT", `${field}: ${problem}. Accepted: ${accepted}.`, { field, accepted });
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
  if (await isKeptFrom(ctx, profile, info)) return null;
  const page = await visiblePage(ctx, at.page, info.path, (part) =>
    ctx.viewing.shelf[name].load({ profile: profile.localId, page: part }, info.path),
  );
  return toConnection(ctx, at, await loadEdges(ctx, page, info.path, extra));
}

/** Whether the table of permissions keeps a field of a profile from whoever asks. */
async function isKeptFrom(
  ctx: Context,
  { localId }: ProfileValue,
  { path, fieldName }: GraphQLResolveInfo,
): Promise<boolean> {
  const viewer = await ctx.viewer(path);
  return viewer !== null && isHidden(ctx, viewer, "Profile", fieldName, viewer.profile.id === localId);
}
