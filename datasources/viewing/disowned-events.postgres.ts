import { randomBytes } from "node:crypto";

import { sql, type Query } from "../engines/postgres/store.postgres.js";

/**
 * Takes from the viewing events of profiles what says whose they were, and the ids that clients made of who knows what.
 * One name a profile, title and day: whoever counts viewers counts as before, and no trail of one person is left. Nobody
 * keeps the salt.
 */
export async function disownEvents(query: Query, profiles: readonly string[]): Promise<void> {
  const salt = randomBytes(16).toString("hex");
  await query(
    sql`update viewing_events
        set profile_id = 'deleted-' || md5(${salt} || profile_id || title_id || (at at time zone 'UTC')::date::text),
            id = 'deleted-' || md5(${salt} || id)
        where profile_id = any(${profiles}::text[])`,
  );
}

/** Lets progress stand for itself where its events are nobody's any more: it counts for nothing but resuming. */
export async function detachProgress(query: Query, profiles: readonly string[]): Promise<void> {
  await query(
    sql`update title_progress set unmeasured = true, counted_seconds = null
        where profile_id = any(${profiles}::text[])`,
  );
}
