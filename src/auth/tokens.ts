import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { errors as joseErrors, jwtVerify, SignJWT, type JWTPayload } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";

import { ROLES } from "../../datasources/core/vocabulary.js";
import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { giveToFolderOwner, makeFolder, readIfPresent } from "../../packages/embedded-postgres/index.js";
import { type Config } from "../config.js";
import { clientError } from "../../resolvers/request/errors.js";
import { StartupError } from "../../packages/process/startup-error.js";

const ISSUER = "marquee";
const REMEMBERED = 10_000;

/** Access tokens are JWTs signed with HMAC-SHA-256 (RFC 7519); the key comes from the configuration, else from the data folder. */
export async function createTokens(config: Pick<Config, "auth" | "dataFolder">): Promise<Tokens> {
  const signingKey = config.auth.signingKey
    ? new TextEncoder().encode(config.auth.signingKey)
    : await keyOfFolder(config.dataFolder);
  const verified = new LRUCache<string, { identity: Identity; expires: number }>({ max: REMEMBERED });
  return {
    signingKey,
    async issue(identity, minutes = config.auth.tokenMinutes) {
      const expiresAt = new Date((Math.floor(Date.now() / 1000) + minutes * 60) * 1000);
      const claims = {
        ten: identity.tenant,
        acc: identity.account,
        pro: identity.profile,
        ...(identity.session !== null && { sid: identity.session }),
        ...(identity.roles && { rol: identity.roles }),
        ...((identity.operator || identity.roles?.includes("OPERATOR")) && { opr: true }),
        ...(identity.audience && { cty: identity.audience.country, mat: identity.audience.maturityLimit }),
        ...(identity.audience?.personalised === false && { psn: false }),
      };
      const accessToken = await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime(expiresAt)
        .sign(signingKey);
      return { accessToken, expiresAt };
    },
    async verify(accessToken) {
      const known = verified.get(accessToken);
      if (known && known.expires > Date.now()) return known.identity;
      const { payload } = await jwtVerify(accessToken, signingKey, {
        issuer: ISSUER,
        algorithms: ["HS256"],
      }).catch((error: unknown) => {
        throw unauthenticated(error instanceof joseErrors.JWTExpired ? "has expired" : "is not valid");
      });
      const identity = identityOf(payload);
      verified.set(accessToken, { identity, expires: (payload.exp ?? 0) * 1000 });
      return identity;
    },
  };
}

/** A name as tenants, accounts and profiles have them: PostgreSQL keeps no NUL, and UTF-8 no half of a surrogate pair. */
const name = z.string().regex(/^[^\0\p{Surrogate}]{1,256}$/u);

/** What an access token of ours says, beside what the JWT standard names. */
const claimsOf = z.object({
  ten: name,
  acc: name.nullish(),
  pro: name,
  sid: name.nullish(),
  rol: z.array(z.enum(ROLES)).nullish(),
  cty: z.string().nullish(),
  mat: z.number().int().min(0).optional(),
  psn: z.boolean().optional(),
  opr: z.boolean().optional(),
  exp: z.number(),
});

/** @throws UNAUTHENTICATED where whoever has the key has signed what no token of ours says. */
function identityOf(payload: JWTPayload): Identity {
  const claims = claimsOf.safeParse(payload);
  if (!claims.success) throw unauthenticated("is not valid");
  const { ten, acc, pro, sid, rol, cty, mat, psn, opr } = claims.data;
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

function unauthenticated(problem: string) {
  return clientError("UNAUTHENTICATED", `authorization: the access token ${problem}. Sign in again.`, {
    field: "authorization",
    accepted: "Bearer and a token from signIn",
  });
}

async function keyOfFolder(dataFolder: string): Promise<Uint8Array> {
  const file = path.join(dataFolder, "signing.key");
  try {
    await makeFolder(dataFolder);
    if ((await readIfPresent(file)) === undefined) await makeKey(dataFolder, file);
    return Buffer.from(await readFile(file, "utf8"), "base64url");
  } catch (error) {
    throw new StartupError(
      `The signing key ${file} cannot be read or made (${(error as Error).message}). Make the folder writable, or set MARQUEE_SIGNING_KEY.`,
    );
  }
}

/** Makes the key where there is none. Put in its place in one step: of two processes that start together both read one whole key. */
async function makeKey(dataFolder: string, file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
    await giveToFolderOwner(dataFolder, draft);
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
