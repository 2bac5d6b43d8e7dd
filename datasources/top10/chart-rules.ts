/*
 * When a day of a country is closed, and what of it makes a list. The figures are Marquee's own: so that a list is there
 * before people get up, that nobody makes one alone, and that a delivery which has hardly begun to come in makes none.
 */

/** Hours behind its midnight after which a country's day is closed: players that were away have told by then. */
export const CLOSING_HOURS = 3;
/** Hours behind the closing within which what comes late ranks a day anew; afterwards its list stands. */
export const LATE_HOURS = 48;
/** Viewers that a country's day needs for a list. */
export const LEAST_VIEWERS = 3;
/** Viewers that a title needs to stand before those with fewer, whatever their watch time. */
export const TOGETHER = 2;
/** Watch time of one profile that counts on a day, of what it watched longest. Seconds. */
export const MAX_PROFILE_SECONDS = 8 * 3600;
/** Share of the viewers that a country had a day, on average of the week before, which a day needs for a list. */
export const ENOUGH_SHARE = 0.25;
/** Days of that week. */
export const USUAL_DAYS = 7;
/** Titles of a list. */
export const LISTED = 10;
/**
 * Titles that a list is kept with for each maturity limit: beside those that it has, so many more for whoever may not meet
 * some of them for another reason, where they are or since the day.
 */
export const KEPT_TITLES = 2 * LISTED;
/** By how much of its watch time, or of its viewers, a list may differ from the facts. */
export const RECONCILED_SHARE = 0.001;
/** Days back to which lists that are missing are made by themselves. */
export const CATCH_UP_DAYS = 60;
