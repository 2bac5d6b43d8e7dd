import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { type SessionKey } from "../datasources/playback/playback.js";
import { PlaybackInput, StartPlaybackInput } from "../schema/playback.input.js";
import {
  HeartbeatPlaybackPayload,
  StartPlaybackPayload,
  StopPlaybackPayload,
} from "../schema/playback.type.js";
import { Context } from "./request/context.js";
import { inputId } from "./request/global-id.js";
import { payload } from "./payload.js";
import { signedIn } from "./permissions-gate.js";
import { sessionKey, toPlaybackSession } from "./playback.value.js";

@Resolver()
export class PlaybackResolver {
  @Mutation(() => StartPlaybackPayload, {
    nullable: true,
    description: "Begins to play a title, where the plan has a stream left, in what the device can show.",
  })
  async startPlayback(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => StartPlaybackInput, { description: "What, on what." }) input: StartPlaybackInput,
  ) {
    const { account, profile } = await signedIn(ctx, info.path);
    return payload<StartPlaybackPayload>({}, async () => {
      const started = await ctx.gateway.stores.playback.start(ctx.tenant, {
        accountId: account?.id ?? null,
        profileId: profile.id,
        asker: await ctx.audience(info.path),
        titleId: inputId(ctx.tenant, "Title", input.title, "title"),
        device: { ...input.device, hdr: input.device.hdr ?? [] },
      });
      return { session: toPlaybackSession(ctx.tenant, started) };
    });
  }

  @Mutation(() => HeartbeatPlaybackPayload, {
    nullable: true,
    description:
      "Keeps a stream: to be sent well before it expires. One that could not be started any more is ended, and `errors` says why.",
  })
  heartbeatPlayback(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => PlaybackInput, { description: "Which." }) { session }: PlaybackInput,
  ) {
    return payload<HeartbeatPlaybackPayload>({}, async () => {
      const key = await ownSession(ctx, info, session);
      const asker = await ctx.audience(info.path);
      const beaten = await ctx.gateway.stores.playback.heartbeat(ctx.tenant, key, asker);
      return { session: toPlaybackSession(ctx.tenant, beaten) };
    });
  }

  @Mutation(() => StopPlaybackPayload, {
    nullable: true,
    description: "Ends a stream, which is free at once.",
  })
  stopPlayback(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => PlaybackInput, { description: "Which." }) { session }: PlaybackInput,
  ) {
    return payload<StopPlaybackPayload>({ stopped: false }, async () => {
      const key = await ownSession(ctx, info, session);
      await ctx.gateway.stores.playback.stop(ctx.tenant, key);
      return { stopped: true };
    });
  }
}

async function ownSession(ctx: Context, info: GraphQLResolveInfo, session: string): Promise<SessionKey> {
  const viewer = await signedIn(ctx, info.path);
  return sessionKey(ctx, viewer, inputId(ctx.tenant, "PlaybackSession", session, "session"));
}
