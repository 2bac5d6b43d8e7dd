import { LRUCache } from "lru-cache";

import { GatheredWrites } from "../core/gathered-writes.js";
import { placementOf, type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import {
  LOGGED_TITLES,
  MOST_OF_DAY,
  MOST_OF_TENANT,
  MOST_WAITING,
  SAME_ROW_MS,
  type LoggedList,
  type ServedFigures,
  type ServedList,
  type ServedLists,
  type WhichLogged,
} from "./served-lists.js";

/** Rows of home pages of which it is known what they were last: two thousand profiles', some megabytes. */
const KNOWN_ROWS = 16_000;

/** How long it may take to read lists for who measures, which no request does. Milliseconds. */
const LOGGED_MS = 60_000;

/** The log of served lists in PostgreSQL; what several requests note is one transaction of each tenant. */
export class PostgresServedLists implements ServedLists {
  readonly #postgres: PostgresStore;
  readonly #writes: GatheredWrites<ServedList>;
  readonly #rows = new LRUCache<string, string>({ max: KNOWN_ROWS, ttl: SAME_ROW_MS, ttlAutopurge: true });

  constructor(postgres: PostgresStore, figures: ServedFigures) {
    this.#postgres = postgres;
    this.#writes = new GatheredWrites({
      most: MOST_WAITING,
      mostOfTenant: MOST_OF_TENANT,
      // What a statement takes some tens of milliseconds for.
      group: 500,
      keep: async (tenant, lists) =>
        (await postgres.conclude(tenant, () => Promise.resolve(kept(lists)))).length,
      onLost: (tenant, lists) => lists.forEach((list) => this.#rows.delete(keyOf(tenant, list))),
      figures,
    });
  }

  note(tenant: Tenant, list: ServedList): Promise<void> {
    return this.#isKnown(tenant, list) ? Promise.resolve() : this.#writes.add(tenant, list);
  }

  logged(tenant: Tenant, which: WhichLogged): Promise<LoggedList[]> {
    return this.#postgres.transaction(tenant, async (query) => {
      await query.allow(LOGGED_MS);
      return query<LoggedList & Record<string, unknown>>(loggedOf(which));
    });
  }

  settle(): Promise<void> {
    return this.#writes.settle();
  }

  #isKnown(tenant: Tenant, list: ServedList): boolean {
    const { row, titles, arms } = list;
    if (row === null) return false;
    const key = keyOf(tenant, list);
    const was = JSON.stringify([row.place, titles, arms]);
    if (this.#rows.get(key) === was) return true;
    this.#rows.set(key, was);
    return false;
  }
}

/** What stands for a row of a profile's home page. */
function keyOf(tenant: Tenant, { profileId, row, place }: ServedList): string {
  return JSON.stringify([placementOf(tenant), profileId, row?.id, place]);
}

/**
 * Consents, and profiles that are about to go, are looked at last: whoever takes them away waits, and takes this away too.
 * What a profile has of a day is what was kept before, and what stands before it here.
 */
function kept(lists: readonly ServedList[]): Sql {
  return sql`
    insert into served_lists
      (tenant_id, id, profile_id, at, context, row_id, row_place, place, title_ids, model, model_number, latency_ms, kept, arms, teams)
    select current_setting('marquee.tenant')::int, gen_random_uuid(), p.id, v.at, v.context, v.row_id, v.row_place, v.place, v.titles,
           case when v.learned then coalesce(k.model, m.model) end,
           case when v.learned then coalesce(v.model, m.number) end, v.latency, v.kept, v.arms, v.teams
    from (
      select *, row_number() over (partition by profile order by at) as nth
      from json_to_recordset(${JSON.stringify(lists.map(rowOf))}::json)
        as r (profile text, at timestamptz, context text, place int, titles text[], learned boolean, latency real, kept boolean,
              model int, arms text[], row_id text, row_place int, teams smallint[])
    ) v
    join profiles p on p.id = v.profile and p.kind <> 'KIDS'
    join consents c on c.account_id = p.account_id and c.personalisation
    left join taste_models m on true
    left join kept_models k on k.number = v.model
    where ${MOST_OF_DAY}::int >= v.nth + (
      select count(*) from served_lists o
      where o.profile_id = p.id and o.at > v.at - interval '1 day' and o.at <= v.at)
    order by p.id, v.at
    for share of p, c
    returning id`;
}

function rowOf({ profileId, latencyMs, row, ...list }: ServedList) {
  return { ...list, profile: profileId, latency: latencyMs, row_id: row?.id, row_place: row?.place };
}

function loggedOf({ profiles, ofEach, since }: WhichLogged): Sql {
  const those = sql`l.at >= ${since}::timestamptz and l.context = 'HOME' and l.row_id is null and l.place = 1 and l.model is not null and l.teams is null`;
  return sql`
    select k.id as "profileId", k.account_id as "accountId", l.at, l.title_ids[1:${LOGGED_TITLES}::int] as titles
    from (
      select p.id, p.account_id from profiles p
      join consents c on c.account_id = p.account_id and c.measurement and c.personalisation
      where exists (select from served_lists l where l.profile_id = p.id and ${those})
      order by md5(p.id), p.id limit ${profiles}::int
    ) k
    cross join lateral (
      select l.at, l.title_ids from served_lists l where l.profile_id = k.id and ${those}
      order by l.at desc, l.id limit ${ofEach}::int
    ) l
    order by k.id, l.at desc`;
}
