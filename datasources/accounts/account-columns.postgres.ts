import { storedCountry } from "../core/countries.js";
import { PROFILE_FIELD_NAMES } from "../core/profile-fields.js";
import { raw, sql } from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";

/** What may change of a profile, with its column: the field's name in snake case. */
export const PROFILE_COLUMNS = ["name", "kind", "maturityLimit", ...PROFILE_FIELD_NAMES].map((field) => ({
  field,
  column: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
}));

/** A row `p` of profiles as a ProfileRecord, in JSON. */
export const PROFILE = sql`jsonb_build_object('id', p.id, 'accountId', p.account_id,
  'hasPin', p.pin_hash is not null, ${raw(
    PROFILE_COLUMNS.map(({ field, column }) => `'${field}', p.${column}`).join(", "),
  )})`;

/** A row `s` of subscriptions with its `plan` as a MembershipRecord, in JSON; null where there is none. */
export const MEMBERSHIP = sql`case when s.id is not null then jsonb_build_object(
  'id', s.id, 'state', s.state, 'currentPeriodEnd', ${instantInJson(sql`s.current_period_end`)},
  'endsAt', case when s.cancelled_at is not null then ${instantInJson(sql`s.current_period_end`)} end,
  'plan', jsonb_build_object('id', plan.id, 'name', plan.name, 'maxStreams', plan.max_streams,
    'maxHeight', plan.max_height, 'priceCents', plan.price_cents, 'currency', plan.currency)) end`;

/** A record with its country as `storedCountry` reads it. */
export function withCountry<T extends { country: string | null }>(record: T): T {
  return { ...record, country: storedCountry(record.country) };
}
