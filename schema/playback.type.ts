import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

import {
  OMISSION_REASONS,
  type HdrFormat,
  type OmissionReason,
  type VideoCodec,
} from "../datasources/core/vocabulary.js";
import { HdrFormatEnum, VideoCodecEnum } from "./playback.input.js";
import { Node } from "./node.js";
import { DateTime } from "./scalars.js";
import { Payload } from "./payload.js";
import { ListSize } from "./cost.js";

export const OmissionReasonEnum = Object.fromEntries(OMISSION_REASONS.map((reason) => [reason, reason])) as {
  [R in OmissionReason]: R;
};
registerEnumType(OmissionReasonEnum, {
  name: "OmissionReason",
  description: "Why a rendition is not offered; where there are several reasons, the first of these.",
  valuesConfig: {
    CODEC_NOT_SUPPORTED: { description: "The device does not decode its codec." },
    HDR_NOT_SUPPORTED: { description: "The device does not show its dynamic range." },
    PLAN_LIMIT: { description: "The plan allows fewer lines." },
    DEVICE_TOO_SMALL: { description: "The screen has fewer pixels." },
  },
});

@ObjectType({ simpleResolvers: true, description: "A quality that a title can be played in." })
export class Rendition {
  @Field(() => Int, { description: "Pixels." })
  width!: number;

  @Field(() => Int, { description: "Pixels." })
  height!: number;

  @Field(() => VideoCodecEnum, { description: "How it is encoded." })
  codec!: VideoCodec;

  @Field(() => HdrFormatEnum, { nullable: true, description: "Its dynamic range; null is the standard one." })
  hdr!: HdrFormat | null;

  @Field(() => Int, { description: "Average bit rate. Kilobits a second." })
  bitrateKbps!: number;
}

@ObjectType({ simpleResolvers: true, description: "A rendition that is not offered, and why." })
export class OmittedRendition {
  @Field({ description: "The rendition in words: `3840x2160 HEVC HDR10 20000 kbps`." })
  rendition!: string;

  @Field(() => OmissionReasonEnum, { description: "Why not." })
  reason!: OmissionReason;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A stream that the signed-in account plays.",
})
export class PlaybackSession extends Node {
  @Field(() => DateTime, { description: "When it ends unless a heartbeat comes." })
  expiresAt!: string;

  @ListSize(5)
  @Field(() => [Rendition], { description: "What device and plan allow, best first; at least one." })
  renditions!: Rendition[];

  @ListSize(5)
  @Field(() => [OmittedRendition], { description: "What they do not allow." })
  omitted!: OmittedRendition[];
}

@ObjectType({ simpleResolvers: true, description: "A new stream, or the reason why there is none." })
export class StartPlaybackPayload extends Payload("Why there is no stream; empty when there is one.") {
  @Field(() => PlaybackSession, { nullable: true, description: "Null when `errors` says why." })
  session!: PlaybackSession | null;
}

@ObjectType({ simpleResolvers: true, description: "A stream that goes on, or the reason why it does not." })
export class HeartbeatPlaybackPayload extends Payload("Why the stream does not go on; empty when it does.") {
  @Field(() => PlaybackSession, { nullable: true, description: "Null when `errors` says why." })
  session!: PlaybackSession | null;
}

@ObjectType({ simpleResolvers: true, description: "Whether a stream has ended." })
export class StopPlaybackPayload extends Payload("Why nothing was stopped; empty when it is.") {
  @Field(() => Boolean, { description: "Whether the session is over: also when it was before." })
  stopped!: boolean;
}
