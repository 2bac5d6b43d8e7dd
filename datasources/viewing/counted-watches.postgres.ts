import { sql } from "../engines/postgres/store.postgres.js";

/*
 * What a viewing event `e` counts for in what others see: charts, popularity and the tastes that are learned. An import is
 * an operator's word; what a player told counts as far as it was played in a session that was allowed to play it.
 */

/** Whether it counts. */
export const COUNTS = sql`(e.position_seconds is null or e.allowed_seconds is not null)`;

/** Its watch time that counts, where it does. Seconds. */
export const COUNTED_SECONDS = sql`least(e.seconds, coalesce(e.allowed_seconds, e.seconds))`;
