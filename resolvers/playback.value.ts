import {
  type PlaybackSession,
  type SessionHolder,
  type SessionKey,
} from "../datasources/playback/playback.js";
import { type ViewerRecord } from "../datasources/accounts/accounts.js";
import { describeRendition } from "../packages/rendition-ladder/index.js";
import { type Tenant } from "../datasources/core/tenant.js";
import {
  type OmittedRendition,
  type PlaybackSession as Session,
  type Rendition,
} from "../schema/playback.type.js";
import { type Answer, type NodeAnswer } from "./answer.js";
import { hasOwnAlone } from "./permissions-gate.js";
import { type Context } from "./request/context.js";
import { toGlobalId } from "./request/global-id.js";

/** The sessions that a viewer may name: any of the account's, and a child its own. */
export function sessionHolder(ctx: Context, viewer: ViewerRecord): SessionHolder {
  const profileId = hasOwnAlone(ctx, viewer, "FAMILY") ? viewer.profile.id : null;
  return { accountId: viewer.account?.id ?? null, profileId };
}

/** One of them. */
export function sessionKey(ctx: Context, viewer: ViewerRecord, sessionId: string): SessionKey {
  return { ...sessionHolder(ctx, viewer), sessionId };
}

/** A playback session as GraphQL reads it. */
export function toPlaybackSession(tenant: Tenant, { id, expiresAt, renditions, omitted }: PlaybackSession) {
  return {
    __typename: "PlaybackSession",
    id: toGlobalId(tenant, "PlaybackSession", id),
    expiresAt,
    renditions: renditions satisfies Answer<Rendition>[],
    omitted: omitted.map(
      ({ rendition, reason }) =>
        ({ rendition: describeRendition(rendition), reason }) satisfies Answer<OmittedRendition>,
    ),
  } satisfies NodeAnswer<Session>;
}
