import { sql } from "../../engines/postgres/store.postgres.js";

/** What the cursors of holds are called: no target's name has a space. */
export const HOLD_PREFIX = "hold ";

/**
 * Below this transaction every one has ended. Ids are given out long before what they number can be seen, so that a row
 * of a lower id may turn up behind one of a higher: at or above the edge nothing may be passed.
 */
export const EDGE = sql`(select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)`;

/** The transaction that the edge stands at, of whichever database of the server. */
export const OLDEST_TRANSACTION = sql`
  select pid, name from (
    select pid, coalesce(application_name, '') as name, backend_xid as xid from pg_stat_activity
    where backend_xid is not null
    union all
    select null, gid, transaction from pg_prepared_xacts
  ) t
  order by age(xid) desc limit 1`;
