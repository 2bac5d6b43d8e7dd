import { type Role } from "../../datasources/core/vocabulary.js";

/** Who a request speaks for, from a verified access token. */
export interface Identity {
  /** Slug of the tenant. */
  tenant: string;
  /** Null for a profile that belongs to no account (an imported one). */
  account: string | null;
  profile: string;
  /** The session that it is signed in by: what is over when that is. Null before there is one. */
  session: string | null;
  /** What the token is limited to, of the roles that its account has; null: all of them. Those of a profile without an account. */
  roles: Role[] | null;
  /** Whether its account ran the platform when the token was issued: its requests go first, and that is all it is good for. */
  operator?: boolean;
  /**
   * When an identity provider has seen to it whose token it is; null where its token does not say. Only of a token that is
   * the provider's own.
   */
  provenAt?: Date | null;
  /** What the profile could meet when the token was issued: stands in for the profile while its store is down. */
  audience?: AudienceClaims;
}

/** What an API key may, which speaks for nobody. */
export interface KeyGrant {
  id: string;
  /** Slug of its tenant. */
  tenant: string;
  /** The fields that it is for: `Query.titles`. */
  scope: ReadonlySet<string>;
  /** Whether it meets titles as editors do, in every state: where a field of editors is among those. */
  editor: boolean;
}

/** The part of an audience that a token carries. */
export interface AudienceClaims {
  /** ISO 3166-1 alpha-2; null for the tenant's own. */
  country: string | null;
  /** Age in years. */
  maturityLimit: number;
  /** Whether the account lets what it watched be used for suggestions. */
  personalised: boolean;
}

export interface Tokens {
  /**
   * An access token and the instant at which it expires. Of one identity and instant there is one token.
   *
   * @param when for how many minutes, as configured unless given, and from which instant on, now unless given.
   */
  issue(
    identity: Identity,
    when?: { minutes?: number; at?: Date },
  ): Promise<{ accessToken: string; expiresAt: Date }>;
  /** @throws UNAUTHENTICATED when the token is damaged, forged, expired or of another kind; StoreUnavailableError. */
  verify(accessToken: string): Promise<Identity>;
}
