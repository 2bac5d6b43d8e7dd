import { byOwner, recordAct } from "../audit/audit-append.postgres.js";
import { holdMerges } from "../catalog/postgres/title-merges.postgres.js";
import { lockAccount } from "../checkouts/checkout-rules.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { join, sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { appendEvents } from "../projection/outbox/outbox-append.postgres.js";
import { detachProgress, disownEvents } from "../viewing/disowned-events.postgres.js";
import { forgetProfiles } from "../viewing/forgotten-profiles.postgres.js";
import { appendWatchesOf } from "../viewing/watch-events.postgres.js";
import { type ConsentsRecord } from "./accounts.js";
import { MAX_CONSENT_CHANGES, type ConsentChange, type WantedConsents } from "./profiles.js";
import { profileEvent } from "./profile-event.js";
import { lockProfile } from "./profile-locks.postgres.js";

type Given = Omit<ConsentsRecord, "updatedAt" | "textVersion">;

const COLUMNS = sql`personalisation, measurement, marketing, text_version`;
const UNASKED: Given = { personalisation: true, measurement: true, marketing: false };

/**
 * What accounts agree to from their first day on, with the beginning of its history. Accounts that have said already what
 * they agree to stay with it.
 *
 * @param textVersion the text that was shown; null where none was.
 */
export async function beginConsents(
  query: Query,
  accounts: readonly string[],
  textVersion: string | null,
): Promise<void> {
  await query(
    noting(sql`
      insert into consents (tenant_id, account_id, text_version)
      select current_setting('marquee.tenant')::int, id, ${textVersion} from unnest(${accounts}::text[]) as id
      on conflict do nothing returning *`),
  );
}

/** `Profiles.setConsents`. Writers of what the account's profiles do are kept waiting: they go by what is agreed to. */
export function setConsents(
  postgres: PostgresStore,
  tenant: Tenant,
  accountId: string,
  wanted: WantedConsents,
): Promise<ConsentsRecord> {
  return postgres.transaction(tenant, async (query) => {
    await holdMerges(query);
    const profiles = await profilesOf(query, accountId);
    for (const profile of profiles) await lockProfile(query, tenant, profile);
    await lockAccount(query, accountId);
    const before = await given(query, accountId);
    const after = { ...before, ...wanted };
    const [kept] = await query<ConsentsRecord>(putConsents(accountId, after));
    if (!kept) throw new Error("Consents were written and are not there");
    if (before.measurement && !after.measurement) {
      await disownEvents(query, profiles);
      await detachProgress(query, profiles);
      await query(sql`delete from search_log where profile_id = any(${profiles}::text[])`);
      await query(sql`delete from served_sums where profile_id = any(${profiles}::text[])`);
    }
    if (before.personalisation && !after.personalisation) {
      await forgetProfiles(query, profiles);
      await query(sql`delete from served_lists where profile_id = any(${profiles}::text[])`);
      await query(sql`delete from served_sums where profile_id = any(${profiles}::text[])`);
    }
    if (!before.personalisation && after.personalisation) await rememberProfiles(query, profiles);
    const { personalisation, measurement, marketing } = after;
    const details = { personalisation, measurement, marketing };
    await recordAct(query, { act: "CONSENTS_SET", ...byOwner(accountId), details });
    return kept;
  });
}

/** `Profiles.consentChanges`. */
export function consentChanges(
  postgres: PostgresStore,
  request: StoreRequest,
  accountId: string,
): Promise<ConsentChange[]> {
  return postgres.read<ConsentChange>(
    request,
    "accounts.consentChanges",
    sql`select personalisation, measurement, marketing, text_version as "textVersion", at
        from consent_changes where account_id = ${accountId} order by at desc limit ${MAX_CONSENT_CHANGES}::int`,
  );
}

/** Tells projections anew what they had to forget. */
async function rememberProfiles(query: Query, profiles: readonly string[]): Promise<void> {
  await appendEvents(query, profiles.map(profileEvent));
  await appendWatchesOf(query, profiles);
}

async function profilesOf(query: Query, accountId: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    sql`select id from profiles where account_id = ${accountId} order by id`,
  );
  return rows.map(({ id }) => id);
}

async function given(query: Query, accountId: string): Promise<Given> {
  const [row] = await query<Given>(
    sql`select personalisation, measurement, marketing from consents where account_id = ${accountId}`,
  );
  return row ?? UNASKED;
}

function putConsents(accountId: string, consents: Given & { textVersion: string }): Sql {
  const { personalisation, measurement, marketing, textVersion } = consents;
  const values = [personalisation, measurement, marketing].map((value) => sql`${value}::boolean`);
  return noting(sql`
    insert into consents as c (tenant_id, account_id, ${COLUMNS})
    values (current_setting('marquee.tenant')::int, ${accountId}, ${join(values)}, ${textVersion})
    on conflict (tenant_id, account_id) do update set
      personalisation = excluded.personalisation, measurement = excluded.measurement, marketing = excluded.marketing,
      text_version = excluded.text_version, updated_at = now()
    returning *`);
}

/** Writes consents, and what they have become into their history. */
function noting(write: Sql): Sql {
  return sql`
    with written as (
      ${write}
    ), noted as (
      insert into consent_changes (tenant_id, account_id, ${COLUMNS})
      select tenant_id, account_id, ${COLUMNS} from written
    )
    select personalisation, measurement, marketing, text_version as "textVersion", updated_at as "updatedAt"
    from written`;
}
