/** Video codecs that a device may name. Renditions are in the first two. */
export const VIDEO_CODECS = ["H264", "HEVC", "VP9", "AV1"] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** Formats of high dynamic range that a device may name. */
export const HDR_FORMATS = ["HDR10", "HDR10_PLUS", "DOLBY_VISION", "HLG"] as const;
export type HdrFormat = (typeof HDR_FORMATS)[number];

/** Why a quality is kept from a device. */
export const OMISSION_REASONS = [
  "CODEC_NOT_SUPPORTED",
  "HDR_NOT_SUPPORTED",
  "PLAN_LIMIT",
  "DEVICE_TOO_SMALL",
] as const;
export type OmissionReason = (typeof OMISSION_REASONS)[number];

/** One quality that a title can be played in. */
export interface Rendition {
  /** Pixels. */
  width: number;
  height: number;
  codec: VideoCodec;
  /** Null: standard dynamic range. */
  hdr: HdrFormat | null;
  /** Average bit rate. */
  bitrateKbps: number;
}

/** What a device can show. Width and height in pixels, whichever way it is held. */
export interface DeviceCapabilities {
  width: number;
  height: number;
  codecs: readonly VideoCodec[];
  hdr: readonly HdrFormat[];
}

/** What a device is offered, best first, and what is kept from it, with the first reason there is. */
export interface RenditionLadder {
  renditions: Rendition[];
  omitted: { rendition: Rendition; reason: OmissionReason }[];
}

type Rung = [width: number, height: number, bitrateKbps: number];

/*
 * Sizes and average bit rates follow the recommended ladder of Apple's "HLS Authoring Specification for Apple Devices"
 * (16:9, up to 30 frames a second), the higher rate where it names several for one size.
 */
const H264: Rung[] = [
  [416, 234, 145],
  [640, 360, 365],
  [768, 432, 1_100],
  [960, 540, 2_000],
  [1280, 720, 4_500],
  [1920, 1080, 7_800],
];
const HEVC: Rung[] = [
  [640, 360, 145],
  [768, 432, 300],
  [960, 540, 1_600],
  [1280, 720, 3_400],
  [1920, 1080, 5_800],
  [2560, 1440, 8_100],
  [3840, 2160, 16_800],
];
const HEVC_HDR: Rung[] = [
  [640, 360, 160],
  [768, 432, 360],
  [960, 540, 1_930],
  [1280, 720, 4_080],
  [1920, 1080, 7_000],
  [2560, 1440, 9_700],
  [3840, 2160, 20_000],
];

/** Every rendition of a title, best first: the larger picture, then the wider range, then the newer codec. */
export const LADDER: readonly Rendition[] = [
  ...rungs(HEVC_HDR, "HEVC", "DOLBY_VISION"),
  ...rungs(HEVC_HDR, "HEVC", "HDR10"),
  ...rungs(HEVC, "HEVC", null),
  ...rungs(H264, "H264", null),
].sort((a, b) => b.height - a.height);

/**
 * The renditions for a device under a plan. A screen smaller than every rendition that it can decode is offered the
 * smallest, to be scaled down; nothing else is ever offered that the device or the plan does not allow.
 *
 * @param maxHeight highest resolution of the plan. Lines.
 */
export function renditionLadder(device: DeviceCapabilities, maxHeight: number): RenditionLadder {
  const judged = LADDER.map((rendition) => ({
    rendition,
    reason: reasonAgainst(rendition, device, maxHeight),
  }));
  if (!judged.some(({ reason }) => reason === null)) {
    const smallest = judged.findLast(({ reason }) => reason === "DEVICE_TOO_SMALL");
    if (smallest) smallest.reason = null;
  }
  return {
    renditions: judged.flatMap(({ rendition, reason }) => (reason === null ? [rendition] : [])),
    omitted: judged.flatMap(({ rendition, reason }) => (reason === null ? [] : [{ rendition, reason }])),
  };
}

/** A rendition in words: `3840x2160 HEVC HDR10 20000 kbps`. */
export function describeRendition({ width, height, codec, hdr, bitrateKbps }: Rendition): string {
  return `${width}x${height} ${codec} ${hdr ?? "SDR"} ${bitrateKbps} kbps`;
}

function reasonAgainst(
  { width, height, codec, hdr }: Rendition,
  device: DeviceCapabilities,
  maxHeight: number,
): OmissionReason | null {
  if (!device.codecs.includes(codec)) return "CODEC_NOT_SUPPORTED";
  if (hdr !== null && !device.hdr.includes(hdr)) return "HDR_NOT_SUPPORTED";
  if (height > maxHeight) return "PLAN_LIMIT";
  const fits =
    width <= Math.max(device.width, device.height) && height <= Math.min(device.width, device.height);
  return fits ? null : "DEVICE_TOO_SMALL";
}

function rungs(sizes: readonly Rung[], codec: VideoCodec, hdr: HdrFormat | null): Rendition[] {
  return sizes.map(([width, height, bitrateKbps]) => ({ width, height, codec, hdr, bitrateKbps }));
}
