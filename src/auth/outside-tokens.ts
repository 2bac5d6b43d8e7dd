import { createHash } from "node:crypto";

import { decodeJwt, errors as joseErrors, jwtVerify, type JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";

import { type OutsideAccounts } from "../../datasources/accounts/outside-accounts.js";
import { email } from "../../datasources/core/field-rules.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { type Tenants } from "../../datasources/core/tenants.js";
import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { type EndedSessions } from "./ended-sessions.js";
import { type ProviderKeys } from "./provider-keys.js";
import { type ProviderSettings } from "./provider-variables.js";
import { instant, name } from "./token-claims.js";
import { unauthenticated } from "./unauthenticated.js";

const REMEMBERED = 10_000;
const MOST_CHARACTERS = 8_192;
/** How far the provider's clock may be from ours. Seconds. */
const SKEW_SECONDS = 10;
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** What is read of a provider's token, once its claims have been found by their names. */
const outsideClaims = z.object({
  exp: instant,
  iat: instant,
  tenant: name,
  account: name,
  /** Believed only where the provider has verified it, and it is one. */
  email: email.nullish().catch(null),
  verified: z.boolean().nullish().catch(null),
  roles: z.array(z.string().max(256)).max(1_000).nullish(),
  sid: z.union([name, instant]).nullish(),
  /** When somebody was seen signing in; where it does not say, when it was given out. */
  provenAt: instant.nullable().catch(null),
});
type OutsideClaims = z.infer<typeof outsideClaims>;

/** What tokens of an identity provider are taken by. */
export interface OutsideGround {
  settings: ProviderSettings;
  keys: ProviderKeys;
  tenants: Pick<Tenants, "bySlug">;
  accounts: OutsideAccounts;
  ended: Pick<EndedSessions, "has">;
}

/** Takes tokens of a provider beside those of our own, which are told apart by who has issued them. */
export function withOutsideTokens(own: Tokens, ground: OutsideGround): Tokens {
  const outside = new OutsideTokens(ground);
  return {
    issue: (identity, when) => own.issue(identity, when),
    verify: (token) =>
      issuerOf(token) === ground.settings.issuer ? outside.verify(token) : own.verify(token),
  };
}

/** Who a token says to be from; undefined where it is none. */
function issuerOf(token: string): unknown {
  if (token.length > MOST_CHARACTERS) return undefined;
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

interface Met {
  identity: Identity;
  /** Milliseconds since 1970. */
  expires: number;
  kid: string | undefined;
}

class OutsideTokens {
  readonly #met = new LRUCache<string, Met>({ max: REMEMBERED });

  constructor(private readonly ground: OutsideGround) {}

  /** @throws UNAUTHENTICATED, IDENTITY_PROVIDER_UNAVAILABLE, StoreUnavailableError. */
  async verify(token: string): Promise<Identity> {
    const { keys, ended } = this.ground;
    const known = this.#met.get(token);
    const good = known && known.expires > Date.now() && keys.believes(known.kid);
    const met = good ? known : await this.#meet(token);
    if (!good) this.#met.set(token, met);
    if (ended.has(met.identity.session)) throw unauthenticated("is of a session that is over");
    return met.identity;
  }

  /** Verifies a token, and meets its account: at first sight it is made, later brought to the roles that are told. */
  async #meet(token: string): Promise<Met> {
    const { settings, keys, tenants, accounts } = this.ground;
    const { payload, protectedHeader } = await jwtVerify(token, (header, jws) => keys.find(header, jws), {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: ALGORITHMS,
      clockTolerance: SKEW_SECONDS,
    }).catch(refused);
    const claims = claimsOf(payload, settings);
    const tenant = await tenants.bySlug(claims.tenant.toLowerCase());
    if (!tenant) throw unauthenticated("is not valid");
    const roles = rolesOf(claims, settings.roles);
    const met = await accounts.meet(tenant, {
      issuer: settings.issuer,
      subject: claims.account,
      email: claims.verified === true ? (claims.email ?? null) : null,
      roles,
      toldAt: new Date(claims.iat * 1_000),
      session: sessionOf(claims, settings.issuer, token),
      expiresAt: new Date(claims.exp * 1_000),
    });
    if (!met) throw unauthenticated("is of a session that is over");
    const provenAt = claims.provenAt === null ? null : new Date(claims.provenAt * 1_000);
    const identity: Identity = { tenant: tenant.slug, ...met, roles, provenAt };
    return { identity, expires: claims.exp * 1_000, kid: protectedHeader.kid };
  }
}

function refused(error: unknown): never {
  if (error instanceof joseErrors.JWTExpired) throw unauthenticated("has expired");
  if (error instanceof joseErrors.JOSEError || error instanceof TypeError)
    throw unauthenticated("is not valid");
  throw error;
}

/** What a payload says under the names that the configuration gives. */
function claimsOf(payload: JWTPayload, { tenant, claims: names }: ProviderSettings): OutsideClaims {
  const claims = outsideClaims.safeParse({
    exp: payload.exp,
    iat: payload.iat,
    tenant: tenant ?? valueAt(payload, names.tenant),
    account: valueAt(payload, names.account),
    email: valueAt(payload, names.email),
    verified: payload.email_verified,
    roles: valueAt(payload, names.roles),
    sid: payload.sid ?? payload.auth_time ?? payload.jti,
    provenAt: payload.auth_time ?? payload.iat,
  });
  if (!claims.success) throw unauthenticated("is not valid");
  return claims.data;
}

function valueAt(payload: object, path: string): unknown {
  return path.split(".").reduce<unknown>((value, key) => {
    const here = typeof value === "object" && value !== null && Object.hasOwn(value, key);
    return here ? (value as Record<string, unknown>)[key] : undefined;
  }, payload);
}

function rolesOf({ roles }: OutsideClaims, mapped: ProviderSettings["roles"]): Role[] {
  const given = (roles ?? []).flatMap((role) => mapped.get(role) ?? []);
  return [...new Set<Role>(["VIEWER", ...given])];
}

/** The id here of the session that a token is of there: that of its sign-in, where it names that, else its own. */
function sessionOf({ account, sid }: OutsideClaims, issuer: string, token: string): string {
  const text = JSON.stringify([issuer, account, sid ?? token]);
  return `outside-${createHash("sha256").update(text).digest("base64url")}`;
}
