import { Refusal } from "../core/refusal.js";
import { CLOCK_SKEW_MS, EARLIEST, MAX_POSITION, type ProgressEvent } from "./viewing-writing.js";

/** A player's position at an instant. Milliseconds since 1970, seconds. */
export interface Standing {
  at: number;
  position: number;
}

/**
 * Refuses a viewing event that cannot have happened.
 *
 * @param now milliseconds since 1970.
 */
export function checkProgress(event: ProgressEvent, now: number): void {
  const { positionSeconds, at, eventId } = event;
  if (positionSeconds < 0 || positionSeconds > MAX_POSITION) {
    throw new Refusal(
      "positionSeconds",
      "POSITION_OUT_OF_RANGE",
      `${positionSeconds} is no position in a title. Accepted: seconds from 0 to ${MAX_POSITION}.`,
    );
  }
  // Written so that an invalid date is refused as well.
  if (at && !(at >= EARLIEST && at.getTime() <= now + CLOCK_SKEW_MS)) {
    throw new Refusal(
      "at",
      "AT_OUT_OF_RANGE",
      `The instant is not in the past. Accepted: from ${EARLIEST.toISOString()} to ${new Date(now + CLOCK_SKEW_MS).toISOString()}, which is ${CLOCK_SKEW_MS / 60_000} minutes ahead of now.`,
    );
  }
  if (eventId !== null && !/^[\x21-\x7e]{1,128}$/.test(eventId)) {
    throw new Refusal(
      "eventId",
      "EVENT_ID_INVALID",
      "This is no event id. Accepted: 1 to 128 ASCII characters without white space, such as a UUID.",
    );
  }
}

/** Refuses what is no rating. */
export function checkRating(rating: number | null): void {
  if (rating === null || (Number.isInteger(rating) && rating >= 1 && rating <= 5)) return;
  throw new Refusal(
    "rating",
    "RATING_OUT_OF_RANGE",
    `${rating} is no rating. Accepted: 1 to 5, or null to take the rating away.`,
  );
}

/** The position that counts: nothing lies behind the end of a title whose running time is known. */
export function withinTitle(positionSeconds: number, durationSeconds: number | null): number {
  return durationSeconds === null ? positionSeconds : Math.min(positionSeconds, durationSeconds);
}

/**
 * For how long an event was watched. An event stands for the time that ends at its instant and is as long as the
 * position has advanced since the event before it, but it does not reach back before that event, nor into the time
 * that a later event which arrived earlier stands for. So skipping ahead, a pause, a second player and the order of
 * arrival count no second twice. The first event of all stands for the way from the start.
 *
 * @param before the latest event at or before this one.
 * @param taken from when on the events behind it stand for the time. Milliseconds since 1970.
 * @returns seconds, never negative and never more than the position has advanced.
 */
export function secondsWatched(event: Standing, before: Standing | null, taken: number | null): number {
  const advance = event.position - (before?.position ?? 0);
  const from = Math.max(event.at - advance * 1_000, before?.at ?? -Infinity);
  const until = Math.min(event.at, taken ?? Infinity);
  // Players report every few seconds, give or take: rounded down, a tenth of what is watched would be lost.
  return Math.max(0, Math.min(advance, Math.ceil((until - from) / 1_000)));
}
