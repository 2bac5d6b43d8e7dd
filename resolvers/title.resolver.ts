import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from "type-graphql";

import { mayMeet } from "../datasources/catalog/audience.js";
import { MAX_SIMILAR } from "../datasources/recommendations/recommendations.loaders.js";
import { type CreditRole } from "../datasources/core/title.document.js";
import { ForwardPageArgs, PageArgs } from "../schema/connection.js";
import { DateTime } from "../schema/scalars.js";
import { SimilarTitleConnection, TitleConnection } from "../schema/title-connection.type.js";
import { TitleFilter, TitleOrder } from "../schema/title.input.js";
import { Credit, CreditRoleEnum, Progress, Title } from "../schema/title.type.js";
import { Context } from "./request/context.js";
import { badInput } from "./request/errors.js";
import { localId } from "./request/global-id.js";
import { pageOfList, readPage, toConnection, type ConnectionValue } from "./connection.js";
import { listTitles, type TitleList } from "./title-list.js";
import { creditsOf, type TitleValue } from "./title.value.js";
import { loadEdges, loadTitle, onlyVisible } from "./titles.js";
import { CacheFor } from "../schema/cache.js";
import { Cost, ListSize } from "../schema/cost.js";

@Resolver(() => Title)
export class TitleResolver {
  @CacheFor(60)
  @Query(() => Title, {
    nullable: true,
    description:
      "A title by id; null when there is none or you may not meet it. With `asOf`, the version that was in force then.",
  })
  async title(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, { description: "Global id, or `Title:` and the tenant's own id." }) id: string,
    @Arg("asOf", () => DateTime, {
      nullable: true,
      description: "An instant in the past. A title that was not in the catalogue then is null.",
    })
    asOf?: Date | null,
  ): Promise<TitleValue | null> {
    const local = localId(ctx.tenant, "Title", id);
    return asOf ? titleAsOf(ctx, local, asOf, info) : loadTitle(ctx, local, info.path);
  }

  @CacheFor(60)
  @Query(() => TitleConnection, {
    nullable: true,
    description: "Titles that you may meet, filtered and ordered (default: by name).",
  })
  titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => PageArgs) args: PageArgs,
    @Arg("filter", () => TitleFilter, { nullable: true, description: "Which titles. Default: all." })
    filterInput?: TitleFilter | null,
    @Arg("orderBy", () => TitleOrder, { nullable: true, description: "In what order. Default: NAME ASC." })
    orderBy?: TitleOrder | null,
  ): Promise<TitleList> {
    return listTitles({ ...args, filter: filterInput, orderBy }, ctx, info);
  }

  @ListSize(3)
  @FieldResolver(() => [Credit], { description: "Who made it and who plays in it, in billing order." })
  credits(
    @Root() title: TitleValue,
    @Arg("role", () => CreditRoleEnum, { nullable: true, description: "Only this part." })
    role?: CreditRole | null,
  ) {
    return creditsOf(title, { role });
  }

  @FieldResolver(() => Progress, {
    nullable: true,
    description: "How far the signed-in profile has got; null when it has not begun, or nobody is signed in.",
  })
  async myProgress(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() title: TitleValue) {
    return (await stateOf(ctx, title, info))?.progress ?? null;
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "The signed-in profile's rating, 1 to 5; null when it has given none, or nobody is signed in.",
  })
  async myRating(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() title: TitleValue) {
    return (await stateOf(ctx, title, info))?.rating ?? null;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: "Whether it is on the signed-in profile's watchlist; false when nobody is signed in.",
  })
  async inMyWatchlist(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() title: TitleValue) {
    return (await stateOf(ctx, title, info))?.inWatchlist ?? false;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description:
      "Whether the signed-in profile does not want to be shown it (`setNotForMe`); false when nobody is signed in.",
  })
  async notForMe(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() title: TitleValue) {
    return (await stateOf(ctx, title, info))?.notForMe ?? false;
  }

  @Cost(5)
  @FieldResolver(() => SimilarTitleConnection, {
    nullable: true,
    description: "Titles that viewers of this one take to, nearest first, up to 100.",
  })
  async similar(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() title: TitleValue,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ): Promise<ConnectionValue<TitleValue, { score: number }>> {
    const at = readPage(ctx, `similar ${title.id}`, args);
    const neighbours = await ctx.recommendations.similarTo.load(title.id, info.path);
    const entries = neighbours.map(({ titleId, score }) => ({
      titleId,
      score,
      position: { value: score, id: titleId },
    }));
    const visible = (await onlyVisible(ctx, entries, info.path)).slice(0, MAX_SIMILAR);
    const page = pageOfList(visible, at.page);
    return toConnection(ctx, at, await loadEdges(ctx, page, info.path, ({ score }) => ({ score })));
  }
}

@Resolver(() => TitleConnection)
export class TitleConnectionResolver {
  @Cost(2)
  @FieldResolver(() => Int, {
    nullable: true,
    description: "How many titles the list has in all. Counted only when asked for.",
  })
  async totalCount(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() list: TitleList,
  ): Promise<number> {
    return (await ctx.catalog.titleCount.load(list.filter, info.path)) ?? 0;
  }
}

/** Progress, rating, watchlist and what is not wanted come together: the fields of a level share one look-up. */
async function stateOf(ctx: Context, title: TitleValue, info: GraphQLResolveInfo) {
  if (!ctx.identity) return null;
  return ctx.viewing.titleState.load({ profile: ctx.identity.profile, title: title.id }, info.path);
}

/** A version as it was, for whoever may meet the title today and could have been shown that version. */
async function titleAsOf(
  ctx: Context,
  id: string,
  asOf: Date,
  info: GraphQLResolveInfo,
): Promise<TitleValue | null> {
  const audience = await ctx.audience(info.path);
  if (asOf > audience.now && !audience.editor) {
    throw badInput("asOf", `${asOf.toISOString()} is in the future`, "an instant in the past");
  }
  const [today, then] = await Promise.all([
    ctx.catalog.titleById.load(id, info.path),
    ctx.catalog.titleAsOf.load({ id, at: asOf.toISOString() }, info.path),
  ]);
  if (!today || !then) return null;
  const shown = { ...then, popularity: today.popularity };
  return mayMeet({ ...shown, licences: today.licences }, audience) ? shown : null;
}
