import { sql } from "../../engines/postgres/store.postgres.js";

/** What the cursors of holds are called: no target's name has a space. */
export const HOLD_PREFIX = "hold ";

/**
 * Below this transaction every one has ended. Ids are given out long before what they number can be seen, so that a row
 * of a lower id may turn up behind one of a higher: at or above the edge nothing may be passed.
 */
export const EDGE = sql`(select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)`;
