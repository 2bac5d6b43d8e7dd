import { randomUUID } from "node:crypto";

import { auditInsert, byOwner, recordAct } from "../audit/audit-append.postgres.js";
import { holdMerges } from "../catalog/postgres/title-merges.postgres.js";
import { lockAccount } from "../checkouts/checkout-rules.postgres.js";
import { appendEvents } from "../projection/outbox/outbox-append.postgres.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";
import { putMail } from "../mail/mail-rows.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { forgetProfiles } from "../viewing/forgotten-profiles.postgres.js";
import { disownEvents } from "../viewing/disowned-events.postgres.js";
import {
  openProfile,
  ownerOf,
  PROFILE,
  PROFILE_KEY,
  type SealedProfile,
} from "./account-columns.postgres.js";
import { addressHashes, sealedAddress } from "./addresses.js";
import { type KeptKey, type PersonKeys } from "./person-keys.postgres.js";
import { type ConsentsRecord, type ProfileRecord, type ViewerRecord } from "./accounts.js";
import { PROFILE_FIELDS } from "../core/profile-fields.js";
import { heldOf } from "../core/title-field.js";
import { addProfile, putProfiles, type Writing } from "./accounts-writing.postgres.js";
import { consentChanges, setConsents } from "./consents.postgres.js";
import { makeAccount } from "./new-account.postgres.js";
import { profileEvent } from "./profile-event.js";
import { lockProfile } from "./profile-locks.postgres.js";
import {
  changedLimit,
  checkAdultRemains,
  checkCount,
  checkedFields,
  checkedLimit,
  checkedName,
  checkNotLast,
  emailTaken,
  profileNotFound,
} from "./profile-rules.js";
import {
  type ConsentChange,
  type NewProfile,
  type Profiles,
  type SignUp,
  type WantedConsents,
  type WrittenProfile,
} from "./profiles.js";

/** A profile with the key of its name. */
interface KeptProfile {
  profile: SealedProfile;
  key: KeptKey | null;
}

/** What an account's owner changes, in PostgreSQL. Changes of one account happen one after the other. */
export class PostgresProfiles implements Profiles {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  create(tenant: Tenant, owner: ViewerRecord, input: NewProfile): Promise<WrittenProfile> {
    return this.#change(tenant, owner, async (query, accountId, profiles) => {
      checkCount(profiles);
      const name = checkedName(input.name, profiles);
      const { kind } = input;
      const maturityLimit = checkedLimit(kind, input.maturityLimit);
      const fields = heldOf(PROFILE_FIELDS, checkedFields(input));
      const profile = { id: randomUUID(), accountId, name, kind, maturityLimit, hasPin: false, ...fields };
      await addProfile(query, this.#writing(tenant), profile);
      const xid = await appendEvents(query, [profileEvent(profile.id)]);
      await recordAct(query, {
        act: "PROFILE_CREATED",
        ...byOwner(accountId),
        details: { kind, maturityLimit },
      });
      return { profile, xid };
    });
  }

  update(
    tenant: Tenant,
    owner: ViewerRecord,
    id: string,
    change: Partial<NewProfile>,
  ): Promise<WrittenProfile> {
    return this.#change(tenant, owner, async (query, accountId, profiles) => {
      const before = profiles.find((profile) => profile.id === id);
      if (!before) throw profileNotFound();
      const others = profiles.filter((profile) => profile !== before);
      const kind = change.kind ?? before.kind;
      if (kind === "KIDS") checkAdultRemains(others);
      const profile: ProfileRecord = {
        ...before,
        name: change.name === undefined ? before.name : checkedName(change.name, others),
        kind,
        maturityLimit: changedLimit(before, change),
        ...checkedFields(change),
      };
      await putProfiles(query, this.#writing(tenant), [profile]);
      const xid = await appendEvents(query, [profileEvent(id)]);
      await noteLimits(query, accountId, before, profile);
      return { profile, xid };
    });
  }

  delete(tenant: Tenant, owner: ViewerRecord, id: string): Promise<WrittenProfile> {
    const remove = async (query: Query, accountId: string, profiles: ProfileRecord[]) => {
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
      const xid = await forgetProfiles(query, [id]);
      await recordAct(query, { act: "PROFILE_DELETED", ...byOwner(accountId) });
      return { profile, xid };
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
    const account = owner.account?.id ?? "";
    const act = { act: "PIN_SET", ...byOwner(account), details: { set: pinHash !== null } } as const;
    const [changed] = await this.postgres.conclude<KeptProfile>(tenant, () =>
      Promise.resolve(
        sql`with changed as (
              update profiles p set pin_hash = ${pinHash}
              where p.id = ${id} and p.account_id = ${account} returning ${PROFILE} as profile, ${PROFILE_KEY} as key
            ), noted as (${auditInsert(act, sql`changed`)})
            select profile, key from changed`,
      ),
    );
    const [profile] = changed ? await this.#opened(tenant, [changed]) : [];
    if (!profile) throw profileNotFound();
    return profile;
  }

  setConsents(tenant: Tenant, accountId: string, wanted: WantedConsents): Promise<ConsentsRecord> {
    return setConsents(this.postgres, tenant, accountId, wanted);
  }

  consentChanges(request: StoreRequest, accountId: string): Promise<ConsentChange[]> {
    return consentChanges(this.postgres, request, accountId);
  }

  async signUp(tenant: Tenant, account: SignUp): Promise<{ accountId: string; profileId: string }> {
    const { email, passwordHash, country, language, token, profileName } = account;
    const roles = ["VIEWER"] as const;
    const { consentText } = account;
    const accountId = randomUUID();
    const hash = await this.keys.hashing(tenant);
    const profileId = await this.postgres.transaction(tenant, async (query) => {
      const address = sealedAddress(email, await this.keys.forWritingOf(query, tenant, accountId), hash);
      const { favouriteGenres = null } = account;
      const begun = {
        accountId,
        address,
        takenBy: addressHashes(email, hash),
        passwordHash,
        country,
        language,
        roles,
        consentText,
        favouriteGenres,
      };
      const made = await makeAccount(query, this.#writing(tenant), begun, profileName);
      if (made === null) throw emailTaken();
      if (token) await putMail(query, { kind: "VERIFY", address, accountId, language, token });
      return made;
    });
    return { accountId, profileId };
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
      const profiles = await query<KeptProfile>(
        sql`select ${PROFILE} as profile, ${PROFILE_KEY} as key
            from profiles p where p.account_id = ${accountId} order by p.id for update`,
      );
      return work(query, accountId, await this.#opened(tenant, profiles));
    });
  }

  #writing(tenant: Tenant): Writing {
    return { tenant, keys: this.keys };
  }

  async #opened(tenant: Tenant, rows: readonly KeptProfile[]): Promise<ProfileRecord[]> {
    const opened = rows.map(async ({ profile, key }) =>
      openProfile(profile, await this.keys.of(tenant, ownerOf(profile), key)),
    );
    return (await Promise.all(opened)).filter((profile) => profile !== null);
  }
}

/** Notes a change of what a profile may meet: from what to what, and not which profile's. */
async function noteLimits(
  query: Query,
  accountId: string,
  before: ProfileRecord,
  { kind, maturityLimit }: ProfileRecord,
): Promise<void> {
  if (kind === before.kind && maturityLimit === before.maturityLimit) return;
  const was = { kindBefore: before.kind, maturityLimitBefore: before.maturityLimit };
  const details = { kind, maturityLimit, ...was };
  await recordAct(query, { act: "PROFILE_LIMITED", ...byOwner(accountId), details });
}

/** Takes everything of a profile away; its viewing events lose their owner, and ids that the client made of who knows what. */
async function removeFacts(query: Query, id: string): Promise<void> {
  await query(sql`delete from profiles where id = ${id}`);
  await query(sql`delete from title_progress where profile_id = ${id}`);
  await query(sql`delete from ratings where profile_id = ${id}`);
  await query(sql`delete from watchlist where profile_id = ${id}`);
  await query(sql`delete from not_for_me where profile_id = ${id}`);
  await query(sql`delete from search_log where profile_id = ${id}`);
  await query(sql`delete from served_lists where profile_id = ${id}`);
  await query(sql`delete from served_sums where profile_id = ${id}`);
  await query(sql`delete from playback_sessions where profile_id = ${id}`);
  await query(sql`delete from sessions where profile_id = ${id}`);
  await query(sql`delete from viewing_receipts where profile_id = ${id}`);
  await disownEvents(query, [id]);
}
