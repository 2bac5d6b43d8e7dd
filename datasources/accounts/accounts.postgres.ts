import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { putAccounts, putPlans, putProfiles } from "./accounts-writing.postgres.js";
import {
  type Accounts,
  type Credentials,
  type NewAccount,
  type NewSession,
  type ProfileRecord,
  type ViewerKey,
  type ViewerRecord,
} from "./accounts.js";
import { type ProfileKind, type Role } from "../core/vocabulary.js";

interface ProfileRow {
  id: string;
  account_id: string | null;
  name: string;
  kind: ProfileKind;
  maturity_limit: number;
  country: string | null;
}

interface ViewerRow {
  profile: ProfileRow;
  profiles: ProfileRow[];
  account_id: string | null;
  email: string;
  roles: Role[];
  country: string;
  subscription_id: string | null;
  state: "PENDING" | "ACTIVE" | "PAST_DUE" | "CANCELLED";
  current_period_end: string | null;
  ends_at: string | null;
  plan_id: string;
  plan_name: string;
  max_streams: number;
  max_height: number;
  price_cents: number;
  currency: string;
  personalisation: boolean | null;
  measurement: boolean;
  marketing: boolean;
  consents_at: string;
}

/** Accounts and profiles in PostgreSQL. */
export class PostgresAccounts implements Accounts {
  constructor(private readonly postgres: PostgresStore) {}

  async viewer(request: StoreRequest, key: ViewerKey): Promise<ViewerRecord | null> {
    const [row] = await this.postgres.read<ViewerRow>(
      request,
      "accounts.viewer",
      sql`select to_jsonb(p) as profile, coalesce(family.profiles, jsonb_build_array(to_jsonb(p))) as profiles,
                 p.account_id, a.email, a.roles, a.country,
                 s.id as subscription_id, s.state, s.current_period_end, s.ends_at,
                 plan.id as plan_id, plan.name as plan_name, plan.max_streams, plan.max_height,
                 plan.price_cents, plan.currency,
                 c.personalisation, c.measurement, c.marketing, c.updated_at as consents_at
          from profiles p
          left join accounts a on a.id = p.account_id
          left join lateral (
            select jsonb_agg(to_jsonb(f) order by f.position, f.id) as profiles
            from profiles f where f.account_id = p.account_id
          ) family on true
          left join lateral (
            select id, plan_id, state, current_period_end,
                   case when cancelled_at is null then null else current_period_end end as ends_at
            from subscriptions
            where account_id = p.account_id order by started_at desc, id desc limit 1
          ) s on true
          left join plans plan on plan.id = s.plan_id
          left join consents c on c.account_id = p.account_id
          where p.id = ${key.profile} and p.account_id is not distinct from ${key.account}
            and (p.account_id is null or exists (
              select from sessions
              where id = ${key.session} and account_id = p.account_id and profile_id = p.id and expires_at > now()
            ))`,
    );
    return row ? toViewer(row) : null;
  }

  async credentials(request: StoreRequest, email: string): Promise<Credentials | null> {
    const [row] = await this.postgres.read<{
      id: string;
      password_hash: string;
      first_profile: string | null;
    }>(
      request,
      "accounts.credentials",
      sql`select a.id, a.password_hash,
                 (select p.id from profiles p where p.account_id = a.id order by p.position, p.id limit 1) as first_profile
          from accounts a where lower(a.email) = lower(${email.trim()})`,
    );
    if (!row) return null;
    return {
      accountId: row.id,
      passwordHash: row.password_hash,
      firstProfileId: row.first_profile,
    };
  }

  async profilesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ProfileRecord>> {
    const rows = await this.postgres.read<ProfileRow>(
      request,
      "accounts.profilesByIds",
      sql`select id, account_id, name, kind, maturity_limit, country from profiles where id = any(${ids}::text[])`,
      ids.length,
    );
    return new Map(rows.map((row) => [row.id, toProfile(row)]));
  }

  async createSession(tenant: Tenant, session: NewSession): Promise<string | null> {
    const { tokenHash, accountId, profileId, expiresAt, openedBy } = session;
    const [opened] = await this.postgres.conclude<{ id: string }>(tenant, (query) => {
      void query(sql`delete from sessions where account_id = ${accountId} and expires_at <= now()`);
      return Promise.resolve(
        sql`insert into sessions (tenant_id, token_hash, account_id, profile_id, expires_at)
            select current_setting('marquee.tenant')::int, ${tokenHash}, account_id, id, ${expiresAt}::timestamptz
            from profiles
            where id = ${profileId} and account_id = ${accountId}
              and (${openedBy}::text is null or exists (select from sessions where id = ${openedBy}))
            returning id`,
      );
    });
    return opened?.id ?? null;
  }

  async renewSession(
    tenant: Tenant,
    tokenHash: string,
    next: { tokenHash: string; expiresAt: string },
  ): Promise<{ session: string; account: string; profile: string } | null> {
    const [renewed] = await this.postgres.conclude<{ session: string; account: string; profile: string }>(
      tenant,
      () =>
        Promise.resolve(
          sql`update sessions set token_hash = ${next.tokenHash}, expires_at = ${next.expiresAt}::timestamptz
              where token_hash = ${tokenHash} and expires_at > now()
              returning id as session, account_id as account, profile_id as profile`,
        ),
    );
    return renewed ?? null;
  }

  async putAccounts(tenant: Tenant, accounts: readonly NewAccount[]): Promise<void> {
    await this.postgres.transaction(tenant, (query) => putAccounts(query, accounts));
  }

  async putProfiles(tenant: Tenant, profiles: readonly Omit<ProfileRecord, "accountId">[]): Promise<void> {
    await this.postgres.transaction(tenant, (query) => putProfiles(query, profiles));
  }

  async putPlans(tenant: Tenant, plans: Parameters<Accounts["putPlans"]>[1]): Promise<void> {
    await this.postgres.transaction(tenant, (query) => putPlans(query, plans));
  }
}

function toProfile(row: ProfileRow): ProfileRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    kind: row.kind,
    maturityLimit: row.maturity_limit,
    country: row.country,
  };
}

function toViewer(row: ViewerRow): ViewerRecord {
  const { account_id: id, email, roles, country } = row;
  return {
    account: id === null ? null : { id, email, roles, country },
    profile: toProfile(row.profile),
    profiles: row.profiles.map(toProfile),
    membership: toMembership(row),
    consents: toConsents(row),
  };
}

function toMembership(row: ViewerRow): ViewerRecord["membership"] {
  if (row.subscription_id === null) return null;
  return {
    id: row.subscription_id,
    state: row.state,
    plan: {
      id: row.plan_id,
      name: row.plan_name,
      maxStreams: row.max_streams,
      maxHeight: row.max_height,
      priceCents: row.price_cents,
      currency: row.currency,
    },
    currentPeriodEnd: row.current_period_end,
    endsAt: row.ends_at,
  };
}

function toConsents(row: ViewerRow): ViewerRecord["consents"] {
  if (row.personalisation === null) return null;
  const { personalisation, measurement, marketing, consents_at: updatedAt } = row;
  return { personalisation, measurement, marketing, updatedAt };
}
