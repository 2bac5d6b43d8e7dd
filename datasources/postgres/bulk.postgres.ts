import { type Query } from "./store.postgres.js";

const BULK_MS = 120_000;

/** Gives the statements of a transaction the time that bulk work may take: reads have seconds, a full batch may need more. */
export async function allowBulk(query: Query): Promise<void> {
  await query.allow(BULK_MS);
}
