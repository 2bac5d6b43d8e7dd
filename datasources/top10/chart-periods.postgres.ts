import { type ChartPeriod } from "../core/vocabulary.js";
import { sql, type Sql } from "../engines/postgres/store.postgres.js";

/** What lists of a kind are of, and where they are. */
export interface PeriodPlaces {
  /** Days of each. */
  days: number;
  /** Its entries, by the first of these days. */
  entries: Sql;
  /** What is watched in each, and by how many in all: parts of the statement that reads (`watches`). */
  watches: Sql;
  viewers: Sql;
  /** The lists that are made of that: a part as well, and a table where they are written (chart-parts.postgres.ts). */
  lists: Sql;
  /** The first day of the one that a day lies in. */
  first: (day: Sql) => Sql;
}

export const PERIODS: Readonly<Record<ChartPeriod, PeriodPlaces>> = {
  DAY: {
    days: 1,
    entries: sql`top10_entries`,
    watches: sql`daily_watches`,
    viewers: sql`daily_viewers`,
    lists: sql`daily_lists`,
    first: (day) => day,
  },
  WEEK: {
    days: 7,
    entries: sql`top10_weeks`,
    watches: sql`weekly_watches`,
    viewers: sql`weekly_viewers`,
    lists: sql`weekly_lists`,
    first: (day) => sql`date_trunc('week', ${day})::date`,
  },
};
