import { type Role, type ProfileKind, type MembershipState } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

export interface ProfileRecord {
  id: string;
  accountId: string | null;
  name: string;
  kind: ProfileKind;
  /** Age in years; 18 is no limit. */
  maturityLimit: number;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

export interface AccountRecord {
  id: string;
  email: string;
  roles: Role[];
  country: string;
}

/** A plan as it is offered. */
export interface PlanRecord {
  id: string;
  name: string;
  maxStreams: number;
  maxHeight: number;
  priceCents: number;
  /** ISO 4217. */
  currency: string;
}

/** What an account pays for: a row of the table `subscriptions`. */
export interface MembershipRecord {
  id: string;
  state: MembershipState;
  plan: PlanRecord;
  currentPeriodEnd: string | null;
  /** When it ends because it was cancelled; null while it goes on. */
  endsAt: string | null;
}

export interface ConsentsRecord {
  personalisation: boolean;
  measurement: boolean;
  marketing: boolean;
  updatedAt: string;
}

/** A signed-in account with everything `viewer` answers. `account` is null for a profile without one (an imported profile). */
export interface ViewerRecord {
  account: AccountRecord | null;
  profile: ProfileRecord;
  /** All profiles of the account; the profile itself where there is no account. */
  profiles: ProfileRecord[];
  membership: MembershipRecord | null;
  consents: ConsentsRecord | null;
}

/** What sign-in compares: never leaves the sign-in path. */
export interface Credentials {
  accountId: string;
  passwordHash: string;
  roles: Role[];
  firstProfileId: string | null;
}

/** A new account with its profiles, as a seed or a sign-up makes it. */
export interface NewAccount {
  id: string;
  email: string;
  passwordHash: string;
  roles: Role[];
  country: string;
  planId: string | null;
  profiles: Omit<ProfileRecord, "accountId">[];
}

/** Accounts, profiles, sessions. Every reading method is one store call. */
export interface Accounts {
  /** The viewer behind a token, or null when the account or the profile is gone. */
  viewer(
    request: StoreRequest,
    key: { account: string | null; profile: string },
  ): Promise<ViewerRecord | null>;
  /** What to check a password against, by e-mail in any case. */
  credentials(request: StoreRequest, email: string): Promise<Credentials | null>;
  profilesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ProfileRecord>>;
  /** Remembers a refresh token by its hash until an instant (ISO 8601). */
  createSession(
    tenant: Tenant,
    session: { tokenHash: string; accountId: string; profileId: string; expiresAt: string },
  ): Promise<void>;
  /** Ends the session of a refresh token; answers whose it was, or null when there is none or it has expired. */
  endSession(
    tenant: Tenant,
    tokenHash: string,
  ): Promise<{ accountId: string; profileId: string; roles: Role[] } | null>;
  /** Makes accounts with profiles, plan and consents; what is there already is brought to the same state. */
  putAccounts(tenant: Tenant, accounts: readonly NewAccount[]): Promise<void>;
  /** Makes or renames profiles that belong to no account. */
  putProfiles(tenant: Tenant, profiles: readonly Omit<ProfileRecord, "accountId">[]): Promise<void>;
  putPlans(
    tenant: Tenant,
    plans: readonly {
      id: string;
      name: string;
      maxStreams: number;
      maxHeight: number;
      priceCents: number;
      currency: string;
    }[],
  ): Promise<void>;
}
