import { createHash, randomBytes } from "node:crypto";

import { type Accounts, type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type AudienceClaims, type Identity, type Tokens } from "./identity.js";

/** How long a refresh token may wait to be used. Days. */
const REFRESH_DAYS = 30;

/** What a client gets to stay signed in. */
export interface SessionTokens {
  accessToken: string;
  /** Null where nothing can be prolonged: an identity without an account. */
  refreshToken: string | null;
  expiresAt: Date;
}

/** What a viewer may meet, for a token to carry. */
export function audienceClaims({ profile, account }: ViewerRecord): AudienceClaims {
  return { country: profile.country ?? account?.country ?? null, maturityLimit: profile.maturityLimit };
}

/** Opens a session for an identity: an access token, and a refresh token of which only the hash is kept. */
export async function openSession(
  accounts: Accounts,
  tokens: Tokens,
  tenant: Tenant,
  identity: Identity,
): Promise<SessionTokens> {
  const { accessToken, expiresAt } = await tokens.issue(identity);
  if (identity.account === null) return { accessToken, refreshToken: null, expiresAt };
  // The tenant stands in front: whoever prolongs a session need not say again whose it is.
  const refreshToken = `${tenant.slug}.${randomBytes(32).toString("base64url")}`;
  await accounts.createSession(tenant, {
    tokenHash: hashOf(refreshToken),
    accountId: identity.account,
    profileId: identity.profile,
    expiresAt: new Date(Date.now() + REFRESH_DAYS * 86_400_000).toISOString(),
  });
  return { accessToken, refreshToken, expiresAt };
}

/** The tenant that a refresh token names; null for text that is none. */
export function tenantOfRefreshToken(refreshToken: string): string | null {
  return /^([a-z][a-z0-9-]*)\.[\w-]+$/.exec(refreshToken)?.[1] ?? null;
}

/** Uses a refresh token up and answers whose it was; null when it is unknown, used or expired. */
export async function closeSession(
  accounts: Accounts,
  tenant: Tenant,
  refreshToken: string,
): Promise<Identity | null> {
  const session = await accounts.endSession(tenant, hashOf(refreshToken));
  return (
    session && {
      tenant: tenant.slug,
      account: session.accountId,
      profile: session.profileId,
      roles: session.roles,
    }
  );
}

function hashOf(refreshToken: string): string {
  return createHash("sha256").update(refreshToken).digest("base64url");
}
