import { isPersonal } from "../accounts/consent-rules.postgres.js";
import { onOffer } from "../catalog/audience.js";
import { CATALOG_PLACES } from "../catalog/postgres/catalog-places.postgres.js";
import { MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { toSql } from "../engines/postgres/predicate.postgres.js";
import { raw, sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { COUNTED_SECONDS, COUNTS } from "../viewing/counted-watches.postgres.js";
import { isWatch, WATCHED_COUNTING } from "../viewing/watched.postgres.js";
import { type Top10Job } from "./top10.js";

/** Watched pairs answered in one batch. */
const PAIRS_PER_BATCH = 10_000;
/** Days that trending looks at, and the days before them that it compares with. */
const RECENT_DAYS = 7;
const BASE_DAYS = 28;
const POPULARITY_DAYS = 28;
const TRENDING_TITLES = 100;
/** A delivery repeated with another instant is recognised within so many days of the first. */
const LATE_DAYS = 2;

type Pair = { profileId: string; titleId: string; strength: number };

/** Computes the charts from viewing events where these are kept: in SQL, one transaction a call. */
export class PostgresTop10Job implements Top10Job {
  constructor(private readonly postgres: PostgresStore) {}

  /**
   * A day's list ranks the watch time of that UTC day that counts (counted-watches.postgres.ts), then viewers, then id. What
   * a profile viewed of a title on a day counts where it was a watch. An event counts once, on the day of its first
   * instant. Titles that the catalog does not publish or license for the country on that day are left out before ranks are
   * given; events of one that was merged into another count for that one. A day has a list when it is over; what is dated
   * ahead counts when its time has come. Trending ends on the tenant's latest day with events, not today.
   */
  recompute(
    tenant: Tenant,
    { from = "-infinity", at = new Date() }: { from?: string; at?: Date } = {},
  ): Promise<{ days: number; countries: number; entries: number }> {
    return this.postgres.transaction(tenant, async (query) => {
      await query(sql`select pg_advisory_xact_lock(hashtext('marquee.top10'), ${tenant.id}::int)`);
      await prepareForBatch(query);
      const lastDay = await lastDayOf(query, at);
      await query(sql`create temp table daily_watches on commit drop as ${dailyWatches(from, lastDay, at)}`);
      await query(sql`analyze daily_watches`);
      await query(sql`delete from top10_entries where day >= ${from}::date`);
      const [counts] = await query<{ days: number; countries: number; entries: number }>(
        insertTop10(from, at),
      );
      await query(sql`delete from trending_titles`);
      await query(insertTrending(lastDay));
      return counts ?? { days: 0, countries: 0, entries: 0 };
    });
  }

  /** A title viewed before those days and not since has popularity 0, so that what has faded is told too. */
  popularity(tenant: Tenant): Promise<Map<string, number>> {
    return this.postgres.transaction(tenant, async (query) => {
      await prepareForBatch(query);
      const at = new Date();
      const since = sql`(${await lastDayOf(query, at)}::date - ${POPULARITY_DAYS - 1}::int)`;
      const rows = await query<{ id: string; popularity: number }>(sql`
        with ${counted(startOf(since), at)}, viewed as (
          select title_id, profile_id, sum(seconds) as seconds, bool_or(completed) as completed
          from counted group by title_id, profile_id
        ), audience as (
          select v.title_id, ln(1 + count(*))::float8 as size
          from viewed v left join (${RUNNING_TIMES}) t on t.id = v.title_id
          where ${VIEWED_WATCH} group by v.title_id
        )
        select w.title_id as id, coalesce(a.size / max(a.size) over (), 0) as popularity
        from (select distinct title_id from title_progress) w
        left join audience a using (title_id)
        order by id`);
      return new Map(rows.map((row) => [row.id, row.popularity]));
    });
  }

  /**
   * Of watches that count, of profiles whose account has agreed to it. Strength: 1 for a completed title; else the share of its duration that was watched, within 0.1 and 0.9, and 0.5
   * where the duration is unknown; times 0.4, 0.6 or 0.8 for a rating of 1, 2 or 3. Each batch is read on its own:
   * watches stored meanwhile for profiles further on are included.
   */
  async *interactions(tenant: Tenant): AsyncGenerator<Pair[]> {
    let last: Pair | undefined;
    do {
      const batch = await this.postgres.transaction(tenant, (query) => query<Pair>(pairsAfter(last)));
      last = batch.length === PAIRS_PER_BATCH ? batch.at(-1) : undefined;
      if (batch.length > 0) yield batch;
    } while (last);
  }
}

/** Lets one statement run longer and sort in memory, unlike those of requests. */
async function prepareForBatch(query: Query): Promise<void> {
  await query.allow(Infinity);
  await query(raw("set local work_mem = '32MB'"));
  await query(raw("set local jit = off"));
}

/** The latest UTC day with events until then (`YYYY-MM-DD`), null for a tenant without any. */
async function lastDayOf(query: Query, at: Date): Promise<string | null> {
  const [row] = await query<{ day: string | null }>(
    sql`select (max(e.at) at time zone 'UTC')::date as day from viewing_events e where e.at <= ${at} and ${COUNTS}`,
  );
  return row?.day ?? null;
}

function startOf(day: Sql): Sql {
  return sql`(${day}::timestamp at time zone 'UTC')`;
}

/** A part of a statement, `counted`: what counts between two instants, each event once, with the title that it counts for. */
function counted(from: Sql, until: Date): Sql {
  return sql`
    counted as (
      select distinct on (e.id) e.country, e.at, coalesce(m.into_id, e.title_id) as title_id, e.profile_id,
        ${COUNTED_SECONDS} as seconds, e.completed
      from viewing_events e left join (${MERGED_TITLES}) m on m.title_id = e.title_id
      where e.at >= ${from} and e.at <= ${until} and ${COUNTS}
      order by e.id, e.at
    )`;
}

/** How long titles are. Seconds. */
const RUNNING_TIMES = sql`select id, (document ->> 'runtimeMinutes')::int * 60 as seconds from catalog_titles`;

/** Whether what a profile has viewed, `v`, of a title that is as long as `t`, was a watch. */
const VIEWED_WATCH = isWatch({
  completed: sql`v.completed`,
  seconds: sql`v.seconds`,
  duration: sql`t.seconds`,
});

/** Watch time and viewers by country, day and title until then, as far back as the lists from `from` on or trending need them. */
function dailyWatches(from: string, lastDay: string | null, at: Date): Sql {
  const firstDay = sql`least(${from}::date, ${lastDay}::date - ${RECENT_DAYS + BASE_DAYS - 1}::int)`;
  return sql`
    with ${counted(startOf(sql`(${firstDay} - ${LATE_DAYS}::int)`), at)}, viewed as (
      select country, (at at time zone 'UTC')::date as day, title_id, profile_id, sum(seconds) as seconds,
        bool_or(completed) as completed
      from counted
      where at >= ${startOf(firstDay)}
      group by country, day, title_id, profile_id
    )
    select v.country, v.day, v.title_id, sum(v.seconds)::bigint as seconds, count(*)::int as viewers
    from viewed v left join (${RUNNING_TIMES}) t on t.id = v.title_id
    where ${VIEWED_WATCH}
    group by v.country, v.day, v.title_id`;
}

/** `daily_watches d` with the titles `t` that they are of. */
const WATCHED_TITLES = sql`daily_watches d join catalog_titles t on t.id = d.title_id`;

/** Whether a title `t` was on offer at some time of a day, in the country of `d`. */
function shownOn(day: Sql): Sql {
  const span = { country: sql`d.country`, at: startOf(day), before: startOf(sql`(${day} + 1)`) };
  return toSql(onOffer(span), CATALOG_PLACES);
}

/** Writes the lists from `from` on of days that are over then. A run of days goes on from the list stored for the day before. */
function insertTop10(from: string, at: Date): Sql {
  return sql`
    with ranked as (
      select d.country, d.day, d.title_id, d.viewers, d.seconds,
        row_number() over (
          partition by d.country, d.day order by d.seconds desc, d.viewers desc, d.title_id collate "C") as rank
      from ${WATCHED_TITLES}
      where d.day >= ${from}::date and d.day < (${at}::timestamptz at time zone 'UTC')::date and ${shownOn(sql`d.day`)}
    ), listed as (
      select country, day, title_id, viewers, seconds, rank, 1 as carried from ranked where rank <= 10
      union all
      select country, day, title_id, viewers, watched_seconds, rank, days_on_list
      from top10_entries where day = ${from}::date - 1
    ), runs as (
      select *, day - (row_number() over (partition by country, title_id order by day))::int as run from listed
    ), placed as (
      select country, day, title_id, viewers, seconds, rank,
        lag(rank) over days as previous_rank,
        row_number() over days + first_value(carried) over days - 1 as days_on_list
      from runs
      window days as (partition by country, title_id, run order by day)
    ), inserted as (
      insert into top10_entries
        (tenant_id, country, day, rank, title_id, previous_rank, days_on_list, viewers, watched_seconds)
      select current_setting('marquee.tenant')::int, country, day, rank, title_id, previous_rank, days_on_list, viewers, seconds
      from placed
      where day >= ${from}::date
      returning country, day
    )
    select count(distinct day) as days, count(distinct country) as countries, count(*) as entries from inserted`;
}

/**
 * Writes the titles that gain. Score: watch time a week now over watch time a week before, both raised by what a
 * watched title of the country has on average, so that growth from next to nothing stays near 1; only gains are kept.
 */
function insertTrending(lastDay: string | null): Sql {
  const recent = sql`(${lastDay}::date - ${RECENT_DAYS - 1}::int)`;
  const base = sql`(${recent} - ${BASE_DAYS}::int)`;
  return sql`
    with span as (
      select greatest(1, least(${BASE_DAYS}::int, ${recent} - min(day))) as base_days from daily_watches where day >= ${base}
    ), watched as (
      select d.country, d.title_id,
        coalesce(sum(d.seconds) filter (where d.day >= ${recent}), 0)::float8 as now,
        coalesce(sum(d.seconds) filter (where d.day < ${recent}), 0)::float8 * ${RECENT_DAYS}::int / max(span.base_days) as before
      from ${WATCHED_TITLES} cross join span
      where d.day >= ${base} and ${shownOn(sql`${lastDay}::date`)}
      group by d.country, d.title_id
    ), scored as (
      select country, title_id, now,
        (now + avg(now) over (partition by country)) / (before + avg(now) over (partition by country)) as score
      from watched
      where now > 0
    ), ranked as (
      select country, title_id, score,
        row_number() over (partition by country order by score desc, now desc, title_id collate "C") as rank
      from scored
      where score > 1
    )
    insert into trending_titles (tenant_id, country, rank, title_id, score)
    select current_setting('marquee.tenant')::int, country, rank, title_id, score
    from ranked
    where rank <= ${TRENDING_TITLES}::int`;
}

/** A batch of pairs behind one, with the rating looked up a pair: joined, each batch would read all ratings. */
function pairsAfter(last: Pair | undefined): Sql {
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
      )::float8 as strength
    from title_progress p
    where (p.profile_id, p.title_id) > (${last?.profileId ?? ""}, ${last?.titleId ?? ""})
      and ${WATCHED_COUNTING} and ${isPersonal(sql`p.profile_id`)}
    order by p.profile_id, p.title_id
    limit ${PAIRS_PER_BATCH}::int`;
}
