import { createHash, randomBytes } from "node:crypto";

import { type Accounts, type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type AudienceClaims, type Identity } from "./identity.js";

/** How long a refresh token may wait to be used. Days. */
const REFRESH_DAYS = 30;

/** A session that has begun, or has been prolonged. */
export interface Session {
  identity: Identity;
  /** Null where nothing can be prolonged: an identity without an account. */
  refreshToken: string | null;
}

/**
 * The territory of a viewer, as far as no request says where it comes from: its account's. What a profile says about
 * itself opens nothing; that of a profile without an account was said by whoever imported it.
 */
export function territoryOf({ profile, account }: ViewerRecord): string | null {
  return account ? account.country : profile.country;
}

/** Whether what a viewer watched may be used for suggestions: with the account's consent. Imported profiles have none to ask. */
export function isPersonalised({ consents }: ViewerRecord): boolean {
  return consents?.personalisation ?? true;
}

/** What a viewer may meet, for a token to carry. */
export function audienceClaims(viewer: ViewerRecord): AudienceClaims {
  return {
    country: territoryOf(viewer),
    maturityLimit: viewer.profile.maturityLimit,
    personalised: isPersonalised(viewer),
  };
}

/**
 * Opens a session for an identity; of its refresh token only the hash is kept. What the identity was signed in by so far
 * opens it, and has to be there still.
 *
 * @param days how long it lasts unless it is prolonged.
 * @returns null where the profile, or the session that opens it, is gone.
 */
export async function openSession(
  accounts: Accounts,
  tenant: Tenant,
  identity: Identity,
  days = REFRESH_DAYS,
): Promise<Session | null> {
  const { account, profile } = identity;
  if (account === null) return { identity, refreshToken: null };
  const refreshToken = newRefreshToken(tenant);
  const session = await accounts.createSession(tenant, {
    tokenHash: hashOf(refreshToken),
    accountId: account,
    profileId: profile,
    expiresAt: inDays(days),
    openedBy: identity.session,
  });
  return session === null ? null : { identity: { ...identity, session }, refreshToken };
}

/** The tenant that a refresh token names; null for text that is none. */
export function tenantOfRefreshToken(refreshToken: string): string | null {
  return /^([a-z][a-z0-9-]*)\.[\w-]+$/.exec(refreshToken)?.[1] ?? null;
}

/** Prolongs the session of a refresh token, which is used up; null when it is unknown, used or expired. */
export async function prolongSession(
  accounts: Accounts,
  tenant: Tenant,
  refreshToken: string,
): Promise<Session | null> {
  const next = newRefreshToken(tenant);
  const renewed = await accounts.renewSession(tenant, hashOf(refreshToken), {
    tokenHash: hashOf(next),
    expiresAt: inDays(REFRESH_DAYS),
  });
  return renewed && { identity: { tenant: tenant.slug, ...renewed, roles: null }, refreshToken: next };
}

/** The tenant stands in front: whoever prolongs a session need not say again whose it is. */
function newRefreshToken(tenant: Tenant): string {
  return `${tenant.slug}.${randomBytes(32).toString("base64url")}`;
}

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

function hashOf(refreshToken: string): string {
  return createHash("sha256").update(refreshToken).digest("base64url");
}
