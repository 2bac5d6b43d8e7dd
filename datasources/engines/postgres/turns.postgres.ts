import { raw, sql, type Query, type Sql } from "./store.postgres.js";

/** What the transactions of one tenant do one after the other. */
export type Turn =
  | "campaigns"
  | "catalog_names"
  | "experiments"
  | "insights"
  | "operation_jobs"
  | "profile_deletions"
  | "retention"
  | "search"
  | "search_learning"
  | "search_steering"
  | "taste_graph"
  | "title_merges"
  | "title_versions"
  | "top10";

/** Waits until no other transaction of the tenant is in such a turn, and has it until this one ends. */
export async function takeTurn(query: Query, turn: Turn): Promise<void> {
  await query(sql`select pg_advisory_xact_lock(${turnOf(turn)})`);
}

/** The two keys of an advisory lock; there are others that wait for it, share it, or try it. */
export function turnOf(turn: Turn): Sql {
  return sql`hashtext(${raw(`'marquee.${turn}'`)}), current_setting('marquee.tenant')::int`;
}
