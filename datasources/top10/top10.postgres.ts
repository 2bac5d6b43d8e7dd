import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Top10, type Top10Row, type TrendingTitle } from "./top10.js";

/** The charts that the batch job left in PostgreSQL. */
export class PostgresTop10 implements Top10 {
  constructor(private readonly postgres: PostgresStore) {}

  top10(request: StoreRequest, country: string, day: string | null): Promise<Top10Row[]> {
    return this.postgres.read<Top10Row>(
      request,
      "top10.top10",
      sql`select t.rank, t.previous_rank as "previousRank", t.days_on_list as "daysOnList", t.title_id as "titleId",
            t.viewers, t.watched_seconds as "watchedSeconds"
          from top10_entries t
          where t.country = ${country}::char(2)
            and t.day = coalesce(${day}::date, (select max(l.day) from top10_entries l where l.country = ${country}::char(2)))
          order by t.rank`,
    );
  }

  trending(request: StoreRequest, country: string, limit: number): Promise<TrendingTitle[]> {
    return this.postgres.read<TrendingTitle>(
      request,
      "top10.trending",
      sql`select t.title_id as "titleId", t.score
          from trending_titles t
          where t.country = ${country}::char(2)
          order by t.rank
          limit ${limit}::int`,
    );
  }
}
