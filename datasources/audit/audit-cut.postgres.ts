import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";

/**
 * Cuts off the oldest entries of a log, and notes that in it.
 *
 * @param before an expression: the instant before which they were noted.
 * @returns how many went: at most `limit`.
 */
export async function cutAudit(query: Query, before: Sql, limit: number): Promise<number> {
  const [row] = await query<{ gone: number }>(sql`select cut_audit(${before}, ${limit}::int) as gone`);
  return row?.gone ?? 0;
}
