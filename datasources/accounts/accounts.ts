import { type ProfileFields } from "../core/profile-fields.js";
import { type Role, type ProfileKind, type MembershipState } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

export interface ProfileRecord extends ProfileFields {
  id: string;
  accountId: string | null;
  name: string;
  kind: ProfileKind;
  /** Age in years; 18 is no limit. */
  maturityLimit: number;
  /** Whether it takes a PIN to go on as this profile. */
  hasPin: boolean;
}

/** A profile as it is put; fields of the table may be left out. */
export type ProfileLine = Omit<ProfileRecord, "accountId" | "hasPin" | keyof ProfileFields> &
  Partial<ProfileFields>;

export interface AccountRecord {
  id: string;
  email: string;
  /** Whether a mail to its address was answered. */
  emailVerified: boolean;
  roles: Role[];
  /** ISO 3166-1 alpha-2; null where what is kept is no country. */
  country: string | null;
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
  /** Version of the text that was agreed to; null where nobody noted it. */
  textVersion: string | null;
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
  firstProfileId: string | null;
}

/** The PIN of a profile: never leaves where one is tried. */
export interface ProfilePin {
  profileId: string;
  kind: ProfileKind;
  /** What its profile may meet. Age in years. */
  maturityLimit: number;
  pinHash: string;
}

/** A new account with its profiles, as a seed or a sign-up makes it. */
export interface NewAccount {
  id: string;
  email: string;
  passwordHash: string;
  roles: Role[];
  country: string;
  planId: string | null;
  profiles: ProfileLine[];
}

/** Whom an access token is for. */
export interface ViewerKey {
  /** Null for a profile that belongs to no account. */
  account: string | null;
  profile: string;
  /** The session that it is signed in by; nobody is without one. */
  session: string | null;
}

/** Accounts and profiles. Every reading method is one store call. */
export interface Accounts {
  /** The viewer behind a token, or null when the account, the profile or the session is gone. */
  viewer(request: StoreRequest, key: ViewerKey): Promise<ViewerRecord | null>;
  /** What to check a password against, by e-mail in any case, as `tidyAddress` leaves it. */
  credentials(request: StoreRequest, email: string): Promise<Credentials | null>;
  /** Whether passwords of the tenant are stored as they were hashed before. Asked beside another, it costs no round trip. */
  hasOldPasswords(request: StoreRequest): Promise<boolean>;
  /**
   * Keeps a password's new hash in place of the one that it was compared with, unless it was changed meanwhile.
   *
   * @returns whether it is kept.
   */
  upgradePassword(tenant: Tenant, accountId: string, from: string, to: string): Promise<boolean>;
  /** The PINs of an account's profiles, of those that have one. */
  pins(request: StoreRequest, accountId: string): Promise<ProfilePin[]>;
  profilesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, ProfileRecord>>;
  /** Makes accounts with profiles, plan and consents; what is there already is brought to the same state. */
  putAccounts(tenant: Tenant, accounts: readonly NewAccount[]): Promise<void>;
  /** Makes or renames profiles that belong to no account. */
  putProfiles(tenant: Tenant, profiles: readonly ProfileLine[]): Promise<void>;
  putPlans(tenant: Tenant, plans: readonly PlanRecord[]): Promise<void>;
}
