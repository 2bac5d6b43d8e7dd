import { sql, type Sql } from "../engines/postgres/store.postgres.js";

/**
 * Asked before sessions of an account are opened: what is looked at behind it is as whoever ends sessions has left it, or they
 * wait until these are opened.
 */
export function openingFor(accountId: string): Sql {
  return sql`select 1 from accounts where id = ${accountId} for share`;
}

/** Asked before sessions of an account are ended: waits for those that are being opened, and has those that come wait. */
export function endingFor(accountId: string): Sql {
  return sql`select 1 from accounts where id = ${accountId} for no key update`;
}
