import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { patternsOf } from "./mentions.js";
import { personalTables, tableName, type PersonalTable } from "./personal-tables.postgres.js";
import { type Trace, type TraceSearch } from "./traces.js";

/** How long looking through one table may take. Milliseconds. */
const TABLE_MS = 50_000;
/** Where whoever is being forgotten stands until that is done. */
const UNDER_WAY = ["erasures"];
/** Where people are called what others may be called as well. */
const NAMESAKES = ["accounts", "profiles"];

/** Looks through PostgreSQL: every row of every table of the tenant, then what is the whole deployment's. */
export class PostgresTraces implements TraceSearch {
  readonly store = "POSTGRES";

  constructor(private readonly postgres: PostgresStore) {}

  search(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]> {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(TABLE_MS);
      const patterns = patternsOf(wanted);
      const tables = (await allTables(query)).map((place) => ({ place, rows: sql`true` }));
      const inTables = await mentionedIn(query, tables, patterns);
      return [
        ...inTables,
        ...(await query<Trace>(sql`select place, entries from marquee.traces(${patterns})`)),
      ];
    });
  }

  /**
   * The same, but only where something is held about people, and not about others who are still there: a name is a word that
   * anybody may search for.
   */
  searchAmongPeople(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]> {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(TABLE_MS);
      const tables = (await personalTables(query)).filter(({ name }) => !NAMESAKES.includes(name));
      return mentionedIn(query, tables.map(searchedOf), patternsOf(wanted));
    });
  }

  heldOf(): Promise<object[]> {
    return Promise.resolve([]);
  }
}

async function allTables(query: Query): Promise<string[]> {
  const tables = await query<{ name: string }>(
    sql`select relname as name from pg_class
        where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
          and has_table_privilege(oid, 'select') and relname <> all(${UNDER_WAY}::text[])
        order by 1`,
  );
  return tables.map(({ name }) => name);
}

/** Where is looked, and at which rows `held`. */
interface Searched {
  place: string;
  rows: Sql;
}

/** Whose a row is says its profile, and where it names none, its account. */
function searchedOf({ name, columns }: PersonalTable): Searched {
  const named = (column: string) => columns.includes(column);
  const profile = sql`exists (select 1 from profiles p where p.id = held.profile_id)`;
  const account = sql`exists (select 1 from accounts a where a.id = held.account_id)`;
  if (named("profile_id") && named("account_id"))
    return {
      place: name,
      rows: sql`not (case when held.profile_id is null then ${account} else ${profile} end)`,
    };
  if (named("profile_id")) return { place: name, rows: sql`not ${profile}` };
  return { place: name, rows: named("account_id") ? sql`not ${account}` : sql`true` };
}

/** A row's text has every column: JSON, arrays, and bytes in hexadecimal. */
async function mentionedIn(
  query: Query,
  tables: readonly Searched[],
  patterns: readonly string[],
): Promise<Trace[]> {
  const traces: Trace[] = [];
  if (patterns.length === 0) return traces;
  for (const { place, rows } of tables) {
    const [found] = await query<{ entries: number }>(
      sql`select count(*) as entries from ${tableName(place)} held
          where ${rows} and held::text ~ any(${patterns}::text[])`,
    );
    if (found && found.entries > 0) traces.push({ place, entries: found.entries });
  }
  return traces;
}
