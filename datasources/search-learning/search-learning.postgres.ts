import { attractionOf, WEIGHTS } from "../../packages/click-model/index.js";
import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditActor } from "../core/audit-acts.js";
import { FEWEST_ACCOUNTS } from "../core/fewest-accounts.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type SearchLearningMode } from "../core/vocabulary.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { preferenceOf } from "../experiments/arm-figures.js";
import { liftOf } from "../search/learned-order.js";
import {
  LEARNED_DAYS,
  MOST_LIFTS,
  type SearchLearning,
  type SearchLearningState,
} from "./search-learning.js";

/** For how long whoever turns it on waits for what is learned. Milliseconds. */
const SOON_MS = 20_000;

/** Accounts that something was opened by from mixed lists, these, and of which accounts one order had put more. */
interface TrialRow {
  accounts: number;
  decided: number;
  ahead: number;
  behind: number;
}

type StateRow = Omit<SearchLearningState, "trial"> & TrialRow;

/** What searches learn, in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresSearchLearning implements SearchLearning {
  constructor(private readonly postgres: PostgresStore) {}

  async state(request: StoreRequest): Promise<SearchLearningState> {
    const [row] = await this.postgres.read<StateRow & Record<string, unknown>>(
      request,
      "searchLearning.state",
      STATE,
    );
    if (!row) throw new Error("A statement that always answers one row answered none");
    const { mode, learnedAt, texts, titles, accounts, decided, ahead, behind } = row;
    const trial = accounts < FEWEST_ACCOUNTS ? null : { decided, learnedShare: preferenceOf(ahead, behind) };
    return { mode, learnedAt, texts, titles, trial };
  }

  async setMode(tenant: Tenant, mode: SearchLearningMode, by: AuditActor): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      await query(
        sql`insert into search_learning as l (tenant_id, mode) values (current_setting('marquee.tenant')::int, ${mode})
            on conflict (tenant_id) do update set mode = excluded.mode`,
      );
      if (mode === "OFF") await query(sql`delete from search_lifts`);
      await recordAct(query, { act: "SEARCH_LEARNING_SET", actor: by, subject: null, details: { mode } });
    });
    if (mode === "OFF") return;
    // Where there is more than can be waited for, it is learned with the next scheduled learning.
    await this.#learn(tenant, SOON_MS).catch(() => undefined);
  }

  learn(tenant: Tenant): Promise<number> {
    return this.#learn(tenant, Infinity);
  }

  #learn(tenant: Tenant, withinMs: number): Promise<number> {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(withinMs);
      return learnFrom(query);
    });
  }
}

interface OpenedRow extends Record<string, unknown> {
  query: string;
  id: string;
  shown: number;
  weight: number;
}

/** One at a time. The row of the mode is held for what is written alone, so that it can be turned off meanwhile. */
async function learnFrom(query: Query): Promise<number> {
  await takeTurn(query, "search_learning");
  if (!(await isOn(query, sql``))) return 0;
  const opened = await query<OpenedRow>(OPENED);
  if (!(await isOn(query, sql`for update`))) return 0;
  const lifts = opened.map(({ query: text, id, ...openings }) => ({
    query: text,
    id,
    factor: liftOf(attractionOf(openings)),
  }));
  await query(sql`delete from search_lifts`);
  await query(
    sql`insert into search_lifts (tenant_id, query, title_id, factor)
        select current_setting('marquee.tenant')::int, r.query, r.id, r.factor
        from json_to_recordset(${JSON.stringify(lifts)}::json) as r (query text, id text, factor float8)`,
  );
  await query(sql`update search_learning set learned_at = clock_timestamp()`);
  return lifts.length;
}

async function isOn(query: Query, lock: Sql): Promise<boolean> {
  const [found] = await query<{ mode: SearchLearningMode }>(sql`select mode from search_learning ${lock}`);
  return found !== undefined && found.mode !== "OFF";
}

/** Titles of merged ones count for what they were merged into. */
const LISTS = sql`
  select s.query, s.teams, p.account_id, s.opened_title_id, s.shown
  from search_log s join profiles p on p.id = s.profile_id
  where s.at > now() - make_interval(days => ${LEARNED_DAYS}::int) and cardinality(s.shown) > 0`;

/** Texts of which enough was opened for anything to be learned: of most there is not. */
const TOLD = sql`
  select o.query from search_log o
  where o.opened_title_id is not null group by o.query having count(*) >= ${FEWEST_ACCOUNTS}::int`;

/** What accounts made of titles that they were shown for a text: each counts once, where it stood best for them. */
const OPENED = sql`
  with shown as (
    select s.query, s.account_id, coalesce(h.merged_into, t.id) as title_id, t.place,
      t.id = s.opened_title_id or h.merged_into = s.opened_title_id as opened
    from (${LISTS} and s.query in (${TOLD})) s
    cross join lateral unnest(s.shown) with ordinality t (id, place)
    left join title_heads h on h.title_id = t.id
  ), made as (
    select query, title_id, account_id, min(place) filter (where opened) as opened_at
    from shown group by query, title_id, account_id
  )
  select query, title_id as id, count(*)::int as shown,
    sum((${WEIGHTS}::float8[])[opened_at::int])::float8 as weight
  from made
  group by query, title_id
  having count(opened_at) >= ${FEWEST_ACCOUNTS}::int
  order by count(opened_at) desc, query, title_id
  limit ${MOST_LIFTS}::int`;

/** The mode, what was learned, and what accounts made of mixed lists. */
const STATE = sql`
  with decided as (
    select account_id, count(*) as lists, count(*) filter (where substr(teams, place, 1) = 'L') as won
    from (select s.*, array_position(s.shown, s.opened_title_id) as place from (${LISTS}) s where s.teams <> '') d
    where substr(teams, place, 1) in ('L', 'P')
    group by account_id
  )
  select coalesce(l.mode, 'OFF') as mode, l.learned_at as "learnedAt", f.texts, f.titles, d.*
  from (select count(distinct query)::int as texts, count(*)::int as titles from search_lifts) f
  cross join (
    select count(*)::int as accounts, coalesce(sum(lists), 0)::int as decided,
      (count(*) filter (where 2 * won > lists))::int as ahead, (count(*) filter (where 2 * won < lists))::int as behind
    from decided
  ) d
  left join search_learning l on true`;
