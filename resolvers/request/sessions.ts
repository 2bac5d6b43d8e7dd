import { createHash, hkdfSync, randomBytes } from "node:crypto";

import { type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type NewSession, type SeenFrom, type Sessions } from "../../datasources/accounts/sessions.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type AudienceClaims, type Identity } from "./identity.js";

/** How long a refresh token may wait to be used: 30 days. */
const REFRESH_MINUTES = 30 * 24 * 60;

/** A session that has begun, or has been prolonged. */
export interface Session {
  identity: Identity;
  /** Null where nothing can be prolonged: an identity without an account, or a token that was made to last for a time. */
  refreshToken: string | null;
  /** When it began, or was prolonged: its access token counts from then. */
  at: Date;
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
 * opens it, has to be there still, and is of the same device.
 *
 * @param from what it is signed in with, by whom, where that is not its owner, and the hash of the password that was right.
 * @param minutes how long it lasts where it is not to be prolonged; undefined: until nobody has prolonged it for a month.
 * @returns null where `Sessions.open` opens none.
 */
export async function openSession(
  sessions: Sessions,
  tenant: Tenant,
  identity: Identity,
  from: SeenFrom & Pick<NewSession, "by"> & { passwordHash?: string },
  minutes?: number,
): Promise<Session | null> {
  const { account, profile } = identity;
  const refreshToken = refreshTokenOf(tenant, randomBytes(32));
  const prolongable = account !== null && minutes === undefined;
  const opened = await sessions.open(tenant, {
    ...from,
    passwordHash: from.passwordHash ?? null,
    tokenHash: hashOf(refreshToken),
    accountId: account,
    profileId: profile,
    expiresAt: inMinutes(minutes ?? REFRESH_MINUTES),
    openedBy: identity.session,
    prolongable,
  });
  if (opened === null) return null;
  return {
    identity: { ...identity, session: opened.id },
    refreshToken: opened.prolongable ? refreshToken : null,
    at: new Date(),
  };
}

/** The tenant that a refresh token names; null for text that is none. */
export function tenantOfRefreshToken(refreshToken: string): string | null {
  return /^([a-z][a-z0-9-]*)\.[\w-]+$/.exec(refreshToken)?.[1] ?? null;
}

/**
 * Prolongs the session of a refresh token, which is used up. Whoever asks again within moments, since an answer was lost
 * or two asked at once, is answered the same: the next token follows from the used one and a salt that is kept for as long.
 *
 * @returns null when the token is unknown, has expired, or was used before.
 */
export async function prolongSession(
  sessions: Sessions,
  tenant: Tenant,
  refreshToken: string,
  from: SeenFrom,
): Promise<Session | null> {
  const salt = randomBytes(16).toString("base64url");
  const renewed = await sessions.renew(tenant, hashOf(refreshToken), {
    ...from,
    tokenHash: hashOf(tokenAfter(tenant, refreshToken, salt)),
    salt,
    expiresAt: inMinutes(REFRESH_MINUTES),
  });
  if (!renewed) return null;
  const { session, account, profile, at } = renewed;
  return {
    identity: { tenant: tenant.slug, session, account, profile, roles: null },
    refreshToken: tokenAfter(tenant, refreshToken, renewed.salt),
    at: new Date(at),
  };
}

/** Nobody can tell it who has not both, and the token is not kept. */
function tokenAfter(tenant: Tenant, refreshToken: string, salt: string): string {
  return refreshTokenOf(
    tenant,
    Buffer.from(hkdfSync("sha256", refreshToken, salt, "marquee refresh token", 32)),
  );
}

/** The tenant stands in front: whoever prolongs a session need not say again whose it is. */
function refreshTokenOf(tenant: Tenant, secret: Buffer): string {
  return `${tenant.slug}.${secret.toString("base64url")}`;
}

function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * 60_000).toISOString();
}

function hashOf(refreshToken: string): string {
  return createHash("sha256").update(refreshToken).digest("base64url");
}
