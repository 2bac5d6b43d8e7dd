import {
  sql,
  type PostgresStore,
  type SharedRead,
  type SharedRow,
} from "../engines/postgres/store.postgres.js";
import { instantInJson } from "../engines/postgres/value-types.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import {
  MEMBERSHIP,
  openProfile,
  ownerOf,
  PROFILE,
  PROFILE_KEY,
  withCountry,
  type SealedProfile,
} from "./account-columns.postgres.js";
import { addressHashes } from "./addresses.js";
import { type KeptKey, type PersonKeys } from "./person-keys.postgres.js";
import { type PersonSeal } from "./person-seal.js";
import { putAccounts, putPlans, putProfiles } from "./accounts-writing.postgres.js";
import {
  type AccountRecord,
  type Accounts,
  type Credentials,
  type NewAccount,
  type ProfileLine,
  type ProfilePin,
  type ProfileRecord,
  type ViewerKey,
  type ViewerRecord,
} from "./accounts.js";

/** Accounts and profiles in PostgreSQL. */
export class PostgresAccounts implements Accounts {
  constructor(
    private readonly postgres: PostgresStore,
    private readonly keys: PersonKeys,
  ) {}

  async viewer(request: StoreRequest, key: ViewerKey): Promise<ViewerRecord | null> {
    const [viewer] = await this.postgres.readShared<ViewerKey, SealedViewer & SharedRow>(
      request,
      VIEWERS,
      key,
    );
    if (!viewer) return null;
    return openViewer(viewer, await this.keys.of(request.tenant, ownerOf(viewer.profile), viewer.key));
  }

  async credentials(request: StoreRequest, email: string): Promise<Credentials | null> {
    const hashes = addressHashes(email, await this.keys.hashing(request.tenant));
    const [found] = await this.postgres.read<Credentials>(
      request,
      "accounts.credentials",
      sql`select a.id as "accountId", a.password_hash as "passwordHash",
                 (select p.id from profiles p where p.account_id = a.id order by p.position, p.id limit 1)
                   as "firstProfileId"
          from accounts a
          where a.email_hash = any(${hashes}::text[]) and not a.erasing and exists (select from person_keys k where k.owner = a.id)
          order by array_position(${hashes}::text[], a.email_hash) limit 1`,
    );
    return found ?? null;
  }

  async hasOldPasswords(request: StoreRequest): Promise<boolean> {
    const [found] = await this.postgres.read<{ old: boolean }>(
      request,
      "accounts.hasOldPasswords",
      sql`select exists (select from accounts where password_hash like '$scrypt$%') as old`,
    );
    return found?.old ?? false;
  }

  async upgradePassword(tenant: Tenant, accountId: string, from: string, to: string): Promise<boolean> {
    const kept = await this.postgres.conclude(tenant, () =>
      Promise.resolve(
        sql`update accounts set password_hash = ${to} where id = ${accountId} and password_hash = ${from} returning id`,
      ),
    );
    return kept.length > 0;
  }

  pins(request: StoreRequest, accountId: string): Promise<ProfilePin[]> {
    return this.postgres.read<ProfilePin>(
      request,
      "accounts.pins",
      sql`select id as "profileId", kind, maturity_limit as "maturityLimit", pin_hash as "pinHash" from profiles
          where account_id = ${accountId} and pin_hash is not null order by position, id`,
    );
  }

  async profilesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ProfileRecord>> {
    const rows = await this.postgres.read<{ profile: SealedProfile; key: KeptKey | null }>(
      request,
      "accounts.profilesByIds",
      sql`select ${PROFILE} as profile, ${PROFILE_KEY} as key from profiles p where p.id = any(${ids}::text[])`,
      ids.length,
    );
    const opened = rows.map(async ({ profile, key }) =>
      openProfile(profile, await this.keys.of(request.tenant, ownerOf(profile), key)),
    );
    const profiles = (await Promise.all(opened)).filter((profile) => profile !== null);
    return new Map(profiles.map((profile) => [profile.id, profile]));
  }

  async putAccounts(tenant: Tenant, accounts: readonly NewAccount[]): Promise<void> {
    const hash = await this.keys.hashing(tenant);
    const { keys } = this;
    await this.postgres.transaction(tenant, (query) => putAccounts(query, { tenant, keys }, hash, accounts));
  }

  async putProfiles(tenant: Tenant, profiles: readonly ProfileLine[]): Promise<void> {
    const { keys } = this;
    await this.postgres.transaction(tenant, (query) => putProfiles(query, { tenant, keys }, profiles));
  }

  async putPlans(tenant: Tenant, plans: Parameters<Accounts["putPlans"]>[1]): Promise<void> {
    await this.postgres.transaction(tenant, (query) => putPlans(query, plans));
  }
}

/** The viewers of requests. Looked up one by one: there are few beside all those that there are. */
export const VIEWERS: SharedRead<ViewerKey> = {
  operation: "accounts.viewer",
  statement: (keys) =>
    sql`select k.n, v.*
        from unnest(${keys.map(({ profile }) => profile)}::text[], ${keys.map(({ account }) => account)}::text[],
                    ${keys.map(({ session }) => session)}::text[]) with ordinality as k (profile, account, session, n)
        cross join lateral (
          select ${PROFILE} as profile, coalesce(family.profiles, jsonb_build_array(${PROFILE})) as profiles,
                 case when a.id is not null then jsonb_build_object(
                   'id', a.id, 'sealedEmail', a.email_sealed, 'emailVerified', a.email_verified_at is not null, 'roles', a.roles, 'country', a.country) end as account,
                 ${MEMBERSHIP} as membership,
                 case when c.account_id is not null then jsonb_build_object(
                   'personalisation', c.personalisation, 'measurement', c.measurement, 'marketing', c.marketing,
                   'textVersion', c.text_version, 'updatedAt', ${instantInJson(sql`c.updated_at`)}) end as consents,
                 ${PROFILE_KEY} as key
          from profiles p
          left join accounts a on a.id = p.account_id
          left join lateral (
            select jsonb_agg(${PROFILE} order by p.position, p.id) as profiles
            from profiles p where p.account_id = a.id
          ) family on true
          left join lateral (
            select id, plan_id, state, current_period_end, cancelled_at from subscriptions
            where account_id = p.account_id order by started_at desc, id desc limit 1
          ) s on true
          left join plans plan on plan.id = s.plan_id
          left join consents c on c.account_id = p.account_id
          where p.id = k.profile and p.account_id is not distinct from k.account
            and exists (
              select from sessions
              where id = k.session and account_id is not distinct from p.account_id and profile_id = p.id
                and expires_at > now()
            )
          limit 1
        ) v`,
};

/** A viewer as the statement answers it. */
interface SealedViewer extends Omit<ViewerRecord, "account" | "profile" | "profiles"> {
  account: (Omit<AccountRecord, "email"> & { sealedEmail: string }) | null;
  profile: SealedProfile;
  profiles: SealedProfile[];
  key: KeptKey | null;
}

/** Nobody where their key is gone: what is kept of them cannot be read by anybody. */
function openViewer(viewer: SealedViewer, seal: PersonSeal | null): ViewerRecord | null {
  const profile = openProfile(viewer.profile, seal);
  if (!profile || (viewer.account && !seal)) return null;
  const { membership, consents } = viewer;
  return {
    membership,
    consents,
    account: viewer.account && seal && openAccount(viewer.account, seal),
    profile,
    profiles: viewer.profiles.flatMap((each) => openProfile(each, seal) ?? []),
  };
}

function openAccount(
  { sealedEmail, ...account }: NonNullable<SealedViewer["account"]>,
  seal: PersonSeal,
): AccountRecord {
  return withCountry({ ...account, email: seal.text("address", sealedEmail) });
}
