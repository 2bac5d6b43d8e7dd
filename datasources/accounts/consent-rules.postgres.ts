import { sql, type Sql } from "../engines/postgres/store.postgres.js";

/*
 * What accounts have agreed to, as the statements of other domains ask for it. A profile without an account has nobody to
 * ask, and was imported by an operator who answers for it.
 */

/**
 * Whether what a profile does may be used for suggestions: be learned from, and be told to the taste graph.
 *
 * @param profile an expression for its id.
 */
export function isPersonal(profile: Sql): Sql {
  return sql`not ${withoutConsent(profile, sql`personalisation`)}`;
}

/** Whether events of what a profile does may be kept; of the others progress alone is. */
export function isMeasured(profile: Sql): Sql {
  return sql`not ${withoutConsent(profile, sql`measurement`)}`;
}

/** The same two for a statement that has the account of a profile at hand and joins what that has agreed to. */
export const AGREED = {
  joined: (account: Sql) => sql`left join consents given on given.account_id = ${account}`,
  personal: sql`coalesce(given.personalisation, true)`,
  measured: sql`coalesce(given.measurement, true)`,
};

function withoutConsent(profile: Sql, consent: Sql): Sql {
  return sql`exists (
    select from profiles owned join consents given on given.account_id = owned.account_id
    where owned.id = ${profile} and not given.${consent})`;
}
