import { toPage, type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { empty, join, sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { accountName, auditInsert, TENANT_LOG } from "./audit-append.postgres.js";
import { logLines, type NumberedLine } from "./audit-lines.postgres.js";
import { type Audit, type AuditedAct, type AuditEntry, type AuditFilter, type AuditLine } from "./audit.js";

/** The log in PostgreSQL; row-level security keeps each tenant to its own, grants and a trigger keep it as it is. */
export class PostgresAudit implements Audit {
  constructor(private readonly postgres: PostgresStore) {}

  async record(tenant: Tenant, act: AuditedAct): Promise<string> {
    const [noted] = await this.postgres.transaction(tenant, (query) =>
      query<{ actor: string }>(sql`${auditInsert(act)} returning actor`),
    );
    return noted?.actor ?? "";
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

  lines(tenant: Tenant): AsyncGenerator<readonly AuditLine[]> {
    return logLines(TENANT_LOG, (statement) =>
      this.postgres.transaction(tenant, (query) => query<NumberedLine>(statement)),
    );
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
