import { sql, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { takeTurn, turnOf } from "../../engines/postgres/turns.postgres.js";

/**
 * Keeps titles from being merged until the transaction ends, for writers of what profiles do with titles: nothing may
 * be written about a title while that is being moved to another. To be taken before the rows of profiles are locked.
 */
export async function holdMerges(query: Query): Promise<void> {
  await query(sql`select ${HOLD_MERGES}`);
}

/** The same as an expression, for a transaction that has to save statements. */
export const HOLD_MERGES: Sql = sql`
  pg_advisory_xact_lock_shared(${turnOf("title_merges")})`;

/** Waits for such writers and other merges to end, and keeps them waiting until the transaction does. */
export async function lockMerges(query: Query): Promise<void> {
  await takeTurn(query, "title_merges");
}

/** Under `holdMerges`: the title that an id stands for, itself unless it was merged into another. */
export async function keptTitle(query: Query, id: string): Promise<string> {
  const [head] = await query<{ merged_into: string | null }>(
    sql`select merged_into from title_heads where title_id = ${id}`,
  );
  return head?.merged_into ?? id;
}

/** `(title_id, into_id)` of every title that was merged into another: few rows. */
export const MERGED_TITLES: Sql = sql`
  select title_id, merged_into as into_id from title_heads where merged_into is not null`;
