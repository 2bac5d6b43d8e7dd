import { toPage, type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { empty, join, sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { accountName, recordAct } from "./audit-append.postgres.js";
import { type Audit, type AuditedAct, type AuditEntry, type AuditFilter, type AuditLine } from "./audit.js";

/** Lines of one statement. */
const BATCH = 5_000;
/** What the hash of an entry is of. */
const ENTRY = sql`marquee.audit_text(row(a.*)::marquee.audit_log)`;

/** The log in PostgreSQL; row-level security keeps each tenant to its own, grants and a trigger keep it as it is. */
export class PostgresAudit implements Audit {
  constructor(private readonly postgres: PostgresStore) {}

  async record(tenant: Tenant, act: AuditedAct): Promise<void> {
    await this.postgres.transaction(tenant, (query) => recordAct(query, act));
  }

  async entries(
    request: StoreRequest,
    filter: AuditFilter,
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: AuditEntry }>> {
    const rows = await this.postgres.read<AuditEntry>(
      request,
      "audit.entries",
      sql`select position, at, act, outcome, actor, nullif(subject, '') as subject, details, encode(hash, 'hex') as hash
          from audit_log
          where ${conditions(filter)} ${page.after ? sql`and position < ${page.after.value}::bigint` : empty}
          order by position desc limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, (entry) => ({ position: { value: entry.position, id: "" }, entry }));
  }

  async *lines(tenant: Tenant): AsyncGenerator<readonly AuditLine[]> {
    for (let last = 0; ;) {
      const behind = last;
      const rows = await this.postgres.transaction(tenant, (query) =>
        query<AuditLine & { position: number }>(
          sql`select position, ${ENTRY} as entry, encode(hash, 'hex') as hash from audit_log a
              where position > ${behind}::bigint order by position limit ${BATCH}::int`,
        ),
      );
      if (rows.length > 0) yield rows.map(({ entry, hash }) => ({ entry, hash }));
      if (rows.length < BATCH) return;
      last = rows.at(-1)?.position ?? last;
    }
  }
}

function conditions({ acts, outcome, account, from, until }: AuditFilter): Sql {
  const all = [
    sql`true`,
    ...(acts ? [sql`act = any(${acts}::text[])`] : []),
    ...(outcome ? [sql`outcome = ${outcome}`] : []),
    ...(from ? [sql`at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`at < ${until}::timestamptz`] : []),
    // Of nobody too: an account that is not there has no entries.
    ...(account === undefined ? [] : [sql`${accountName(account)} in (actor, subject)`]),
  ];
  return join(all, " and ");
}
