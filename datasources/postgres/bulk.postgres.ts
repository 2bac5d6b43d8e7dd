import { sql, type Query } from "./store.postgres.js";

/** Gives the statements of a transaction the time that bulk work may take: reads have seconds, a full batch may need more. */
export async function allowBulk(query: Query): Promise<void> {
  await query(sql`set local statement_timeout = '2min'`);
}
