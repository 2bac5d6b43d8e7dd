import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { type AuditLine } from "./audit.js";

/** Lines of one statement. */
const BATCH = 5_000;
/** What the hash of an entry is of. */
const ENTRY = sql`marquee.audit_text(row(a.*)::marquee.audit_log)`;

/** A line, and which one it is. */
export type NumberedLine = AuditLine & { position: number };

/** The whole of a log from its beginning, batch by batch. @param ask runs a statement of whoever the log is of. */
export async function* logLines(
  log: Sql,
  ask: (statement: Sql) => Promise<NumberedLine[]>,
): AsyncGenerator<readonly AuditLine[]> {
  for (let last = 0; ;) {
    const rows = await ask(sql`
      select position, ${ENTRY} as entry, encode(hash, 'hex') as hash from ${log} a
      where position > ${last}::bigint order by position limit ${BATCH}::int`);
    if (rows.length > 0) yield rows.map(({ entry, hash }) => ({ entry, hash }));
    if (rows.length < BATCH) return;
    last = rows.at(-1)?.position ?? last;
  }
}
