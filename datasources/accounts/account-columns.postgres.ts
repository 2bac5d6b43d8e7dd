import { storedCountry } from "../core/countries.js";
import { PROFILE_FIELD_NAMES } from "../core/profile-fields.js";
import { raw, sql, type Sql } from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";
import { type ProfileRecord } from "./accounts.js";
import { keyOf } from "./person-keys.postgres.js";
import { type PersonSeal } from "./person-seal.js";

/** What may change of a profile beside its name, with its column: the field's name in snake case. */
export const PROFILE_COLUMNS = ["kind", "maturityLimit", ...PROFILE_FIELD_NAMES].map((field) => ({
  field,
  column: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}));

/** A row `p` of profiles as a {@link SealedProfile}, in JSON. */
export const PROFILE = sql`jsonb_build_object('id', p.id, 'accountId', p.account_id,
  'name', p.name, 'sealedName', p.name_sealed, 'hasPin', p.pin_hash is not null, ${raw(
    PROFILE_COLUMNS.map(({ field, column }) => `'${field}', p.${column}`).join(", "),
  )})`;

/** A row `s` of subscriptions with its `plan` as a MembershipRecord, in JSON; null where there is none. */
export const MEMBERSHIP = sql`case when s.id is not null then jsonb_build_object(
  'id', s.id, 'state', s.state, 'currentPeriodEnd', ${instantInJson(sql`s.current_period_end`)},
  'endsAt', case when s.cancelled_at is not null then ${instantInJson(sql`s.current_period_end`)} end,
  'plan', jsonb_build_object('id', plan.id, 'name', plan.name, 'maxStreams', plan.max_streams,
    'maxHeight', plan.max_height, 'priceCents', plan.price_cents, 'currency', plan.currency)) end`;

/** A profile as it is kept: one that somebody has named has its name sealed, others are called by their id. */
export interface SealedProfile extends Omit<ProfileRecord, "name"> {
  name: string | null;
  sealedName: string | null;
}

/**
 * Whose key the name of a row of profiles is sealed with. By no `coalesce`: under row-level security PostgreSQL takes that
 * for what might tell of rows that are hidden (`contain_leaked_vars` of its clauses.c), and looks at each key that there is.
 */
export function profileOwner(profile: Sql): Sql {
  return sql`case when ${profile}.account_id is null then ${profile}.id else ${profile}.account_id end`;
}
/** That key, of a row `p`. */
export const PROFILE_KEY = keyOf(profileOwner(sql`p`));

/** The same in TypeScript. */
export function ownerOf({ id, accountId }: Pick<ProfileRecord, "id" | "accountId">): string {
  return accountId ?? id;
}

/** A profile to be shown; null where its name cannot be read any more. */
export function openProfile(
  { name: plain, sealedName, ...profile }: SealedProfile,
  seal: PersonSeal | null,
): ProfileRecord | null {
  const name = sealedName === null ? plain : (seal?.text(`name ${profile.id}`, sealedName) ?? null);
  return name === null ? null : withCountry({ ...profile, name });
}

/** A record with its country as `storedCountry` reads it. */
export function withCountry<T extends { country: string | null }>(record: T): T {
  return { ...record, country: storedCountry(record.country) };
}
