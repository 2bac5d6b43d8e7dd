import { searchKey } from "../../packages/search-text/index.js";
import { FEWEST_ACCOUNTS } from "../core/fewest-accounts.js";
import { GatheredWrites } from "../core/gathered-writes.js";
import { toPage, type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type SearchReportKind } from "../core/vocabulary.js";
import { empty, sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { type NotedSearch, type ReportedSearch, type SearchLog } from "./search-log.js";

/** Searches that wait at most, and of one tenant; more are not noted. */
const MOST_WAITING = 2_000;
const MOST_OF_TENANT = MOST_WAITING / 4;
/** Texts of a profile that are kept of a day. */
const MOST_OF_DAY = 300;
/** Whoever goes on typing within this time has not gone away. */
const TYPING = "2 minutes";

type Noted = Omit<NotedSearch, "text"> & { query: string };

/** The log of searches in PostgreSQL; what several requests note is one transaction of each tenant. */
export class PostgresSearchLog implements SearchLog {
  readonly #writes: GatheredWrites<Noted>;

  constructor(private readonly postgres: PostgresStore) {
    this.#writes = new GatheredWrites({
      most: MOST_WAITING,
      mostOfTenant: MOST_OF_TENANT,
      group: MOST_OF_TENANT,
      keep: async (tenant, searches) =>
        (await postgres.conclude(tenant, () => Promise.resolve(kept(joined(searches))))).length,
    });
  }

  note(tenant: Tenant, { text, ...search }: NotedSearch): Promise<void> {
    const query = searchKey(text);
    return query === "" ? Promise.resolve() : this.#writes.add(tenant, { ...search, query });
  }

  settle(): Promise<void> {
    return this.#writes.settle();
  }

  async report(
    request: StoreRequest,
    { kind, days }: { kind: SearchReportKind; days: number },
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: ReportedSearch }>> {
    const rows = await this.postgres.read<ReportedSearch & Record<string, unknown>>(
      request,
      "searchLog.report",
      reported(kind, days, page),
    );
    return toPage(rows, page, ({ query, language, accounts }) => ({
      position: { value: accounts, id: query },
      entry: { query, language, accounts },
    }));
  }
}

/** The same text of a profile once: what is known later counts. */
function joined(searches: readonly Noted[]): Noted[] {
  const byText = new Map<string, Noted>();
  for (const now of searches) {
    const key = JSON.stringify([now.profileId, now.query]);
    const before = byText.get(key);
    byText.set(key, {
      ...now,
      language: now.language ?? before?.language ?? null,
      hits: now.hits ?? before?.hits ?? null,
      openedTitleId: now.openedTitleId ?? before?.openedTitleId ?? null,
      // What was opened was opened from what was shown before.
      shown: before?.openedTitleId ? before.shown : (now.shown ?? before?.shown ?? null),
    });
  }
  return [...byText.values()];
}

/**
 * Consents, and profiles that are about to go, are looked at last: whoever takes them away waits, and takes this away too.
 * What a profile has of a day is what was kept before, and what stands before it here.
 */
function kept(searches: readonly Noted[]): Sql {
  return sql`
    insert into search_log as l (tenant_id, profile_id, day, query, language, hits, opened_title_id, shown, teams, at)
    select current_setting('marquee.tenant')::int, p.id, ${TODAY}, v.query, v.language, v.hits, v.opened, v.shown, v.teams,
      clock_timestamp()
    from (
      select *, row_number() over (partition by profile order by query) as nth
      from json_to_recordset(${JSON.stringify(searches.map(rowOf))}::json)
        as r (profile text, query text, language text, hits int, opened text, shown text[], teams text)
    ) v
    join profiles p on p.id = v.profile and p.kind <> 'KIDS'
    join consents c on c.account_id = p.account_id and c.measurement
    where ${MOST_OF_DAY}::int >= v.nth + (
        select count(*) from search_log o where o.profile_id = p.id and o.day = ${TODAY})
      or exists (select from search_log o where o.profile_id = p.id and o.day = ${TODAY} and o.query = v.query)
    order by p.id, v.query
    for share of p, c
    on conflict (tenant_id, profile_id, day, query) do update set
      hits = coalesce(excluded.hits, l.hits), opened_title_id = coalesce(excluded.opened_title_id, l.opened_title_id),
      language = coalesce(excluded.language, l.language), at = excluded.at,
      shown = case when ${SHOWN_BEFORE} then l.shown else excluded.shown end,
      teams = case when ${SHOWN_BEFORE} then l.teams else excluded.teams end
    returning l.query`;
}

/** Whether what was shown before stays: something was opened from it, or nobody says what is shown now. */
const SHOWN_BEFORE = sql`(l.opened_title_id is not null or excluded.shown = '{}')`;

const TODAY = sql`(now() at time zone 'UTC')::date`;

function rowOf({ profileId, query, language, hits, openedTitleId, shown }: Noted) {
  const { ids, teams } = shown ?? { ids: [], teams: "" };
  return { profile: profileId, query, language, hits, opened: openedTitleId, shown: ids, teams };
}

/** What a search has come to, by the report that it is in. */
const CAME_TO: Readonly<Record<SearchReportKind, Sql>> = {
  ZERO_RESULT: sql`s.hits = 0`,
  ABANDONED: sql`s.hits > 0 and s.opened_title_id is null`,
};

function reported(kind: SearchReportKind, days: number, { after, limit }: Page): Sql {
  const accounts = sql`count(distinct p.account_id)`;
  const behind = after
    ? sql`and (${accounts} < ${after.value}::bigint or (${accounts} = ${after.value}::bigint and s.query > ${after.id}))`
    : empty;
  return sql`
    select s.query, mode() within group (order by s.language) as language, ${accounts}::int as accounts
    from search_log s join profiles p on p.id = s.profile_id
    where s.at > now() - make_interval(days => ${days}::int) and ${CAME_TO[kind]}
      and not exists (
        select from search_log n
        where n.profile_id = s.profile_id and n.day in (s.day, s.day + 1) and n.query <> s.query
          and starts_with(n.query, s.query) and n.at >= s.at and n.at < s.at + ${TYPING}::interval
      )
    group by s.query
    having ${accounts} >= ${FEWEST_ACCOUNTS}::int ${behind}
    order by accounts desc, s.query
    limit ${limit + 1}::int`;
}
