import { accountName } from "../audit/audit-append.postgres.js";
import { raw, sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";

/** Somebody whose data it is about, by everything that names them. */
export interface Subject {
  account: string;
  /** Address that they sign in with; empty where there is none, or nobody can read it any more. */
  address: string;
  /** What it is found by; empty where there is none. */
  addressHash: string;
  profiles: readonly string[];
  /** What the profiles are called. */
  names: readonly string[];
}

/** The ids of somebody's account and profiles. */
export function idsOf({ account, profiles }: Subject): string[] {
  return [...new Set([account, ...profiles])].filter((id) => id !== "");
}

/** A table in which something is held about people. */
export interface PersonalTable {
  name: string;
  /** All its columns. */
  columns: readonly string[];
  /** The condition for the rows `t` that are about somebody. */
  isOf: (subject: Subject) => Sql;
}

/** Tables whose rows name nobody in a column of the usual name. */
const SPECIAL: Readonly<Record<string, (subject: Subject) => Sql>> = {
  accounts: ({ account }) => sql`t.id = ${account}`,
  profiles: ({ account, profiles }) => sql`(t.account_id = ${account} or t.id = any(${profiles}::text[]))`,
  // Whoever forgot a password is looked up by the address alone.
  account_mails: ({ account, addressHash }) =>
    sql`(t.account_id = ${account} or t.email_hash = ${addressHash})`,
  person_keys: (subject) => sql`t.owner = any(${idsOf(subject)}::text[])`,
  payments: ({ account }) =>
    sql`t.subscription_id in (select s.id from subscriptions s where s.account_id = ${account})`,
  checkout_steps: ({ account }) =>
    sql`t.checkout_id in (select c.id from checkouts c where c.account_id = ${account})`,
  account_export_parts: ({ account }) =>
    sql`t.export_id in (select e.id from account_exports e where e.account_id = ${account})`,
  outbox: ({ profiles }) =>
    sql`t.topic in ('WATCH', 'NOT_FOR_ME', 'PROFILE') and t.entity = any(${profiles}::text[])`,
  audit_log: ({ account }) => sql`${accountName(account)} in (t.actor, t.subject)`,
};

/**
 * The tables of the connection's tenant that hold something about people: those that name an account or a profile in a
 * column `account_id` or `profile_id`, as every table that does has to call it, and a few others.
 */
export async function personalTables(query: Query): Promise<PersonalTable[]> {
  const tables = await query<{ name: string; columns: string[] }>(
    sql`select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        group by 1 order by 1`,
  );
  return tables.flatMap(({ name, columns }) => {
    const isOf = SPECIAL[name] ?? ownedBy(columns);
    return isOf ? [{ name, columns, isOf }] : [];
  });
}

function ownedBy(columns: readonly string[]): PersonalTable["isOf"] | undefined {
  const ofAccount = ({ account }: Subject) => sql`t.account_id = ${account}`;
  const ofProfiles = ({ profiles }: Subject) => sql`t.profile_id = any(${profiles}::text[])`;
  const named = (column: string) => columns.includes(column);
  // A profile may be nobody's: then its rows name no account.
  if (named("account_id") && named("profile_id"))
    return (subject) => sql`(${ofAccount(subject)} or ${ofProfiles(subject)})`;
  if (named("account_id")) return ofAccount;
  return named("profile_id") ? ofProfiles : undefined;
}

/** A table's name as SQL writes it. */
export function tableName(name: string): Sql {
  return raw(`"${name.replaceAll('"', '""')}"`);
}
