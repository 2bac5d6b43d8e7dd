import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { profileOwner } from "./account-columns.postgres.js";
import { type PresumedViewer } from "./presumed-viewer.js";

/** Columns of what is presumed, for the definition of a record; those of `presumedColumns`. */
export const PRESUMED_COLUMNS = sql`session text, account text, country text, maturity_limit int`;

/** What is presumed as such columns: none has a session where nothing is. */
export function presumedColumns(presumed: PresumedViewer | null): object {
  if (!presumed) return {};
  const { account, session, country, maturityLimit } = presumed;
  return { session, account, country, maturity_limit: maturityLimit };
}

/**
 * Whether the look-up of the viewer would find who is presumed (`PostgresAccounts.viewer`): the session, the account, what
 * the profile may meet, and the key without which nobody can read who it is.
 *
 * @param profile a row of profiles.
 * @param presumed a row with `PRESUMED_COLUMNS`.
 */
export function isAsPresumed(profile: Sql, presumed: Sql): Sql {
  return sql`(
    ${profile}.account_id is not distinct from ${presumed}.account
    and ${profile}.maturity_limit = ${presumed}.maturity_limit
    and case when ${profile}.account_id is null then ${profile}.country
        else (select a.country from accounts a where a.id = ${profile}.account_id) end
        is not distinct from ${presumed}.country
    and exists (
      select from sessions s where s.id = ${presumed}.session and s.profile_id = ${profile}.id
        and s.account_id is not distinct from ${profile}.account_id and s.expires_at > now())
    and ((${profile}.account_id is null and ${profile}.name_sealed is null) or exists (
      select from person_keys k where k.owner = ${profileOwner(profile)})))`;
}
