import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { LEAST_WATCH, LEFT_BEFORE } from "./watch-rules.js";

/** What is known of how long something was viewed. */
export interface ViewedColumns {
  /** Whether to the end. */
  completed: Sql;
  /** Watch time. */
  seconds: Sql;
  /** The running time; null where it is not known. Seconds. */
  duration: Sql;
}

/** Whether a viewing was a watch (`LEAST_WATCH`), never null where completed and seconds are not. */
export function isWatch({ completed, seconds, duration }: ViewedColumns): Sql {
  const { seconds: enough, percent } = LEAST_WATCH;
  return sql`(${completed} or ${seconds} >= least(${enough}::int, nullif(${duration}, 0) * ${percent}::int / 100.0))`;
}

const SECONDS = sql`(case when p.unmeasured then greatest(p.watched_seconds, p.position_seconds) else p.watched_seconds end)`;

/**
 * Whether what a profile has done with a title (a row `p` of `title_progress`) was a watch, for the profile itself. Where
 * the time is not measured, the place where it stands says how long it was.
 */
export const WATCHED = isWatch({
  completed: sql`p.completed`,
  seconds: SECONDS,
  duration: sql`p.duration_seconds`,
});

/** Whether a row `p` of `title_progress` stands early in its title (`LEFT_BEFORE`); never null. */
export const LEFT_EARLY = sql`(not p.completed
  and coalesce(greatest(${SECONDS}, p.position_seconds) < p.duration_seconds * ${LEFT_BEFORE.percent}::int / 100.0, false))`;

/** Whether it was one for what others see: of the time that counts (counted-watches.postgres.ts). */
export const WATCHED_COUNTING = sql`(p.counted_seconds is not null and ${isWatch({
  completed: sql`p.completed`,
  seconds: sql`p.counted_seconds`,
  duration: sql`p.duration_seconds`,
})})`;
