import { type Tenant } from "../core/tenant.js";
import { type ConsentsRecord, type ProfileRecord, type ViewerRecord } from "./accounts.js";
import { type ProfileFields } from "../core/profile-fields.js";
import { type StoreRequest } from "../core/store-request.js";
import { type MailLanguage, type ProfileKind } from "../core/vocabulary.js";
import { type MailToken } from "../mail/mails.js";

/** Profiles that an account may have. */
export const MAX_PROFILES = 5;
/** The highest limit of a kids profile. Age in years. */
export const KIDS_LIMIT = 8;
/** A grown-up's profile without a limit. Age in years. */
export const ADULT_LIMIT = 18;
/** Characters in a profile's name. */
export const MAX_PROFILE_NAME = 40;

/** What is to be said of a new profile; limits in years of age. */
export interface NewProfile extends Partial<ProfileFields> {
  name: string;
  kind: ProfileKind;
  /** Undefined: none for a grown-up, {@link KIDS_LIMIT} for a child. */
  maturityLimit?: number | undefined;
}

/** What a mutation of profiles has written. */
export interface WrittenProfile {
  profile: ProfileRecord;
  /** The id of the transaction. */
  xid: number;
}

/** A new account for somebody who signs up. */
export interface SignUp {
  email: string;
  passwordHash: string;
  country: string;
  /** What it is written to in; null: not known. */
  language: MailLanguage | null;
  /** What it verifies its address by; null: it is not asked to. */
  token: MailToken | null;
  profileName: string;
  /** What that profile likes, by name. */
  favouriteGenres?: string[] | null;
  /** Version of the text about consents that is in force. */
  consentText: string;
}

/** What versions of the text about consents are called, and how that is said. */
export const CONSENT_TEXT = /^[\w.:-]{1,64}$/;
export const CONSENT_TEXT_ACCEPTED = "1 to 64 letters, digits and . _ : -";

/** What an account wants to agree to from now on; what is left out stays. */
export type WantedConsents = Partial<Omit<ConsentsRecord, "updatedAt" | "textVersion">> & {
  /** The text that was shown. */
  textVersion: string;
};

/** What an account agreed to at an instant. */
export interface ConsentChange extends Omit<ConsentsRecord, "updatedAt"> {
  /** ISO 8601. */
  at: string;
}

/** Changes of consents that are answered. */
export const MAX_CONSENT_CHANGES = 100;

/** What the owner of an account changes about it. Every method is one transaction and may throw a Refusal. */
export interface Profiles {
  /** @throws Refusal INVALID_NAME, NAME_TAKEN, TOO_MANY_PROFILES, MATURITY_LIMIT_TOO_HIGH, INVALID. */
  create(tenant: Tenant, owner: ViewerRecord, profile: NewProfile): Promise<WrittenProfile>;
  /** What is undefined stays. @throws Refusal as for `create`, and PROFILE_NOT_FOUND, LAST_ADULT_PROFILE. */
  update(
    tenant: Tenant,
    owner: ViewerRecord,
    id: string,
    change: Partial<NewProfile>,
  ): Promise<WrittenProfile>;
  /**
   * Removes a profile with its progress, ratings, watchlist and sessions. Its viewing events stay for the Top 10 without
   * anything that says whose they were, their own ids included, or which of them were the same person's on different days
   * or titles.
   *
   * @throws Refusal PROFILE_NOT_FOUND, PROFILE_IN_USE, LAST_PROFILE, LAST_ADULT_PROFILE.
   */
  delete(tenant: Tenant, owner: ViewerRecord, id: string): Promise<WrittenProfile>;
  /** Sets the PIN of one of the account's profiles, or takes it away. @throws Refusal PROFILE_NOT_FOUND. */
  setPin(tenant: Tenant, owner: ViewerRecord, id: string, pinHash: string | null): Promise<ProfileRecord>;
  /**
   * Changes what the account agrees to, and keeps what it has agreed to before. Without measurement its viewing events
   * lose their owner, as those of a profile that is deleted do, and none are kept from then on; without personalisation
   * projections forget what its profiles have watched, until it is agreed to again.
   *
   * @throws Refusal ACCOUNT_GONE.
   */
  setConsents(tenant: Tenant, accountId: string, wanted: WantedConsents): Promise<ConsentsRecord>;
  /** What the account has agreed to over time, the latest first, at most {@link MAX_CONSENT_CHANGES}. One store call. */
  consentChanges(request: StoreRequest, accountId: string): Promise<ConsentChange[]>;
  /** Makes an account with its first profile and consents. @throws Refusal EMAIL_TAKEN, INVALID_NAME, INVALID. */
  signUp(tenant: Tenant, account: SignUp): Promise<{ accountId: string; profileId: string }>;
}
