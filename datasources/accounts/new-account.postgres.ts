import { randomUUID } from "node:crypto";

import { byOwner, recordAct } from "../audit/audit-append.postgres.js";
import { appendEvents } from "../projection/outbox/outbox-append.postgres.js";
import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { PROFILE_FIELDS } from "../core/profile-fields.js";
import { heldOf } from "../core/title-field.js";
import { type MailLanguage, type Role } from "../core/vocabulary.js";
import { addProfile, type Writing } from "./accounts-writing.postgres.js";
import { type SealedAddress } from "./addresses.js";
import { beginConsents } from "./consents.postgres.js";
import { profileEvent } from "./profile-event.js";
import { checkedFields, checkedLimit, checkedName } from "./profile-rules.js";

/** An account as it begins. */
export interface BegunAccount {
  accountId: string;
  address: SealedAddress;
  /** What its address may be found by where another account has it. */
  takenBy: readonly string[];
  passwordHash: string;
  country: string;
  /** What mails to it are written in; null: what it reads best is not known. */
  language: MailLanguage | null;
  roles: readonly Role[];
  /** Version of the text about consents that was shown; none where nobody was asked. */
  consentText?: string | null;
  /** What its first profile likes, by name. */
  favouriteGenres?: string[] | null;
}

/**
 * Makes an account with its first profile and consents, and tells the projections.
 *
 * @param address sealed for it.
 * @returns the profile's id; null where another account has the address.
 * @throws Refusal INVALID_NAME, INVALID.
 */
export async function makeAccount(
  query: Query,
  writing: Writing,
  { favouriteGenres = null, consentText = null, ...begun }: BegunAccount,
  profileName: string,
): Promise<string | null> {
  const { accountId, address, takenBy, passwordHash, country, language, roles } = begun;
  const name = checkedName(profileName, []);
  const [added] = await query(
    sql`insert into accounts (tenant_id, id, email_sealed, email_hash, password_hash, country, language, roles)
        select current_setting('marquee.tenant')::int, ${accountId}, ${address.email_sealed}::bytea, ${address.email_hash},
               ${passwordHash}, ${country}, ${language}, ${roles}::text[]
        where not exists (select from accounts where email_hash = any(${takenBy}::text[]))
        on conflict (tenant_id, email_hash) do nothing returning 1`,
  );
  if (!added) return null;
  const id = randomUUID();
  const fields = heldOf(PROFILE_FIELDS, checkedFields({ favouriteGenres }));
  await addProfile(query, writing, {
    id,
    accountId,
    name,
    kind: "ADULT",
    maturityLimit: checkedLimit("ADULT", undefined),
    hasPin: false,
    ...fields,
  });
  await beginConsents(query, [accountId], consentText);
  await appendEvents(query, [profileEvent(id)]);
  await recordAct(query, { act: "SIGN_UP", ...byOwner(accountId) });
  return id;
}
