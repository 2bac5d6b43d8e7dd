import { cutAudit } from "../audit/audit-cut.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { turnOf } from "../engines/postgres/turns.postgres.js";
import { disownOldEvents, OWNED_EVENTS } from "../viewing/disowned-events.postgres.js";
import {
  RETENTION_KINDS,
  type HeldKind,
  type Retention,
  type RetentionDays,
  type RetentionKind,
} from "./retention.js";

/** Entries of one transaction. */
const BATCH = 5_000;
/** How long a statement may take. Milliseconds. */
const STATEMENT_MS = 50_000;

const KINDS = Object.keys(RETENTION_KINDS) as RetentionKind[];

/** Rows of a kind, and from when their days are counted. */
interface Held {
  table: Sql;
  since: Sql;
  /** Which of the table's rows; all unless given. */
  those?: Sql;
  /** Takes those of before an instant away, or what says whose they are; deletes them unless given. Answers how many. */
  remove?: (query: Query, before: Sql, limit: number) => Promise<number>;
}

const HELD: Readonly<Record<RetentionKind, Held>> = {
  viewing: { table: sql`viewing_events`, since: sql`at`, those: OWNED_EVENTS, remove: disownOldEvents },
  receipts: { table: sql`viewing_receipts`, since: sql`recorded_at` },
  sessions: { table: sql`sessions`, since: sql`expires_at` },
  playback: { table: sql`playback_sessions`, since: sql`coalesce(stopped_at, expires_at)` },
  mails: { table: sql`account_mails`, since: sql`expires_at` },
  exports: { table: sql`account_exports`, since: sql`expires_at` },
  searches: { table: sql`search_log`, since: sql`at` },
  served: { table: sql`served_lists`, since: sql`at`, remove: removeServed },
  keys: { table: sql`idempotency_keys`, since: sql`created_at` },
  deadLetters: { table: sql`marquee.outbox_parked`, since: sql`first_failed_at`, those: sql`dead` },
  audit: { table: sql`audit_log`, since: sql`at`, remove: cutAudit },
  jobs: { table: sql`marquee.operation_jobs`, since: sql`coalesce(finished_at, seen_at)` },
};

/** Ages of rows in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresRetention implements Retention {
  constructor(private readonly postgres: PostgresStore) {}

  async enforce(tenant: Tenant, days: RetentionDays): Promise<Record<RetentionKind, number>> {
    const removed = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<RetentionKind, number>;
    for (const kind of KINDS) {
      const limit = days[kind];
      if (limit === null) continue;
      for (let gone = BATCH; gone === BATCH; removed[kind] += gone)
        gone = await this.#batch(tenant, kind, limit);
    }
    return removed;
  }

  held(tenant: Tenant): Promise<HeldKind[]> {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(STATEMENT_MS);
      const all: HeldKind[] = [];
      for (const kind of KINDS) {
        const { table, since, those = sql`true` } = HELD[kind];
        const [row] = await query<Omit<HeldKind, "kind">>(
          sql`select count(*) as entries, min(${since}) as oldest from ${table} where ${those}`,
        );
        all.push({ kind, entries: row?.entries ?? 0, oldest: row?.oldest ?? null });
      }
      return all;
    });
  }

  #batch(tenant: Tenant, kind: RetentionKind, days: number): Promise<number> {
    return this.postgres.transaction(tenant, async (query) => {
      await query.allow(STATEMENT_MS);
      const [lock] = await query<{ mine: boolean }>(
        sql`select pg_try_advisory_xact_lock(${turnOf("retention")}) as mine`,
      );
      if (!lock?.mine) return 0;
      const before = sql`now() - make_interval(days => ${days}::int)`;
      const { remove = (...args) => deleteOld(HELD[kind], ...args) } = HELD[kind];
      return remove(query, before, BATCH);
    });
  }
}

/** Sums of a day go when the first list of that day may: whole, and before the last. */
async function removeServed(query: Query, before: Sql, limit: number): Promise<number> {
  await query(sql`delete from served_sums where day < ((${before}) at time zone 'UTC')::date + 1`);
  const { table, since } = HELD.served;
  return deleteOld({ table, since }, query, before, limit);
}

/** Rows are found by where they lie: none of these tables has partitions. */
async function deleteOld(
  { table, since, those = sql`true` }: Held,
  query: Query,
  before: Sql,
  limit: number,
): Promise<number> {
  const [row] = await query<{ gone: number }>(
    sql`with old as (
          delete from ${table} where ctid = any(array(
            select ctid from ${table} where ${those} and ${since} <= ${before} limit ${limit}::int
          )) returning 1
        )
        select count(*) as gone from old`,
  );
  return row?.gone ?? 0;
}
