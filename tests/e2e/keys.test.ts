import { createRemoteJWKSet, jwtVerify } from "jose";
import { describe, expect, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { KeyRing } from "../../src/auth/key-ring.js";
import { viewerAccount } from "../support/accounts.js";
import { useDatabase, useGateway } from "../support/fixtures.js";
import { TEST_SECRET } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";

const SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }";
const REFRESH =
  "mutation ($input: RefreshInput!) { refreshSession(input: $input) { accessToken errors { code } } }";

/** Keys that no other test uses. */
const database = useDatabase();
const gateway = useGateway(() => ({ POSTGRES_URL: database.url, MARQUEE_DEFAULT_TENANT: "none" }));

/** Another process of the same deployment. */
const other = () =>
  KeyRing.open(gateway.stores.signingKeys, {
    secret: new TextEncoder().encode(TEST_SECRET),
    configured: null,
    days: 30,
  });

async function signIn() {
  const tenant = await gateway.createTenant();
  const account = viewerAccount("somebody", { passwordHash: await hashPassword("marquee") });
  await gateway.stores.accounts.putAccounts(tenant, [account]);
  const input = { email: account.email, password: "marquee" };
  const { data } = await gateway.ask(SIGN_IN, { variables: { input }, tenant: tenant.slug });
  const { accessToken, refreshToken } = data.signIn as { accessToken: string; refreshToken: string };
  const ask = async (token = accessToken) =>
    (await gateway.ask("{ viewer { profile { id } } }", { token })).status;
  const refresh = async () =>
    (await gateway.ask(REFRESH, { variables: { input: { refreshToken } }, tenant: tenant.slug })).data
      .refreshSession as {
      accessToken: string;
    };
  return { tenant, accessToken, ask, refresh };
}

describe("/.well-known/jwks.json", () => {
  it("has what verifies our access tokens, and no more", async () => {
    const { accessToken } = await signIn();
    const jwks = createRemoteJWKSet(new URL(`${gateway.url}/.well-known/jwks.json`));
    const { protectedHeader } = await jwtVerify(accessToken, jwks, { issuer: "marquee", typ: "at+jwt" });
    expect(protectedHeader).toEqual({ alg: "EdDSA", typ: "at+jwt", kid: gateway.keys.current().kid });
    const { status, headers, body } = await sendRaw(`${gateway.url}/.well-known/jwks.json`);
    expect([status, headers["content-type"], headers["cache-control"]]).toEqual([
      200,
      "application/jwk-set+json",
      "public, max-age=300",
    ]);
    const key = { kty: "OKP", crv: "Ed25519", x: expect.any(String) as unknown, alg: "EdDSA", use: "sig" };
    expect(JSON.parse(body.toString())).toEqual({ keys: [{ ...key, kid: protectedHeader.kid }] });
  });
});

describe("keys that follow each other", () => {
  it("sign nobody out, and are shown before they sign", async () => {
    const { accessToken, ask } = await signIn();
    const next = await (await other()).rotate();
    const shown = async () => {
      const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
        keys: { kid: string }[];
      };
      return keys.map(({ kid }) => kid);
    };
    await expect.poll(shown, { timeout: 20_000 }).toContain(next);
    expect(await ask()).toBe(200);
    await database.query("update marquee.signing_keys set created_at = created_at - interval '1 minute'");
    await expect.poll(() => gateway.keys.current().kid, { timeout: 20_000 }).toBe(next);
    expect(await ask(accessToken)).toBe(200);
    const { accessToken: fresh } = await signIn();
    expect(await ask(fresh)).toBe(200);
  });

  it("are gone from every process within moments when one is taken away; refresh tokens go on", async () => {
    const { ask, refresh } = await signIn();
    expect(await ask()).toBe(200);
    await (await other()).remove(gateway.keys.current().kid);
    const begun = performance.now();
    await expect.poll(ask, { timeout: 30_000, interval: 50 }).toBe(401);
    console.log(`a removed key was refused after ${(performance.now() - begun).toFixed(0)} ms`);
    expect(await ask((await refresh()).accessToken)).toBe(200);
  });
});
