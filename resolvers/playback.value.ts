import { type PlaybackSession } from "../datasources/playback/playback.js";
import { describeRendition } from "../datasources/playback/rendition-ladder.js";
import { type Tenant } from "../datasources/core/tenant.js";
import {
  type OmittedRendition,
  type PlaybackSession as Session,
  type Rendition,
} from "../schema/playback.type.js";
import { type Answer, type NodeAnswer } from "./answer.js";
import { toGlobalId } from "./request/global-id.js";

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
