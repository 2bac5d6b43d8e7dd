import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type Audience } from "../catalog/audience.js";
import { type ChartPeriod } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { CHECK } from "./chart-checks.postgres.js";
import { movesOf } from "./chart-moves.postgres.js";
import { chartOf, closedDay, KEPT, placesOf, rowsOf } from "./chart-places.postgres.js";
import {
  type ChartCheck,
  type Top10,
  type Top10Place,
  type Top10Row,
  type TrendingTitle,
  type WeeklyChanges,
} from "./top10.js";

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Findings answered at once: six of each country that there is. */
const MOST_CHECKS = 1_500;

/** The charts that the batch job left in PostgreSQL. */
export class PostgresTop10 implements Top10 {
  constructor(private readonly postgres: PostgresStore) {}

  top10(
    request: StoreRequest,
    audience: Audience,
    country: string,
    day: string | null,
    period: ChartPeriod = "DAY",
  ): Promise<Top10Row[]> {
    return this.postgres.read<Top10Row>(
      request,
      "top10.top10",
      rowsOf(audience, chartOf(country, period), day),
    );
  }

  async weeklyChanges(
    request: StoreRequest,
    audience: Audience,
    country: string | null,
    day: string | null,
  ): Promise<WeeklyChanges | null> {
    const [row] = await this.postgres.read<Nullable<WeeklyChanges>>(
      request,
      "top10.weeklyChanges",
      movesOf(audience, country, day),
    );
    return row ? { week: row.week ?? "", countries: row.countries ?? [], moves: row.moves ?? [] } : null;
  }

  places(request: StoreRequest, audience: Audience, country: string): Promise<Top10Place[]> {
    const days = chartOf(country, "DAY");
    const places = placesOf(audience, days, sql`(${closedDay(days, null)})`);
    return this.postgres.read<Top10Place>(
      request,
      "top10.places",
      sql`select l.rank, l.title_id as "titleId" from (${places}) l order by l.rank`,
    );
  }

  checks(request: StoreRequest): Promise<ChartCheck[]> {
    return this.postgres.read<ChartCheck>(
      request,
      "top10.checks",
      sql`select ${CHECK} from top10_checks q
          where not q.passed or (q.country, q.day) in (select l.country, max(l.day) from top10_checks l group by l.country)
          order by q.passed, q.day desc, q.country, q.check_name
          limit ${MOST_CHECKS}::int`,
    );
  }

  trending(request: StoreRequest, country: string, limit: number): Promise<TrendingTitle[]> {
    return this.postgres.read<TrendingTitle>(
      request,
      "top10.trending",
      sql`select k.kept_id as "titleId", k.score
          from (
            select distinct on (${KEPT}) ${KEPT} as kept_id, e.*
            from trending_titles e left join title_heads h on h.title_id = e.title_id
            where e.country = ${country}::char(2)
            order by ${KEPT}, e.rank
          ) k
          order by k.rank
          limit ${limit}::int`,
    );
  }
}
