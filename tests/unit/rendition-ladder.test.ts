import { describe, expect, it } from "vitest";

import {
  describeRendition,
  LADDER,
  renditionLadder,
  type DeviceCapabilities,
} from "../../packages/rendition-ladder/index.js";

const TELEVISION: DeviceCapabilities = {
  width: 3_840,
  height: 2_160,
  codecs: ["H264", "HEVC", "AV1"],
  hdr: ["HDR10", "DOLBY_VISION"],
};
const ANY_HEIGHT = 4_320;

const offered = (device: Partial<DeviceCapabilities>, maxHeight = ANY_HEIGHT) =>
  renditionLadder({ ...TELEVISION, ...device }, maxHeight).renditions;
const reasons = (device: Partial<DeviceCapabilities>, maxHeight = ANY_HEIGHT) =>
  new Set(renditionLadder({ ...TELEVISION, ...device }, maxHeight).omitted.map(({ reason }) => reason));

describe("the ladder", () => {
  it("grows in bit rate with the picture, in each codec and dynamic range", () => {
    for (const [codec, hdr] of [
      ["H264", null],
      ["HEVC", null],
      ["HEVC", "HDR10"],
      ["HEVC", "DOLBY_VISION"],
    ]) {
      const rungs = LADDER.filter((each) => each.codec === codec && each.hdr === hdr);
      expect(rungs.length).toBeGreaterThan(5);
      rungs.slice(1).forEach((rung, index) => {
        expect(rung.height).toBeLessThan(rungs[index]!.height);
        expect(rung.bitrateKbps).toBeLessThan(rungs[index]!.bitrateKbps);
      });
    }
  });

  it("is said in words", () => {
    expect(
      describeRendition({ width: 3840, height: 2160, codec: "HEVC", hdr: "HDR10", bitrateKbps: 20_000 }),
    ).toBe("3840x2160 HEVC HDR10 20000 kbps");
    expect(new Set(LADDER.map(describeRendition)).size).toBe(LADDER.length);
  });
});

describe("renditionLadder", () => {
  it("offers everything, best first, to a device and a plan without limits", () => {
    expect(renditionLadder(TELEVISION, ANY_HEIGHT)).toEqual({ renditions: LADDER, omitted: [] });
    expect(offered({})[0]).toMatchObject({ height: 2_160, hdr: "DOLBY_VISION" });
    expect(offered({}).at(-1)).toMatchObject({ height: 234, codec: "H264" });
  });

  it("offers or omits each rendition, exactly once", () => {
    for (const device of [
      {},
      { codecs: [] },
      { width: 1280, height: 720, hdr: [] },
      { width: 1, height: 1 },
    ]) {
      const { renditions, omitted } = renditionLadder({ ...TELEVISION, ...device }, 1_080);
      const all = [...renditions, ...omitted.map(({ rendition }) => rendition)].map(describeRendition);
      expect(all.sort()).toEqual(LADDER.map(describeRendition).sort());
    }
  });

  it("keeps from a device the codecs that it does not decode", () => {
    expect(offered({ codecs: ["H264"] }).every(({ codec }) => codec === "H264")).toBe(true);
    expect(offered({ codecs: ["H264"] })).toHaveLength(6);
    expect(reasons({ codecs: ["H264"] })).toEqual(new Set(["CODEC_NOT_SUPPORTED"]));
  });

  it("keeps from a device the dynamic range that it does not show", () => {
    expect(offered({ hdr: [] }).every(({ hdr }) => hdr === null)).toBe(true);
    expect(offered({ hdr: ["HDR10"] }).some(({ hdr }) => hdr === "HDR10")).toBe(true);
    expect(offered({ hdr: ["HDR10"] }).some(({ hdr }) => hdr === "DOLBY_VISION")).toBe(false);
    expect(reasons({ hdr: [] })).toEqual(new Set(["HDR_NOT_SUPPORTED"]));
  });

  it("stays within the screen, however it is held", () => {
    const heights = (width: number, height: number) =>
      new Set(offered({ width, height }).map((rendition) => rendition.height));
    expect(Math.max(...heights(1_920, 1_080))).toBe(1_080);
    expect(heights(1_080, 1_920)).toEqual(heights(1_920, 1_080));
    expect(Math.max(...heights(1_366, 768))).toBe(720);
    expect(reasons({ width: 1_366, height: 768 })).toEqual(new Set(["DEVICE_TOO_SMALL"]));
  });

  it("stays within the plan", () => {
    expect(Math.max(...offered({}, 720).map(({ height }) => height))).toBe(720);
    expect(Math.max(...offered({}, 719).map(({ height }) => height))).toBe(540);
    expect(reasons({}, 720)).toEqual(new Set(["PLAN_LIMIT"]));
  });

  it("leaves the smallest that it can decode to a screen smaller than all", () => {
    expect(offered({ width: 320, height: 180 })).toEqual([LADDER.at(-1)]);
    expect(offered({ width: 320, height: 180, codecs: ["HEVC"], hdr: [] })).toEqual([
      { width: 640, height: 360, codec: "HEVC", hdr: null, bitrateKbps: 145 },
    ]);
  });

  it("leaves nothing where no codec fits or the plan allows nothing", () => {
    expect(offered({ codecs: ["VP9", "AV1"] })).toEqual([]);
    expect(offered({ codecs: [] })).toEqual([]);
    expect(offered({ width: 320, height: 180 }, 100)).toEqual([]);
  });
});
