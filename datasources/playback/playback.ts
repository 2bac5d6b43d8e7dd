import { type Audience } from "../catalog/audience.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type DeviceKind } from "../core/vocabulary.js";
import { type DeviceCapabilities, type RenditionLadder } from "../../packages/rendition-ladder/index.js";

/** How long a session lives behind its start or its last heartbeat. Seconds. */
export const SESSION_SECONDS = 60;
/** Largest side of a screen. Pixels. */
export const MAX_SIDE = 16_384;

/** A stream that an account plays. */
export interface PlaybackSession extends RenditionLadder {
  id: string;
  /** When it ends unless a heartbeat comes. ISO 8601. */
  expiresAt: string;
}

export interface PlaybackDevice extends DeviceCapabilities {
  kind: DeviceKind;
}

/** Whoever asks, as far as the request knows; the limit is the profile's that plays. */
export type Asker = Omit<Audience, "maturityLimit">;

/** What somebody wants to play, on what. */
export interface PlaybackStart {
  /** Null for a profile that belongs to no account, and so to no membership. */
  accountId: string | null;
  profileId: string;
  asker: Asker;
  titleId: string;
  device: PlaybackDevice;
}

/** Whose sessions are meant. Those of another account behave as ones that are missing. */
export interface SessionHolder {
  accountId: string | null;
  /** Where they have to be this profile's; null: any of the account's. */
  profileId: string | null;
}

/** A session of an account. */
export interface SessionKey extends SessionHolder {
  sessionId: string;
}

/** Playback sessions: who streams what, as far as the plan allows. */
export interface Playback {
  /** Sessions, live or not: those that the account has, by id. One store call. */
  sessionsByIds(
    request: StoreRequest,
    holder: SessionHolder,
    ids: readonly string[],
  ): Promise<Map<string, PlaybackSession>>;
  /**
   * Opens a session where the account's plan has a stream left, also among starts at the same time. Sessions that were
   * neither stopped nor expired count, each for itself.
   *
   * The title is judged by its version in force, not by a projection of it.
   *
   * @throws Refusal PROFILE_NOT_FOUND, TITLE_NOT_FOUND, NO_SUBSCRIPTION, TOO_MANY_STREAMS, DEVICE_OUT_OF_RANGE, or
   * NO_RENDITION where nothing could be played on the device.
   */
  start(tenant: Tenant, wanted: PlaybackStart): Promise<PlaybackSession>;
  /**
   * Keeps a session alive, in what the plan allows by now. One that could not be started any more is ended: of streams
   * that are too many for the plan, the latest.
   *
   * @throws Refusal SESSION_NOT_FOUND; SESSION_EXPIRED where it has ended: its stream may be another's by now;
   * NO_LONGER_PLAYABLE, NO_SUBSCRIPTION, TOO_MANY_STREAMS or NO_RENDITION where it is ended now.
   */
  heartbeat(tenant: Tenant, key: SessionKey, asker: Asker): Promise<PlaybackSession>;
  /**
   * Ends a session, whose stream is free at once. One that has ended already stays as it is.
   *
   * @throws Refusal SESSION_NOT_FOUND.
   */
  stop(tenant: Tenant, key: SessionKey): Promise<void>;
}
