import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { Refusal } from "../datasources/core/refusal.js";
import {
  type Pair,
  type ViewingWriting,
  type ViewingWritten,
} from "../datasources/viewing/viewing-writing.js";
import {
  DismissInput,
  NotForMeInput,
  RateTitleInput,
  RecordProgressInput,
  WatchlistInput,
} from "../schema/viewing.input.js";
import { AddToWatchlistPayload, RemoveFromWatchlistPayload, ViewingPayload } from "../schema/viewing.type.js";
import { Context } from "./request/context.js";
import { type Answer } from "./answer.js";
import { readPage, shelfList, toConnection } from "./connection.js";
import { payload } from "./payload.js";
import { toGlobalId } from "./request/global-id.js";
import { signedIn } from "./permissions-gate.js";
import { type TitleValue } from "./title.value.js";
import { watchedTitle } from "./watched-title.js";

@Resolver()
export class ViewingResolver {
  @Mutation(() => ViewingPayload, {
    nullable: true,
    description: "Tells how far the signed-in profile has got with a title.",
  })
  recordProgress(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RecordProgressInput, { description: "Where the player stands." })
    input: RecordProgressInput,
  ) {
    return write<ViewingPayload>(ctx, info, input.title, async (writing, pair, title) => {
      const minutes = title.runtimeMinutes;
      const { device = null, at = null, eventId = null, positionSeconds } = input;
      // The end of an episode is not the end of its series.
      const completed = input.completed ?? (title.kind === "SERIES" ? false : null);
      const { country } = await ctx.audience(info.path);
      const durationSeconds = minutes === null ? null : minutes * 60;
      const event = { ...pair, positionSeconds, durationSeconds, completed, device, country, at, eventId };
      return writing.recordProgress(ctx.tenant, event, ctx.lifetime?.unbegun, ctx.presumed);
    });
  }

  @Mutation(() => ViewingPayload, { nullable: true, description: "Rates a title for the signed-in profile." })
  rateTitle(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RateTitleInput, { description: "What, and how." }) { title, rating }: RateTitleInput,
  ) {
    return write<ViewingPayload>(ctx, info, title, (writing, pair) => {
      if (rating !== undefined) return writing.rate(ctx.tenant, pair, rating);
      const message = "There is no rating. Accepted: 1 to 5, or null to take the rating away.";
      throw new Refusal("rating", "RATING_OUT_OF_RANGE", message);
    });
  }

  @Mutation(() => ViewingPayload, {
    nullable: true,
    description:
      "Says that a title is not for the signed-in profile, or takes that back: it is suggested no more, what is like it less, and search still finds it. At most 2,000 titles are not for a profile.",
  })
  setNotForMe(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => NotForMeInput, { description: "Which, and whether." }) input: NotForMeInput,
  ) {
    return write<ViewingPayload>(ctx, info, input.title, (writing, pair) =>
      writing.setNotForMe(ctx.tenant, pair, input.notForMe),
    );
  }

  @Mutation(() => ViewingPayload, {
    nullable: true,
    description:
      "Takes a title off the signed-in profile's continue watching until it is watched again; it keeps its place.",
  })
  dismissFromContinueWatching(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => DismissInput, { description: "Which." }) { title }: DismissInput,
  ) {
    return write<ViewingPayload>(ctx, info, title, (writing, pair) => writing.dismiss(ctx.tenant, pair));
  }

  @Mutation(() => AddToWatchlistPayload, {
    nullable: true,
    description: "Puts a title on the signed-in profile's watchlist; one that is there stays where it is.",
  })
  addToWatchlist(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => WatchlistInput, { description: "Which." }) { title }: WatchlistInput,
  ) {
    return write<AddToWatchlistPayload>(
      ctx,
      info,
      title,
      (writing, pair) => writing.addToWatchlist(ctx.tenant, pair),
      (value) => ({ watchlistEdge: () => watchlistEdge(ctx, info, value) }),
    );
  }

  @Mutation(() => RemoveFromWatchlistPayload, {
    nullable: true,
    description: "Takes a title off the signed-in profile's watchlist, where it is on it.",
  })
  removeFromWatchlist(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => WatchlistInput, { description: "Which." }) { title }: WatchlistInput,
  ) {
    return write<RemoveFromWatchlistPayload>(
      ctx,
      info,
      title,
      (writing, pair) => writing.removeFromWatchlist(ctx.tenant, pair),
      (removed) => ({ removedTitleId: toGlobalId(ctx.tenant, "Title", removed.id) }),
    );
  }
}

/**
 * One write about a title that the signed-in profile may meet. The payload's title knows what was written.
 *
 * @param extra what the payload says beside that.
 */
async function write<P extends ViewingPayload>(
  ctx: Context,
  info: GraphQLResolveInfo,
  id: string,
  work: (writing: ViewingWriting, pair: Pair, title: TitleValue) => Promise<ViewingWritten>,
  extra?: (title: TitleValue) => Answer<Omit<P, keyof ViewingPayload>>,
) {
  const profileId = await writerOf(ctx, info);
  return payload<ViewingPayload>({}, async () => {
    const title = await watchedTitle(ctx, id, info.path);
    const pair = { profileId, titleId: title.id };
    const { state, xid } = await work(ctx.gateway.stores.viewingWriting, pair, title);
    ctx.viewing.titleState.replace({ profile: pair.profileId, title: pair.titleId }, state);
    return { title, consistencyToken: ctx.consistencyToken(xid), ...extra?.(title) };
  });
}

/** The profile that writes. */
async function writerOf(ctx: Context, { path }: GraphQLResolveInfo): Promise<string> {
  if (ctx.presumed && ctx.identity) return ctx.identity.profile;
  return (await signedIn(ctx, path)).profile.id;
}

/** Where a title stands on the signed-in profile's watchlist: one store call, where it is asked for. */
async function watchlistEdge(ctx: Context, { path }: GraphQLResolveInfo, title: TitleValue) {
  const { profile } = await signedIn(ctx, path);
  const key = { profile: profile.id, title: title.id };
  const row = await ctx.gateway.stores.viewing.shelved(ctx.on(path), "WATCHLIST", key);
  if (!row) return null;
  const rows = [{ position: row.position, node: title, extra: { addedAt: row.at } }];
  const at = readPage(ctx, shelfList("WATCHLIST", profile.id), {});
  return toConnection(ctx, at, { rows, hasMore: false }).edges[0];
}
