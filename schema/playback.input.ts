import { Field, ID, InputType, Int, registerEnumType } from "type-graphql";

import {
  HDR_FORMATS,
  VIDEO_CODECS,
  type HdrFormat,
  type VideoCodec,
} from "../datasources/core/vocabulary.js";
import { type DeviceKind } from "../datasources/core/vocabulary.js";
import { DeviceKindEnum } from "./viewing.input.js";

export const VideoCodecEnum = Object.fromEntries(VIDEO_CODECS.map((codec) => [codec, codec])) as {
  [C in VideoCodec]: C;
};
registerEnumType(VideoCodecEnum, {
  name: "VideoCodec",
  description: "How a video is encoded.",
  valuesConfig: {
    H264: { description: "H.264, AVC." },
    HEVC: { description: "H.265, HEVC." },
    VP9: { description: "VP9." },
    AV1: { description: "AV1." },
  },
});

export const HdrFormatEnum = Object.fromEntries(HDR_FORMATS.map((format) => [format, format])) as {
  [F in HdrFormat]: F;
};
registerEnumType(HdrFormatEnum, {
  name: "HdrFormat",
  description: "A format of high dynamic range.",
  valuesConfig: {
    HDR10: { description: "HDR10." },
    HDR10_PLUS: { description: "HDR10+." },
    DOLBY_VISION: { description: "Dolby Vision." },
    HLG: { description: "Hybrid log-gamma." },
  },
});

@InputType({ description: "What a device can show." })
export class PlaybackDeviceInput {
  @Field(() => DeviceKindEnum, { description: "What it is." })
  kind!: DeviceKind;

  @Field(() => Int, { description: "Width of its screen, 1 to 16,384 pixels." })
  width!: number;

  @Field(() => Int, { description: "Height of its screen, 1 to 16,384 pixels." })
  height!: number;

  @Field(() => [VideoCodecEnum], { description: "The codecs that it decodes." })
  codecs!: VideoCodec[];

  @Field(() => [HdrFormatEnum], {
    nullable: true,
    description: "The formats of high dynamic range that it shows. Default: none.",
  })
  hdr?: HdrFormat[] | null;
}

@InputType({ description: "What to play, on what." })
export class StartPlaybackInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;

  @Field(() => PlaybackDeviceInput, { description: "The device." })
  device!: PlaybackDeviceInput;
}

@InputType({ description: "A playback session of the signed-in account." })
export class PlaybackInput {
  @Field(() => ID, { description: "The id that `startPlayback` has answered." })
  session!: string;
}
