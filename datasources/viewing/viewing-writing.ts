import { type PresumedViewer } from "../accounts/presumed-viewer.js";
import { type Tenant } from "../core/tenant.js";
import { type TitleStateOfProfile } from "./viewing.js";
import { type DeviceKind } from "../core/vocabulary.js";

/** Latest that an event's instant may lie ahead of the gateway's clock; it counts as now. Milliseconds. */
export const CLOCK_SKEW_MS = 5 * 60_000;
/** Earliest instant of an event. */
export const EARLIEST = new Date("2000-01-01T00:00:00Z");
/** Highest position. Seconds; a day. */
export const MAX_POSITION = 86_400;

/** A profile and a title that it may meet. */
export interface Pair {
  profileId: string;
  titleId: string;
}

/** Where a player stands. */
export interface ProgressEvent extends Pair {
  /** The title's running time where it is known. Seconds. */
  durationSeconds: number | null;
  /** Seconds from the start; what lies behind the end counts as the end. */
  positionSeconds: number;
  /** Whether it was watched to the end; null: where `isFinished` says so of the position. */
  completed: boolean | null;
  /** Null where the client does not say. */
  device: DeviceKind | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** When; null: now. */
  at: Date | null;
  /** The client's own id of the event, which lets it send the event again; null: every call is an event. */
  eventId: string | null;
}

/** What a write left behind. */
export interface ViewingWritten {
  state: TitleStateOfProfile;
  /** The transaction: what has been projected up to it includes the write. */
  xid: number;
}

/**
 * What viewers write. Each call is one transaction that holds the facts and the events which projections follow.
 * Every method throws `Refusal` PROFILE_NOT_FOUND where the profile is gone.
 */
export interface ViewingWriting {
  /**
   * Stores a viewing event and brings the pair's progress up to date. An event older than the latest counts as watched
   * and moves nothing; how much was watched depends on what the events say, not on their order of arrival (`watchTimes`).
   * Having been watched to the end stays true. For charts and tastes counts what was played in a session that was allowed
   * to play the title. An event sent again is answered as it was the first time and changes nothing.
   *
   * Events that wait at the same time share a transaction. One that cannot be stored costs no other anything.
   *
   * @param turn lets it wait for that no longer when it is aborted: nothing is done then.
   * @param presumed whom it was not looked up to be by.
   * @throws Refusal POSITION_OUT_OF_RANGE, AT_OUT_OF_RANGE, EVENT_ID_INVALID, or EVENT_ID_REUSED for an event that was
   * another when its id was sent first; what `turn` was aborted with; NotAsPresumedError where it is somebody else.
   */
  recordProgress(
    tenant: Tenant,
    event: ProgressEvent,
    turn?: AbortSignal,
    presumed?: PresumedViewer | null,
  ): Promise<ViewingWritten>;
  /**
   * Stores a rating, 1 to 5, or takes it away (null). The rating that is there already changes nothing.
   *
   * @throws Refusal RATING_OUT_OF_RANGE.
   */
  rate(tenant: Tenant, pair: Pair, rating: number | null): Promise<ViewingWritten>;
  /** Puts a title on the watchlist; one that is there stays where it is. */
  addToWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten>;
  /** Takes a title off the watchlist, where it is on it. */
  removeFromWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten>;
  /**
   * Notes that a title is not for the profile, or takes that back. What is so already changes nothing.
   *
   * @throws Refusal NOT_FOR_ME_FULL.
   */
  setNotForMe(tenant: Tenant, pair: Pair, notForMe: boolean): Promise<ViewingWritten>;
  /** Takes a title off continue watching until it is watched again; where it is not on it, nothing changes. */
  dismiss(tenant: Tenant, pair: Pair): Promise<ViewingWritten>;
}
