import { isPersonal } from "../accounts/consent-rules.postgres.js";
import { raw, sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { COUNTS } from "../viewing/counted-watches.postgres.js";
import { WATCHED_COUNTING } from "../viewing/watched.postgres.js";
import { checkedDays, checkLists, listedFacts } from "./chart-checks.postgres.js";
import { chartDays, firstDays, startOfDay, type FirstDays, type Since } from "./chart-days.postgres.js";
import { listsOf, writeLists } from "./chart-lists.postgres.js";
import { layOut, readParts, type PartName, type PartRows } from "./chart-parts.postgres.js";
import { PERIODS } from "./chart-periods.postgres.js";
import { USUAL_DAYS } from "./chart-rules.js";
import {
  counted,
  nobodysOf,
  RUNNING_TIMES,
  VIEWED_WATCH,
  VIEWERS,
  watches,
} from "./chart-watches.postgres.js";
import { type ChartCounts, type LearnedPair, type Top10Job } from "./top10.js";
import { TRENDING, TRENDING_DAYS, writeTrending } from "./trending.postgres.js";

/** Watched pairs answered in one batch. */
const PAIRS_PER_BATCH = 10_000;
const POPULARITY_DAYS = 28;

/**
 * Computes the charts from viewing events where these are kept: in SQL, one transaction a call. It reads first and writes
 * then (chart-parts.postgres.ts), so that projections wait for its writing alone.
 */
export class PostgresTop10Job implements Top10Job {
  constructor(private readonly postgres: PostgresStore) {}

  /**
   * A day's list ranks the watch time of that day that counts (counted-watches.postgres.ts), then viewers, then id, of
   * titles with several viewers first. What a profile viewed of a title on a day counts where it was a watch, and of all
   * that it watched on a day so much at most (`MAX_PROFILE_SECONDS`). An event counts once, on the day of its first
   * instant. Titles that the catalog does not publish or license for the country on that day are left out before ranks are
   * given; events of one that was merged into another count for that one. Trending ends on the
   * latest day of each country that is closed and that the tenant has events for, not today.
   */
  recompute(
    tenant: Tenant,
    { from = "-infinity", at = new Date() }: { from?: string; at?: Date } = {},
  ): Promise<ChartCounts> {
    return this.#chart(tenant, { from }, at, true);
  }

  follow(
    tenant: Tenant,
    { at = new Date(), trending = false }: { at?: Date; trending?: boolean } = {},
  ): Promise<ChartCounts> {
    return this.#chart(tenant, "UNSETTLED", at, trending);
  }

  #chart(tenant: Tenant, since: Since, at: Date, trending: boolean): Promise<ChartCounts> {
    return this.postgres.transaction(tenant, async (query) => {
      await takeTurn(query, "top10");
      await prepareForBatch(query);
      const days = chartDays(since, at, trending ? await latestOf(query, at) : null);
      await layOut(query, await chartsOf(query, days, at, trending));
      const written = await writeLists(query);
      if (trending) await writeTrending(query);
      return { ...written, failed: await checkLists(query) };
    });
  }

  /**
   * One figure for all countries, so that its days are not those of one: UTC's, to the latest with events. Every title has one,
   * so that what has faded is told too: whoever viewed it may have been forgotten since, and an engine may have missed it.
   */
  popularity(tenant: Tenant): Promise<Map<string, number>> {
    return this.postgres.transaction(tenant, async (query) => {
      await prepareForBatch(query);
      const at = new Date();
      const lastDay = sql`(${await latestOf(query, at)}::timestamptz at time zone 'UTC')::date`;
      const since = sql`(${lastDay} - ${POPULARITY_DAYS - 1}::int)`;
      const rows = await query<{ id: string; popularity: number }>(sql`
        with ${counted(startOfDay(since, sql`'UTC'`), at)}, viewed as (
          select title_id, profile_id, sum(seconds) as seconds, bool_or(completed) as completed,
            min((at at time zone 'UTC')::date) as day
          from counted group by title_id, profile_id
        ), watches as (
          select v.title_id, v.profile_id, ${nobodysOf(sql`v.title_id, v.day`)} as nobodys
          from viewed v left join (${RUNNING_TIMES}) t on t.id = v.title_id
          where ${VIEWED_WATCH}
        ), audience as (
          select title_id, ln(1 + ${VIEWERS})::float8 as size from watches group by title_id
        )
        select t.id, coalesce(a.size / max(a.size) over (), 0) as popularity
        from (select id from catalog_titles union select title_id from audience) t
        left join audience a on a.title_id = t.id
        order by id`);
      return new Map(rows.map((row) => [row.id, row.popularity]));
    });
  }

  /**
   * Of watches that count, of profiles whose account has agreed to it. Strength: 1 for a completed title; else the share of its duration that was watched, within 0.1 and 0.9, and 0.5
   * where the duration is unknown; times 0.4, 0.6 or 0.8 for a rating of 1, 2 or 3. Each batch is read on its own:
   * watches stored meanwhile for profiles further on are included.
   */
  async *interactions(tenant: Tenant): AsyncGenerator<LearnedPair[]> {
    let last: LearnedPair | undefined;
    do {
      const batch = await this.postgres.transaction(tenant, async (query) => {
        await prepareForBatch(query);
        return query<LearnedPair>(pairsAfter(last));
      });
      last = batch.length === PAIRS_PER_BATCH ? batch.at(-1) : undefined;
      if (batch.length > 0) yield batch;
    } while (last);
  }

  latestDays(tenant: Tenant, limit: number): Promise<{ day: string; pairs: number }[]> {
    return this.postgres.transaction(tenant, async (query) => {
      await prepareForBatch(query);
      return query<{ day: string; pairs: number }>(
        sql`select to_char(date_trunc('day', first_watched_at at time zone 'UTC'), 'YYYY-MM-DD"T00:00:00Z"') as day,
                   count(*)::int as pairs
            from title_progress p where ${IS_LEARNED}
            group by 1 order by 1 desc limit ${limit}::int`,
      );
    });
  }
}

/** Whether a row `p` of `title_progress` is learned from. */
const IS_LEARNED = sql`${WATCHED_COUNTING} and ${isPersonal(sql`p.profile_id`)}`;

/** Lets one statement run longer and sort in memory, unlike those of requests. */
async function prepareForBatch(query: Query): Promise<void> {
  await query.allow(Infinity);
  await query(raw("set local work_mem = '32MB'"));
  await query(raw("set local jit = off"));
}

/** Reads what charts come to of days (`chartDays`), and what they are checked against; nothing is written. */
async function chartsOf(query: Query, days: Sql, at: Date, trending: boolean): Promise<PartRows[]> {
  const from = await firstNeeded(query, await firstDays(query, days));
  const names: PartName[] = ["chart_days", "daily_lists", "weekly_lists", "checked_days", "listed_facts"];
  // Of parts of a statement there are no statistics: where they look small, each would be gone through for every row.
  await query(raw("set local enable_nestloop = off"));
  const brought = await readParts(
    query,
    sql`
      chart_days as materialized (${days}), ${watches(from, at)},
      daily_lists as materialized (${listsOf(at, PERIODS.DAY)}),
      weekly_lists as materialized (${listsOf(at, PERIODS.WEEK)}),
      checked_days as materialized (${checkedDays(at)}),
      listed_facts as materialized (${listedFacts(at)}),
      trending as materialized (${TRENDING})`,
    trending ? [...names, "trending"] : names,
  );
  await query(raw("set local enable_nestloop = on"));
  return brought;
}

/** The latest instant with events until then (ISO 8601), null for a tenant without any. */
async function latestOf(query: Query, at: Date): Promise<string | null> {
  const [row] = await query<{ latest: string | null }>(
    sql`select max(e.at) as latest from viewing_events e where e.at <= ${at} and ${COUNTS}`,
  );
  return row?.latest ?? null;
}

/** As far back as lists, what is usual before the first of them, and trending look (`YYYY-MM-DD`). */
async function firstNeeded(query: Query, { ranked, last }: FirstDays): Promise<string> {
  const [row] = await query<{ day: string }>(
    sql`select least(${ranked}::date - ${USUAL_DAYS}::int, ${last}::date - ${TRENDING_DAYS - 1}::int) as day`,
  );
  return row?.day ?? ranked;
}

/** A batch of pairs behind one, with the rating looked up a pair: joined, each batch would read all ratings. */
function pairsAfter(last: LearnedPair | undefined): Sql {
  return sql`
    select p.profile_id as "profileId", p.title_id as "titleId",
      (case
         when p.completed then 1
         when coalesce(p.duration_seconds, 0) <= 0 then 0.5
         else greatest(0.1, least(0.9, p.counted_seconds::float8 / p.duration_seconds))
       end)::float8 *
      coalesce(
        (select case r.rating when 1 then 0.4 when 2 then 0.6 when 3 then 0.8 else 1 end
         from ratings r
         where r.profile_id = p.profile_id and r.title_id = p.title_id),
        1
      )::float8 as strength,
      extract(epoch from p.first_watched_at)::float8 * 1000 as "firstAt",
      extract(epoch from p.last_watched_at)::float8 * 1000 as "lastAt"
    from title_progress p
    where (p.profile_id, p.title_id) > (${last?.profileId ?? ""}, ${last?.titleId ?? ""}) and ${IS_LEARNED}
    order by p.profile_id, p.title_id
    limit ${PAIRS_PER_BATCH}::int`;
}
