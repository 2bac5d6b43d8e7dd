import { randomBytes, randomUUID } from "node:crypto";

import { holdMerges } from "../catalog/postgres/title-merges.postgres.js";
import { lockAccount } from "../checkouts/checkout-rules.postgres.js";
import { appendEvents } from "../projection/outbox/outbox-append.postgres.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";
import { putMail } from "../mail/mail-rows.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { PROFILE, withCountry } from "./account-columns.postgres.js";
import { type ConsentsRecord, type ProfileRecord, type ViewerRecord } from "./accounts.js";
import { PROFILE_FIELDS } from "../core/profile-fields.js";
import { heldOf } from "../core/title-field.js";
import { addProfile, putProfiles } from "./accounts-writing.postgres.js";
import { makeAccount } from "./new-account.postgres.js";
import { lockProfile } from "./profile-locks.postgres.js";
import {
  checkAdultRemains,
  checkCount,
  checkedFields,
  checkedLimit,
  checkedName,
  checkNotLast,
  emailTaken,
  profileNotFound,
} from "./profile-rules.js";
import { type NewProfile, type Profiles, type SignUp, type WrittenProfile } from "./profiles.js";

/** What an account's owner changes, in PostgreSQL. Changes of one account happen one after the other. */
export class PostgresProfiles implements Profiles {
  constructor(private readonly postgres: PostgresStore) {}

  create(tenant: Tenant, owner: ViewerRecord, input: NewProfile): Promise<WrittenProfile> {
    return this.#change(tenant, owner, async (query, accountId, profiles) => {
      checkCount(profiles);
      const name = checkedName(input.name, profiles);
      const { kind } = input;
      const maturityLimit = checkedLimit(kind, input.maturityLimit);
      const fields = heldOf(PROFILE_FIELDS, checkedFields(input));
      const profile = { id: randomUUID(), accountId, name, kind, maturityLimit, hasPin: false, ...fields };
      await addProfile(query, profile);
      return { profile, xid: await appendEvents(query, [event(profile.id, 1, false)]) };
    });
  }

  update(
    tenant: Tenant,
    owner: ViewerRecord,
    id: string,
    change: Partial<NewProfile>,
  ): Promise<WrittenProfile> {
    return this.#change(tenant, owner, async (query, _accountId, profiles) => {
      const before = profiles.find((profile) => profile.id === id);
      if (!before) throw profileNotFound();
      const others = profiles.filter((profile) => profile !== before);
      const kind = change.kind ?? before.kind;
      if (kind === "KIDS") checkAdultRemains(others);
      const kept = kind === before.kind ? before.maturityLimit : undefined;
      const profile: ProfileRecord = {
        ...before,
        name: change.name === undefined ? before.name : checkedName(change.name, others),
        kind,
        maturityLimit: checkedLimit(kind, change.maturityLimit ?? kept),
        ...checkedFields(change),
      };
      await putProfiles(query, [profile]);
      return { profile, xid: await appendEvents(query, [event(id, 1, false)]) };
    });
  }

  delete(tenant: Tenant, owner: ViewerRecord, id: string): Promise<WrittenProfile> {
    const remove = async (query: Query, _accountId: string, profiles: ProfileRecord[]) => {
      const profile = profiles.find((one) => one.id === id);
      if (!profile) throw profileNotFound();
      const others = profiles.filter((one) => one !== profile);
      checkNotLast(others);
      if (owner.profile.id === id) {
        throw new Refusal(
          "profile",
          "PROFILE_IN_USE",
          "This profile is in use; selectProfile another one first.",
        );
      }
      checkAdultRemains(others);
      await removeFacts(query, id);
      return { profile, xid: await appendEvents(query, [event(id, 2, true)]) };
    };
    return this.#change(tenant, owner, remove, async (query) => {
      // What is being moved to another title would be moved past the deletion.
      await holdMerges(query);
      await lockProfile(query, tenant, id);
    });
  }

  async setPin(
    tenant: Tenant,
    owner: ViewerRecord,
    id: string,
    pinHash: string | null,
  ): Promise<ProfileRecord> {
    const [changed] = await this.postgres.conclude<{ profile: ProfileRecord }>(tenant, () =>
      Promise.resolve(
        sql`update profiles p set pin_hash = ${pinHash}
            where p.id = ${id} and p.account_id = ${owner.account?.id ?? ""} returning ${PROFILE} as profile`,
      ),
    );
    if (!changed) throw profileNotFound();
    return withCountry(changed.profile);
  }

  async setConsents(
    tenant: Tenant,
    accountId: string,
    consents: Partial<Omit<ConsentsRecord, "updatedAt">>,
  ): Promise<ConsentsRecord> {
    const { personalisation = null, measurement = null, marketing = null } = consents;
    return this.postgres.transaction(tenant, async (query) => {
      await lockAccount(query, accountId);
      const [row] = await query<ConsentsRecord>(
        sql`insert into consents as c (tenant_id, account_id, personalisation, measurement, marketing)
            values (current_setting('marquee.tenant')::int, ${accountId}, coalesce(${personalisation}, true),
                    coalesce(${measurement}, true), coalesce(${marketing}, false))
            on conflict (tenant_id, account_id) do update set
              personalisation = coalesce(${personalisation}, c.personalisation),
              measurement = coalesce(${measurement}, c.measurement),
              marketing = coalesce(${marketing}, c.marketing), updated_at = now()
            returning personalisation, measurement, marketing, updated_at as "updatedAt"`,
      );
      if (!row) throw new Error("Consents were written and are not there");
      return row;
    });
  }

  async signUp(tenant: Tenant, account: SignUp): Promise<{ accountId: string; profileId: string }> {
    const { email, passwordHash, country, language, token, profileName } = account;
    const roles = ["VIEWER"] as const;
    const begun = { accountId: randomUUID(), email, passwordHash, country, language, roles };
    const profileId = await this.postgres.transaction(tenant, async (query) => {
      const made = await makeAccount(query, begun, profileName);
      if (made === null) throw emailTaken();
      if (token) await putMail(query, { kind: "VERIFY", email, accountId: begun.accountId, language, token });
      return made;
    });
    return { accountId: begun.accountId, profileId };
  }

  /**
   * One change, with the account's profiles as nobody else can change them meanwhile.
   *
   * @param before what has to come before the first lock of a row.
   */
  #change(
    tenant: Tenant,
    owner: ViewerRecord,
    work: (query: Query, accountId: string, profiles: ProfileRecord[]) => Promise<WrittenProfile>,
    before?: (query: Query) => Promise<void>,
  ): Promise<WrittenProfile> {
    const accountId = owner.account?.id ?? "";
    return this.postgres.transaction(tenant, async (query) => {
      await before?.(query);
      await lockAccount(query, accountId);
      // In the order in which imports lock them.
      const profiles = await query<{ profile: ProfileRecord }>(
        sql`select ${PROFILE} as profile from profiles p where p.account_id = ${accountId} order by p.id for update`,
      );
      return work(
        query,
        accountId,
        profiles.map(({ profile }) => withCountry(profile)),
      );
    });
  }
}

function event(id: string, revision: number, deleted: boolean) {
  return { topic: "PROFILE" as const, entity: id, related: "", revision, state: { deleted } };
}

/** Takes everything of a profile away; its viewing events lose their owner, and ids that the client made of who knows what. */
async function removeFacts(query: Query, id: string): Promise<void> {
  await query(sql`delete from profiles where id = ${id}`);
  await query(sql`delete from title_progress where profile_id = ${id}`);
  await query(sql`delete from ratings where profile_id = ${id}`);
  await query(sql`delete from watchlist where profile_id = ${id}`);
  await query(sql`delete from playback_sessions where profile_id = ${id}`);
  await query(sql`delete from sessions where profile_id = ${id}`);
  await query(sql`delete from viewing_receipts where profile_id = ${id}`);
  // One name a title and day: whoever counts viewers counts as before, and no trail of one person is left. Nobody keeps the salt.
  const salt = randomBytes(16).toString("hex");
  await query(
    sql`update viewing_events
        set profile_id = 'deleted-' || md5(${salt} || title_id || (at at time zone 'UTC')::date::text),
            id = 'deleted-' || md5(${salt} || id)
        where profile_id = ${id}`,
  );
}
