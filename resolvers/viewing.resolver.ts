import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { Refusal } from "../datasources/core/refusal.js";
import {
  type Pair,
  type ViewingWriting,
  type ViewingWritten,
} from "../datasources/viewing/viewing-writing.js";
import { RateTitleInput, RecordProgressInput, WatchlistInput } from "../schema/viewing.input.js";
import { ViewingPayload } from "../schema/viewing.type.js";
import { Context } from "./request/context.js";
import { payload } from "./payload.js";
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
    return write(ctx, info, input.title, async (writing, pair, title) => {
      const minutes = title.runtimeMinutes;
      const { device = null, at = null, eventId = null, positionSeconds } = input;
      // The end of an episode is not the end of its series.
      const completed = input.completed ?? (title.kind === "SERIES" ? false : null);
      const { country } = await ctx.audience(info.path);
      const durationSeconds = minutes === null ? null : minutes * 60;
      const event = { ...pair, positionSeconds, durationSeconds, completed, device, country, at, eventId };
      return writing.recordProgress(ctx.tenant, event);
    });
  }

  @Mutation(() => ViewingPayload, { nullable: true, description: "Rates a title for the signed-in profile." })
  rateTitle(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RateTitleInput, { description: "What, and how." }) { title, rating }: RateTitleInput,
  ) {
    return write(ctx, info, title, (writing, pair) => {
      if (rating !== undefined) return writing.rate(ctx.tenant, pair, rating);
      const message = "There is no rating. Accepted: 1 to 5, or null to take the rating away.";
      throw new Refusal("rating", "RATING_OUT_OF_RANGE", message);
    });
  }

  @Mutation(() => ViewingPayload, {
    nullable: true,
    description: "Puts a title on the signed-in profile's watchlist; one that is there stays where it is.",
  })
  addToWatchlist(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => WatchlistInput, { description: "Which." }) { title }: WatchlistInput,
  ) {
    return write(ctx, info, title, (writing, pair) => writing.addToWatchlist(ctx.tenant, pair));
  }

  @Mutation(() => ViewingPayload, {
    nullable: true,
    description: "Takes a title off the signed-in profile's watchlist, where it is on it.",
  })
  removeFromWatchlist(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => WatchlistInput, { description: "Which." }) { title }: WatchlistInput,
  ) {
    return write(ctx, info, title, (writing, pair) => writing.removeFromWatchlist(ctx.tenant, pair));
  }
}

/** One write about a title that the signed-in profile may meet. The payload's title knows what was written. */
async function write(
  ctx: Context,
  info: GraphQLResolveInfo,
  id: string,
  work: (writing: ViewingWriting, pair: Pair, title: TitleValue) => Promise<ViewingWritten>,
) {
  const { profile } = await signedIn(ctx, info.path);
  return payload<ViewingPayload>({}, async () => {
    const title = await watchedTitle(ctx, id, info.path);
    const pair = { profileId: profile.id, titleId: title.id };
    const { state, xid } = await work(ctx.gateway.stores.viewingWriting, pair, title);
    ctx.viewing.titleState.replace({ profile: pair.profileId, title: pair.titleId }, state);
    return { title, consistencyToken: ctx.consistencyToken(xid) };
  });
}
