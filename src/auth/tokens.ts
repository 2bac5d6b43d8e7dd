import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { errors as joseErrors, jwtVerify, SignJWT, type JWTPayload } from "jose";
import { LRUCache } from "lru-cache";

import { type Role } from "../../datasources/core/vocabulary.js";
import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { giveToFolderOwner, readIfPresent } from "../../packages/embedded-postgres/index.js";
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
        const expired = error instanceof joseErrors.JWTExpired;
        throw clientError(
          "UNAUTHENTICATED",
          `authorization: the access token ${expired ? "has expired" : "is not valid"}. Sign in again.`,
          { field: "authorization", accepted: "Bearer and a token from signIn" },
        );
      });
      const identity: Identity = {
        tenant: String(payload.ten),
        account: typeof payload.acc === "string" ? payload.acc : null,
        profile: String(payload.pro),
        session: typeof payload.sid === "string" ? payload.sid : null,
        roles: (payload.rol as Role[] | undefined) ?? null,
        ...audienceOf(payload),
      };
      verified.set(accessToken, { identity, expires: (payload.exp ?? 0) * 1000 });
      return identity;
    },
  };
}

/** Without a maturity limit there is no audience: a profile of unknown age is not taken for an adult. */
function audienceOf({ cty, mat, psn }: JWTPayload): Pick<Identity, "audience"> {
  if (typeof mat !== "number") return {};
  const country = typeof cty === "string" ? cty : null;
  return { audience: { country, maturityLimit: mat, personalised: psn !== false } };
}

async function keyOfFolder(dataFolder: string): Promise<Uint8Array> {
  const file = path.join(dataFolder, "signing.key");
  try {
    await mkdir(dataFolder, { recursive: true });
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
