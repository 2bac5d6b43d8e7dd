import { z } from "zod";

import { ROLES } from "../../datasources/core/vocabulary.js";
import { type Identity } from "../../resolvers/request/identity.js";

/** Who makes our access tokens. */
export const ISSUER = "marquee";
/** What kind of token they are (RFC 9068): none that is meant for something else is taken for one. */
export const TOKEN_TYPE = "at+jwt";

/** A name as tenants, accounts and profiles have them: PostgreSQL keeps no NUL, and UTF-8 no half of a surrogate pair. */
export const name = z.string().regex(/^[^\0\p{Surrogate}]{1,256}$/u);
/** An instant, in seconds since 1970 (RFC 7519). */
export const instant = z.number().int().positive();

/** What an access token of ours says. */
export const tokenClaims = z.object({
  iss: z.literal(ISSUER),
  iat: instant,
  exp: instant,
  /** Slug of the tenant. */
  ten: name,
  /** Id of the account; none for a profile without one. */
  acc: name.nullish(),
  /** Id of the profile. */
  pro: name,
  /** Id of the session. */
  sid: name.nullish(),
  /** What it is limited to, of the account's roles. */
  rol: z.array(z.enum(ROLES)).max(ROLES.length).nullish(),
  /** Whether the account ran the platform. */
  opr: z.boolean().optional(),
  /** Country, maturity limit in years of age, and whether suggestions may be personal: of the profile, when it was made. */
  cty: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullish(),
  mat: z.number().int().min(0).max(18).optional(),
  psn: z.boolean().optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

/** What a token for an identity says, beside who made it and when. */
export function claimsFor(identity: Identity): Omit<TokenClaims, "iss" | "iat" | "exp"> {
  const { audience, roles, session } = identity;
  return {
    ten: identity.tenant,
    acc: identity.account,
    pro: identity.profile,
    ...(session !== null && { sid: session }),
    ...(roles && { rol: roles }),
    ...((identity.operator || roles?.includes("OPERATOR")) && { opr: true }),
    ...(audience && { cty: audience.country, mat: audience.maturityLimit }),
    ...(audience?.personalised === false && { psn: false }),
  };
}

/** Whom a token speaks for. */
export function identityOf({ ten, acc, pro, sid, rol, cty, mat, psn, opr }: TokenClaims): Identity {
  return {
    tenant: ten,
    account: acc ?? null,
    profile: pro,
    session: sid ?? null,
    roles: rol ?? null,
    ...(opr === true && { operator: true }),
    // Without a maturity limit there is no audience: a profile of unknown age is not taken for an adult.
    ...(mat !== undefined && {
      audience: { country: cty ?? null, maturityLimit: mat, personalised: psn !== false },
    }),
  };
}
