import { Refusal } from "../core/refusal.js";
import { CLOCK_SKEW_MS, EARLIEST, MAX_POSITION, type ProgressEvent } from "./viewing-writing.js";

/**
 * From when to when a title is being watched, as the deployment sets it.
 *
 * Kodi takes a title for watched from 90 % on (`playcountminimumpercent`) and keeps no place within the first 180 s
 * (`ignoresecondsatstart`; xbmc/settings/AdvancedSettings.cpp). Jellyfin resumes between 5 % and 90 % (`MinResumePct`,
 * `MaxResumePct`; MediaBrowser.Model/Configuration/ServerConfiguration.cs). Plex takes 90 % ("video played threshold").
 * The least position is a minute here: 5 % of an episode of 20 minutes.
 */
export interface WatchRules {
  /** From this share of its running time on a film has been watched to the end. Per cent. */
  finishedPercent: number;
  /** From this position on a title has been begun. Seconds. */
  begunSeconds: number;
}

/**
 * From when on a viewing is a watch: what is learned, charted, recommended from or said to be watched already. It is one
 * where it reached the end, or lasted so long, or so large a part of the running time, whichever comes first; what was
 * left earlier counts for nothing of these.
 *
 * Netflix counted whoever had chosen to watch for two minutes (letter to shareholders of the fourth quarter of 2019);
 * Jellyfin takes 5 % (`MinResumePct`), which matters for what is shorter than forty minutes.
 */
export const LEAST_WATCH = { seconds: 120, percent: 5 } as const;

/**
 * From when on a watch has been given up: it has come so far at most, and nothing more of it was watched for so long.
 * Chosen, not measured: no public data tells of titles that were left. Of the shares that services report, "watchers" end
 * with 70 % and "starters" with two minutes (Netflix to the Communications and Digital Committee of the House of Lords,
 * 2019); a fifth is well below what somebody who means to go on has seen after a week.
 */
export const LEFT_BEFORE = { percent: 20, days: 7 } as const;

export const WATCH_RULES: WatchRules = { finishedPercent: 90, begunSeconds: 60 };

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

/** Whether a title has been watched to the end at a position; never where its running time is not known. Seconds. */
export function isFinished(
  positionSeconds: number,
  durationSeconds: number | null,
  { finishedPercent }: WatchRules,
): boolean {
  return durationSeconds !== null && positionSeconds * 100 >= durationSeconds * finishedPercent;
}
