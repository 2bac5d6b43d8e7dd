import { Refusal } from "../core/refusal.js";
import { MAX_SIDE } from "./playback.js";
import { LADDER, type DeviceCapabilities } from "../../packages/rendition-ladder/index.js";

/** A plan, as far as it limits playback. */
export interface PlanLimits {
  name: string;
  maxStreams: number;
  /** Lines. */
  maxHeight: number;
}

/** A session that takes a stream of the plan. */
export interface LiveStream {
  device: string;
  /** Name of the profile that plays; null where it is gone. */
  profile: string | null;
}

/** Refuses a screen that cannot be. */
export function checkDevice({ width, height }: DeviceCapabilities): void {
  const side = (value: number) => Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
  if (side(width) && side(height)) return;
  throw new Refusal(
    "device",
    "DEVICE_OUT_OF_RANGE",
    `A screen of ${width}x${height} pixels cannot be. Accepted: width and height from 1 to ${MAX_SIDE}.`,
  );
}

export function noMembership(): Refusal {
  return new Refusal(
    null,
    "NO_SUBSCRIPTION",
    "This account has no active subscription. Accepted: an account with one; `subscribe` starts it.",
  );
}

export function tooManyStreams(plan: PlanLimits, live: readonly LiveStream[]): Refusal {
  const streams = plan.maxStreams === 1 ? "1 stream" : `${plan.maxStreams} streams`;
  const where = live.map(({ device, profile }) => (profile ? `${device} (${profile})` : device)).join(", ");
  return new Refusal(
    null,
    "TOO_MANY_STREAMS",
    `The plan ${plan.name} allows ${streams} at once, and streaming now: ${where}. Stop one of them, or change the plan.`,
  );
}

export function noRendition(plan: PlanLimits): Refusal {
  const playable = LADDER.filter(({ hdr, height }) => hdr === null && height <= plan.maxHeight);
  const codecs = [...new Set(playable.map(({ codec }) => codec))].reverse().join(" or ");
  return codecs
    ? new Refusal(
        "device.codecs",
        "NO_RENDITION",
        `Nothing can be played on this device under the plan ${plan.name}. The device must support ${codecs}.`,
      )
    : new Refusal(
        null,
        "NO_RENDITION",
        `The plan ${plan.name} allows ${plan.maxHeight} lines, and no rendition has so few: every device needs a plan with at least ${LADDER.at(-1)?.height} lines.`,
      );
}

export function noLongerPlayable(): Refusal {
  return new Refusal(
    "session",
    "NO_LONGER_PLAYABLE",
    "This profile may not play the title any more, and the stream was ended. Accepted: a title that it meets in lists and searches.",
  );
}

export function sessionNotFound(): Refusal {
  return new Refusal(
    "session",
    "SESSION_NOT_FOUND",
    "This account has no such playback session. Accepted: the id that startPlayback has answered.",
  );
}

export function sessionExpired(): Refusal {
  return new Refusal(
    "session",
    "SESSION_EXPIRED",
    "This playback session has ended: it was stopped, or no heartbeat came in time. startPlayback opens another.",
  );
}
