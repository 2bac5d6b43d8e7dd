import { errors as joseErrors, jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";

import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { type EndedSessions } from "./ended-sessions.js";
import { type Keys, TOKEN_SECONDS_AT_MOST } from "./key-ring.js";
import { claimsFor, identityOf, ISSUER, TOKEN_TYPE, tokenClaims } from "./token-claims.js";
import { ALGORITHM, type TokenKey } from "./token-key.js";
import { unauthenticated } from "./unauthenticated.js";

/** Tokens that are remembered as good. */
const REMEMBERED = 10_000;
/** Longer than any token of ours. Characters. */
const MOST_CHARACTERS = 4_096;
/** How far the clocks of gateways may be apart. Seconds. */
const SKEW_SECONDS = 60;

/**
 * Access tokens are JWTs signed with Ed25519 (RFC 7519, RFC 8037), of the type `at+jwt`.
 *
 * @param minutes for how long they are good unless something else is said.
 * @param ended knows sessions that are over: what names one is good for nothing.
 */
export function createTokens(
  keys: Keys,
  minutes: number,
  ended: Pick<EndedSessions, "has"> = { has: () => false },
): Tokens {
  const verified = new LRUCache<string, Verified>({ max: REMEMBERED });
  return {
    async issue(identity, { minutes: lasting = minutes, at = new Date() } = {}) {
      // The clock of a database may go before ours.
      const issuedAt = Math.floor(Math.min(at.getTime(), Date.now()) / 1000);
      const expires = issuedAt + lasting * 60;
      const { kid, privateKey } = keys.current();
      const expiresAt = new Date(expires * 1000);
      if (lasting * 60 > TOKEN_SECONDS_AT_MOST) await keys.need(kid, expiresAt);
      const accessToken = await new SignJWT(claimsFor(identity))
        .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE, kid })
        .setIssuer(ISSUER)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expires)
        .sign(privateKey);
      return { accessToken, expiresAt };
    },
    async verify(accessToken) {
      const known = verified.get(accessToken);
      const good = known && known.expires > Date.now() && keys.believes(known.kid);
      const found = good ? known : await verify(keys, accessToken);
      if (!good) verified.set(accessToken, found);
      if (ended.has(found.identity.session)) throw unauthenticated("is of a session that is over");
      return found.identity;
    },
  };
}

/** One key to sign with, for whoever verifies nothing. */
export function signingWith(key: TokenKey): Keys {
  return { current: () => key, believes: () => false, find: async () => null, need: async () => {} };
}

/** A token that was found to be good. */
interface Verified {
  identity: Identity;
  /** Milliseconds since 1970. */
  expires: number;
  /** What it was signed with. */
  kid: string;
}

/** What a token says. @throws UNAUTHENTICATED where it is none of ours, or not good any more; StoreUnavailableError. */
async function verify(keys: Keys, accessToken: string): Promise<Verified> {
  if (accessToken.length > MOST_CHARACTERS) throw unauthenticated("is not valid");
  const keyOf = async ({ kid }: { kid?: unknown }) => {
    const key = typeof kid === "string" ? await keys.find(kid) : null;
    if (!key) throw new joseErrors.JWKSNoMatchingKey();
    return key;
  };
  const options = { issuer: ISSUER, typ: TOKEN_TYPE, algorithms: [ALGORITHM] };
  const { payload, protectedHeader } = await jwtVerify(accessToken, keyOf, options).catch(
    (error: unknown) => {
      if (error instanceof joseErrors.JWTExpired) throw unauthenticated("has expired");
      if (error instanceof joseErrors.JOSEError || error instanceof TypeError)
        throw unauthenticated("is not valid");
      throw error;
    },
  );
  const claims = tokenClaims.safeParse(payload);
  // Whoever has the key has signed what no token of ours says.
  if (!claims.success || claims.data.iat > Date.now() / 1000 + SKEW_SECONDS)
    throw unauthenticated("is not valid");
  const { exp } = claims.data;
  return { identity: identityOf(claims.data), expires: exp * 1000, kid: protectedHeader.kid ?? "" };
}
