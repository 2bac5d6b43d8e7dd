import { profileGone } from "../accounts/profile-rules.js";
import { mayMeet } from "../catalog/audience.js";
import { type Refusal } from "../core/refusal.js";
import { type TitleFacts } from "../core/title-fields.js";
import {
  noRendition,
  noMembership,
  tooManyStreams,
  type LiveStream,
  type PlanLimits,
} from "./playback-refusals.js";
import { type Asker } from "./playback.js";
import { renditionLadder, type DeviceCapabilities } from "../../packages/rendition-ladder/index.js";

/** What an account may stream now, and streams already. */
export interface Standing extends PlanLimits {
  /** The streams that count before the one that is judged. */
  live: LiveStream[];
  /** Of the profile that plays; null where it is gone. Age in years. */
  maturityLimit: number | null;
}

/** What a stream is judged by, at its start and at every heartbeat: facts of this moment. */
export interface Entitlement {
  /** Undefined where the account has no membership that is paid for. */
  standing: Standing | undefined;
  /** Its version in force; undefined where there is none. */
  title: TitleFacts | undefined;
  device: DeviceCapabilities;
}

/**
 * Why a stream may not be, or not go on; null where it may.
 *
 * @param titleRefused what is said where the profile may not meet the title.
 */
export function refusalOf(
  { standing, title, device }: Entitlement,
  asker: Asker,
  titleRefused: () => Refusal,
): Refusal | null {
  if (!standing) return noMembership();
  const { maturityLimit, live } = standing;
  if (maturityLimit === null) return profileGone();
  if (!title || !mayMeet(title, { ...asker, maturityLimit })) return titleRefused();
  if (renditionLadder(device, standing.maxHeight).renditions.length === 0) return noRendition(standing);
  return live.length >= standing.maxStreams ? tooManyStreams(standing, live) : null;
}
