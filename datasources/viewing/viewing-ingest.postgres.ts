import type pg from "pg";

import { isMeasured } from "../accounts/consent-rules.postgres.js";
import { holdProfiles } from "../accounts/profile-locks.postgres.js";
import { holdMerges, MERGED_TITLES } from "../catalog/postgres/title-merges.postgres.js";
import { allowBulk } from "../engines/postgres/bulk.postgres.js";
import { copyRows } from "../engines/postgres/copy.postgres.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { chunks } from "../core/chunks.js";
import { type Tenant } from "../core/tenant.js";
import { refreshProgress } from "./title-progress.postgres.js";
import { appendWatches } from "./watch-events.postgres.js";
import { recountWatchTime } from "./viewing-recount.postgres.js";
import { type ViewingEvent, type ViewingIngest } from "./viewing.js";
import { type WatchRules } from "./watch-rules.js";

/** Events of one transaction. */
const BATCH = 10_000;
const WATCHLIST_BATCH = 5_000;

/** Takes viewing events into PostgreSQL. */
export class PostgresViewingIngest implements ViewingIngest {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly rules: WatchRules,
  ) {}

  async ingest(tenant: Tenant, events: readonly ViewingEvent[]): Promise<{ cut: number }> {
    const distinct = lastOfEach(events);
    await this.#ensureDays(tenant, distinct);
    let cut = 0;
    for (const batch of chunks(distinct, BATCH)) {
      cut += await this.postgres.transaction(tenant, (query, client) =>
        ingestBatch(query, client, tenant, batch, this.rules),
      );
    }
    return { cut };
  }

  recount(tenant: Tenant): Promise<number> {
    return recountWatchTime(this.postgres, tenant);
  }

  async addToWatchlists(
    tenant: Tenant,
    entries: readonly { profileId: string; titleId: string; addedAt: string }[],
  ): Promise<void> {
    for (const batch of chunks(entries, WATCHLIST_BATCH)) {
      await this.postgres.transaction(tenant, async (query) => {
        await holdMerges(query);
        await query(
          sql`insert into watchlist (tenant_id, profile_id, title_id, added_at)
              select current_setting('marquee.tenant')::int, v.profile_id, coalesce(m.into_id, v.title_id), v.added_at
              from unnest(${batch.map((entry) => entry.profileId)}::text[], ${batch.map((entry) => entry.titleId)}::text[],
                          ${batch.map((entry) => entry.addedAt)}::timestamptz[]) as v (profile_id, title_id, added_at)
              left join (${MERGED_TITLES}) m on m.title_id = v.title_id
              on conflict do nothing`,
        );
      });
    }
  }

  /** In a transaction of its own: a new partition locks readers out until the transaction ends. */
  async #ensureDays(tenant: Tenant, events: readonly ViewingEvent[]): Promise<void> {
    const days = [...new Set(events.map((event) => new Date(event.at).toISOString().slice(0, 10)))].sort();
    if (days.length === 0) return;
    const instants = days.map((day) => `${day}T00:00:00Z`);
    await this.postgres.transaction(tenant, (query) =>
      query(sql`select ensure_event_days(${instants}::timestamptz[])`),
    );
  }
}

/** One event an id and instant: the last that was given. */
function lastOfEach(events: readonly ViewingEvent[]): ViewingEvent[] {
  return [...new Map(events.map((event) => [`${event.id} ${event.at}`, event])).values()];
}

/** Answers how many events were cut to the running time. */
async function ingestBatch(
  query: Query,
  client: pg.PoolClient,
  tenant: Tenant,
  events: ViewingEvent[],
  rules: WatchRules,
): Promise<number> {
  await allowBulk(query);
  await holdMerges(query);
  await holdProfiles(query);
  await lockOwners(query, events);
  await stage(query, client, events);
  await dropErased(query);
  await markStanding(query);
  const cut = await fitIntoFilms(query, rules);
  await query(
    sql`insert into profiles (tenant_id, id, name, country)
        select distinct on (s.profile_id) current_setting('marquee.tenant')::int, s.profile_id, s.profile_id, s.country
        from staged_events s
        where not exists (select from profiles p where p.id = s.profile_id)
        order by s.profile_id, s.country is null, s.at desc
        on conflict do nothing`,
  );
  await query(
    sql`update staged_events s set country = coalesce(p.country, ${tenant.defaultCountry})
        from profiles p where p.id = s.profile_id and s.country is null`,
  );
  const corrected = await storeEvents(query, events);
  await query(
    sql`with rated as (
          insert into ratings as r (tenant_id, profile_id, title_id, rating, rated_at)
          select distinct on (profile_id, title_id)
            current_setting('marquee.tenant')::int, profile_id, title_id, rating, at
          from staged_events where rating is not null
          order by profile_id, title_id, at desc, id desc
          on conflict (tenant_id, profile_id, title_id) do update set rating = excluded.rating, rated_at = excluded.rated_at
          where r.rated_at <= excluded.rated_at and (r.rating, r.rated_at) <> (excluded.rating, excluded.rated_at)
          returning profile_id, title_id
        )
        insert into touched select * from rated`,
  );
  await appendWatches(query, await refreshProgress(query, corrected));
  return cut;
}

/**
 * Cuts what events tell to the running times of their films, and says of those that do not whether they reach the end.
 * How long a series is nobody knows: several episodes are one event.
 */
async function fitIntoFilms(query: Query, { finishedPercent }: WatchRules): Promise<number> {
  const [cut] = await query<{ events: number }>(
    sql`with films as materialized (
          select k.id, t.seconds from (select distinct title_id as id from staged_events) k left join lateral (
            select (document ->> 'runtimeMinutes')::int * 60 as seconds from catalog_titles
            where id = k.id and kind = 'MOVIE' limit 1
          ) t on true
        ), fitted as (
          update staged_events s set seconds = least(s.seconds, f.seconds),
            completed = coalesce(s.completed, s.seconds::bigint * 100 >= f.seconds::bigint * ${finishedPercent}::int, false)
          from films f where f.id = s.title_id
        )
        select count(*) as events from staged_events s join films f on f.id = s.title_id where s.seconds > f.seconds`,
  );
  return cut?.events ?? 0;
}

/**
 * Lets nobody else write about the profiles of the events: progress is computed anew from events and ratings, and must
 * miss none that is committed meanwhile. In order, so that two imports never wait for each other.
 */
async function lockOwners(query: Query, events: readonly ViewingEvent[]): Promise<void> {
  const ids = [...new Set(events.map(({ profileId }) => profileId))];
  await query(sql`select from profiles where id = any(${ids}::text[]) order by id for no key update`);
}

async function stage(query: Query, client: pg.PoolClient, events: ViewingEvent[]): Promise<void> {
  await query(
    sql`create temp table if not exists staged_events (
          id text, profile_id text, title_id text, at timestamptz, seconds int, completed boolean, country text,
          device text, rating smallint, told_at timestamptz, stands boolean not null default false) on commit delete rows`,
  );
  await query(
    sql`create temp table if not exists touched (profile_id text, title_id text) on commit delete rows`,
  );
  const columns = "(id, profile_id, title_id, at, seconds, completed, country, device, rating, told_at)";
  await copyRows(client, `staged_events ${columns}`, cells(events));
  // What is done with a title that was merged into another is done with that one.
  await query(
    sql`update staged_events s set title_id = m.into_id from (${MERGED_TITLES}) m where m.title_id = s.title_id`,
  );
  // Temporary tables have no statistics of their own accord, and plans for one row are slow plans for ten thousand.
  await query(sql`analyze staged_events`);
}

/** Whoever was erased is not brought back by events that were told of before. */
async function dropErased(query: Query): Promise<void> {
  await query(
    sql`delete from staged_events s where exists (
          select from erased_ids e where e.hash = erased_hash(s.profile_id))`,
  );
}

/**
 * What came before its events became nobody's stands in progress already, though their ids are gone: it is stored no second
 * time. Events whose ids are there still are not meant.
 */
async function markStanding(query: Query): Promise<void> {
  // Each is looked up by its key: subqueries that could be joined would read all events where few have to be looked for.
  await query(
    sql`update staged_events s set stands = true
        where s.at <= (select coalesce(p.unmeasured_until, case when p.unmeasured then p.last_watched_at end)
                       from title_progress p where p.profile_id = s.profile_id and p.title_id = s.title_id)
          and ${isMeasured(sql`s.profile_id`)}
          and (select true from viewing_events e where e.id = s.id and e.at = s.at) is null`,
  );
}

function* cells(events: readonly ViewingEvent[]) {
  for (const event of events) {
    const { id, profileId, titleId, at, seconds, completed, country, device, rating, toldAt = null } = event;
    yield [id, profileId, titleId, at, seconds, completed, country, device, rating, toldAt];
  }
}

/**
 * Adds or corrects events, and leaves in `touched` the profiles and titles to which something happened. Those of profiles
 * whose account does not want that are not kept. Answers whether there were events that needed comparing with what was
 * there.
 */
async function storeEvents(query: Query, events: readonly ViewingEvent[]): Promise<boolean> {
  const [added] = await query<{ events: number }>(
    sql`with unmeasured as materialized (
          select s.profile_id from (select distinct profile_id from staged_events) s
          where not (${isMeasured(sql`s.profile_id`)})
        ), added as (
          insert into viewing_events
            (tenant_id, id, profile_id, title_id, at, told_at, seconds, completed, country, device)
          select current_setting('marquee.tenant')::int, id, profile_id, title_id, at, told_at, seconds, completed, country,
                 device
          from staged_events where not stands and profile_id not in (select profile_id from unmeasured) order by at
          on conflict do nothing
          returning profile_id, title_id
        ), noted as (
          insert into touched
          select profile_id, title_id from added
          union select profile_id, title_id from staged_events join unmeasured using (profile_id)
        )
        select (select count(*) from added) + (select count(*) from staged_events join unmeasured using (profile_id))
          as events`,
  );
  if (added?.events === events.length) return false;
  await correctEvents(query, events);
  return true;
}

/** Brings events that were there already to the state given. One that moved touches where it was as well. */
async function correctEvents(query: Query, events: readonly ViewingEvent[]): Promise<void> {
  const same = sameEvents(events);
  const changed = sql`
    ${same} and (e.profile_id, e.title_id, e.seconds, e.completed, e.country, e.device)
      is distinct from (s.profile_id, s.title_id, s.seconds, s.completed, s.country, s.device)`;
  await query(
    sql`insert into touched
        select e.profile_id, e.title_id from viewing_events e join staged_events s on ${changed}
        union select s.profile_id, s.title_id from viewing_events e join staged_events s on ${changed}`,
  );
  await moveRatings(query, same);
  await query(
    sql`update viewing_events e set profile_id = s.profile_id, title_id = s.title_id, seconds = s.seconds,
               completed = s.completed, country = s.country, device = s.device, recorded_at = now()
        from staged_events s where ${changed}`,
  );
}

/** An event `e` that is there and the one, `s`, that came. */
function sameEvents(events: readonly ViewingEvent[]): Sql {
  const instants = events.map((event) => Date.parse(event.at));
  const first = new Date(instants.reduce((least, instant) => Math.min(least, instant)));
  const last = new Date(instants.reduce((most, instant) => Math.max(most, instant)) + 1);
  return sql`e.id = s.id and e.at = s.at and e.at between ${first} and ${last}`;
}

/** The rating that an event brought along goes with it to another title or profile. */
async function moveRatings(query: Query, same: Sql): Promise<void> {
  await query(
    sql`with moved as (
          select e.profile_id, e.title_id, e.at, s.id from viewing_events e join staged_events s on ${same}
          where (e.profile_id, e.title_id) <> (s.profile_id, s.title_id)
        ), taken as (
          delete from ratings r using moved m
          where (r.profile_id, r.title_id, r.rated_at) = (m.profile_id, m.title_id, m.at)
          returning m.id, m.at, r.rating
        )
        update staged_events s set rating = coalesce(s.rating, t.rating) from taken t where t.id = s.id and t.at = s.at`,
  );
}
