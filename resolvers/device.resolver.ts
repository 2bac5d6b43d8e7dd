import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver } from "type-graphql";

import { Refusal } from "../datasources/core/refusal.js";
import { ListSize } from "../schema/cost.js";
import { EndSessionInput } from "../schema/session.input.js";
import {
  EndSessionPayload,
  Session,
  SignOutEverywherePayload,
  SignOutPayload,
} from "../schema/session.type.js";
import { Viewer } from "../schema/viewer.type.js";
import { ownSessions, sessionOwner } from "./device.value.js";
import { payload } from "./payload.js";
import { owner, signedIn } from "./permissions-gate.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";

@Resolver(() => Viewer)
export class DeviceResolver {
  @ListSize(5)
  @FieldResolver(() => [Session], {
    nullable: true,
    description: "Where the account is signed in, this device first; for a kids profile this device alone.",
  })
  sessions(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return ownSessions(ctx, info.path);
  }

  @Mutation(() => SignOutPayload, {
    nullable: true,
    description: "Signs this device out: the tokens that it has are good for nothing any more.",
  })
  async signOut(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const viewer = await ctx.viewer(info.path);
    const session = ctx.identity?.session;
    if (!viewer || !session) return { signedOut: false, errors: [] };
    const ended = await ctx.gateway.stores.sessions.end(ctx.tenant, sessionOwner(viewer), { session });
    // What the document asks behind it is asked by nobody.
    ctx.becomes(ctx.tenant, null);
    return { signedOut: ended > 0, errors: [] };
  }

  @Mutation(() => SignOutEverywherePayload, {
    nullable: true,
    description: "Signs the account out on every device, this one included.",
  })
  signOutEverywhere(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return payload<SignOutEverywherePayload>({}, async () => {
      const viewer = await owner(ctx, info.path);
      const endedSessions = await ctx.gateway.stores.sessions.end(ctx.tenant, sessionOwner(viewer), "ALL");
      ctx.becomes(ctx.tenant, null);
      return { endedSessions };
    });
  }

  @Mutation(() => EndSessionPayload, {
    nullable: true,
    description: "Signs one device of the account out, wherever it is; a kids profile its own alone.",
  })
  endSession(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => EndSessionInput, { description: "Which." }) input: EndSessionInput,
  ) {
    return payload<EndSessionPayload>({}, async () => {
      const viewer = await signedIn(ctx, info.path);
      const device = inputId(ctx.tenant, "Session", input.session, "session");
      const known = (await ownSessions(ctx, info.path)).find(({ localId }) => localId === device);
      const end = () => ctx.gateway.stores.sessions.end(ctx.tenant, sessionOwner(viewer), { device });
      if (!known || (await end()) === 0) throw sessionNotFound();
      ctx.becomes(ctx.tenant, known.current ? null : ctx.identity);
      return { endedSessionId: toGlobalId(ctx.tenant, "Session", device) };
    });
  }
}

function sessionNotFound() {
  return new Refusal(
    "session",
    "SESSION_NOT_FOUND",
    "There is no such session. viewer.sessions lists those there are.",
  );
}
