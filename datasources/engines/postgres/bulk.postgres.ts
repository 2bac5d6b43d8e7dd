import { sql, type Query } from "./store.postgres.js";

const BULK_MS = 120_000;

/** Gives the statements of a transaction the time that bulk work may take: reads have seconds, a full batch may need more. */
export async function allowBulk(query: Query): Promise<void> {
  await query.allow(BULK_MS);
}

/**
 * Lets a transaction go through all that a tenant has, for as long as that takes. How much that is the planner cannot
 * know: a loop that is right for a small tenant would take hours for a large one.
 */
export async function scanWhole(query: Query): Promise<void> {
  await query.allow(Infinity);
  await query(sql`select set_config('enable_nestloop', 'off', true)`);
}
