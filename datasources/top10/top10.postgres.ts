import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { zoneOf } from "../core/time-zones.js";
import { openDay } from "./chart-days.postgres.js";
import { type Top10, type Top10Row, type TrendingTitle } from "./top10.js";

/** The title that an entry counts for: two that were merged since the job ran are one, in the better place of both. */
const KEPT = sql`coalesce(h.merged_into, t.title_id)`;

/** The charts that the batch job left in PostgreSQL. */
export class PostgresTop10 implements Top10 {
  constructor(private readonly postgres: PostgresStore) {}

  top10(request: StoreRequest, country: string, day: string | null): Promise<Top10Row[]> {
    const open = openDay(new Date(), sql`${zoneOf(country)}`);
    return this.postgres.read<Top10Row>(
      request,
      "top10.top10",
      sql`select (row_number() over (order by k.rank))::int as rank, k.previous_rank as "previousRank",
            k.days_on_list as "daysOnList", k.kept_id as "titleId", k.viewers, k.watched_seconds as "watchedSeconds"
          from (
            select distinct on (${KEPT}) ${KEPT} as kept_id, t.*
            from top10_entries t left join title_heads h on h.title_id = t.title_id
            where t.country = ${country}::char(2) and t.day = coalesce(${day}::date, (
                select max(l.day) from top10_entries l where l.country = ${country}::char(2) and l.day < ${open}))
              and t.day < ${open}
            order by ${KEPT}, t.rank
          ) k
          order by k.rank`,
    );
  }

  trending(request: StoreRequest, country: string, limit: number): Promise<TrendingTitle[]> {
    return this.postgres.read<TrendingTitle>(
      request,
      "top10.trending",
      sql`select k.kept_id as "titleId", k.score
          from (
            select distinct on (${KEPT}) ${KEPT} as kept_id, t.*
            from trending_titles t left join title_heads h on h.title_id = t.title_id
            where t.country = ${country}::char(2)
            order by ${KEPT}, t.rank
          ) k
          order by k.rank
          limit ${limit}::int`,
    );
  }
}
