import { randomUUID } from "node:crypto";

import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { use, useGateway } from "../support/fixtures.js";
import { AUDIENCE, startIdentityProvider } from "../support/identity-provider.js";
import { JOB_PATIENCE } from "../support/patience.js";

const provider = use(startIdentityProvider);
const SETTINGS = {
  MARQUEE_IDP_AUDIENCE: AUDIENCE,
  MARQUEE_IDP_ROLES_CLAIM: "realm.roles",
  MARQUEE_IDP_ROLES: "cms=EDITOR,ops=OPERATOR",
};
const gateway = useGateway(() => ({ MARQUEE_IDP_ISSUER: provider.issuer, ...SETTINGS }));
let tenant: Tenant;
beforeAll(async () => {
  tenant = await gateway.createTenant();
});

const ME =
  "{ viewer { account { id email } profile { id name } roles sessions { device current } tenant { slug } } }";

interface Me {
  account: { id: string; email: string };
  profile: { id: string; name: string };
  roles: string[];
  sessions: { device: string; current: boolean }[];
  tenant: { slug: string };
}

const token = (person: string, claims: object = {}, seconds?: number) =>
  provider.tokenFor(person, { tenant: tenant.slug, ...claims }, seconds);
async function me(of: string): Promise<Me> {
  const answer = await gateway.ask(ME, { token: of });
  expect(answer.errors).toBeUndefined();
  return answer.data.viewer as Me;
}
const refusal = async (of: string) => {
  const { status, errors } = await gateway.ask(ME, { token: of });
  return [status, errors?.[0]?.extensions.code];
};
const UNAUTHENTICATED = [401, "UNAUTHENTICATED"];

describe("tokens of an identity provider", () => {
  it("make an account at first sight, and find it again", async () => {
    const person = randomUUID();
    const email = `${person}@example.com`;
    const first = await token(person, { email, email_verified: true });
    const all = await Promise.all(Array.from({ length: 5 }, () => me(first)));
    expect(all[0]).toEqual({
      account: { id: expect.any(String) as string, email },
      profile: { id: expect.any(String) as string, name: "Viewer" },
      roles: ["VIEWER"],
      sessions: [{ device: "127.0.0.1", current: true }],
      tenant: { slug: tenant.slug },
    });
    for (const one of all) expect(one).toEqual(all[0]);
    expect((await me(await token(person))).account).toEqual(all[0]!.account);
    expect((await me(await token(randomUUID()))).account.id).not.toBe(all[0]!.account.id);
  });

  it("are for the tenant that they name, where there is one", async () => {
    const other = await gateway.createTenant();
    const person = randomUUID();
    const here = await me(await token(person));
    const there = await me(await token(person, { tenant: other.slug }));
    expect(there.tenant.slug).toBe(other.slug);
    expect(there.account.id).not.toBe(here.account.id);
    for (const nowhere of ["nowhere", "", 5, null, ["meridian"], { slug: "meridian" }])
      expect(await refusal(await token(person, { tenant: nowhere })), JSON.stringify(nowhere)).toEqual(
        UNAUTHENTICATED,
      );
  });

  it("give the roles that their claim is mapped to, those of the latest token and no more than their own", async () => {
    const person = randomUUID();
    const roles = (...named: unknown[]) => ({ realm: { roles: named } });
    const editor = await token(person, roles("cms", "EDITOR", "OPERATOR", "other"));
    expect((await me(editor)).roles).toEqual(["VIEWER", "EDITOR"]);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const viewer = await token(person, roles());
    expect((await me(viewer)).roles).toEqual(["VIEWER"]);
    // What was taken away there is taken away from tokens of before.
    expect((await me(editor)).roles).toEqual(["VIEWER"]);
    expect((await me(await token(randomUUID(), roles("cms", "ops")))).roles).toEqual([
      "VIEWER",
      "EDITOR",
      "OPERATOR",
    ]);
    for (const wrong of ["cms", { 0: "ops", length: 1 }, [5], [["ops"]]])
      expect(await refusal(await token(randomUUID(), { realm: { roles: wrong } }))).toEqual(UNAUTHENTICATED);
  });

  it("open no account that is somebody's already, by whatever address", async () => {
    const email = `${randomUUID()}@example.com`;
    const owner = randomUUID();
    await gateway.stores.accounts.putAccounts(tenant, [
      {
        id: owner,
        email,
        passwordHash: "none",
        roles: ["VIEWER", "OPERATOR"],
        country: "US",
        planId: null,
        profiles: [],
      },
    ]);
    for (const claims of [
      { email, email_verified: true },
      { email },
      { email: email.toUpperCase(), email_verified: true },
      { email: "a@b..example.com", email_verified: true },
      { email: "zo\u200be@example.com", email_verified: true },
    ]) {
      const { account, roles } = await me(await token(randomUUID(), claims));
      expect(account.email).toMatch(/^[0-9a-f]{32}@127\.0\.0\.1\.invalid$/);
      expect(roles).toEqual(["VIEWER"]);
    }
    expect((await me(await token(owner))).account.email).not.toBe(email);
  });

  it("are good for as long as they say, for us and by its keys alone", async () => {
    const person = randomUUID();
    const short = await token(person, {}, 1);
    const good = await token(person);
    const [header, payload, signature] = good.split(".");
    const changed = Buffer.from(JSON.stringify({ ...decodeJwt(good), sub: "somebody" })).toString(
      "base64url",
    );
    for (const bad of [
      `${header}.${changed}.${signature}`,
      `${header}.${payload}.`,
      `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`,
    ])
      expect(await refusal(bad)).toEqual(UNAUTHENTICATED);
    for (const claims of [{ aud: "https://else.test" }, { iss: "https://else.test" }, { sub: "" }])
      expect((await refusal(await token(person, claims)))[0], JSON.stringify(claims)).not.toBe(500);
    await expect.poll(() => refusal(short), { timeout: 60_000, interval: 1_000 }).toEqual(UNAUTHENTICATED);
  });

  it("can be ended here, with all that the provider's session makes of them", async () => {
    const person = randomUUID();
    const sid = randomUUID();
    const [one, same] = [await token(person, { sid }), await token(person, { sid, again: true })];
    const other = await token(person, { sid: randomUUID() });
    expect((await me(one)).sessions).toHaveLength(1);
    expect((await me(same)).sessions).toHaveLength(1);
    expect((await me(other)).sessions).toHaveLength(2);
    const { data } = await gateway.ask("mutation { signOut { signedOut } }", { token: one });
    expect(data.signOut).toEqual({ signedOut: true });
    for (const gone of [one, same, await token(person, { sid })])
      await expect.poll(() => refusal(gone), { timeout: 30_000 }).toEqual(UNAUTHENTICATED);
    expect((await me(other)).sessions).toHaveLength(1);
  });

  it("make nothing anew of an account that was erased while their session lasted", async () => {
    const [person, sid] = [randomUUID(), randomUUID()];
    const { account } = await me(await token(person, { sid }));
    const accountId = Buffer.from(account.id, "base64url").toString().split(":")[2]!;
    await gateway.stores.privacy.askErasure(tenant, accountId, "once");
    const states = async () => (await gateway.stores.privacy.erasures(tenant)).map(({ state }) => state);
    // Neither while it goes on nor afterwards, and not where nobody remembers the token.
    expect(await refusal(await token(person, { sid, n: 1 }))).toEqual(UNAUTHENTICATED);
    await expect.poll(states, JOB_PATIENCE).toEqual(["DONE"]);
    expect(await refusal(await token(person, { sid, n: 2 }))).toEqual(UNAUTHENTICATED);
    // Signed in once more there, it is somebody new.
    expect((await me(await token(person, { sid: randomUUID() }))).account.id).not.toBe(account.id);
  });

  it("go on as another profile for no longer than they last", async () => {
    const person = await token(randomUUID());
    const { profile } = await me(person);
    const select =
      "mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { accessToken refreshToken errors { code } } }";
    const { data } = await gateway.ask(select, {
      token: person,
      variables: { input: { profile: profile.id } },
    });
    expect(data.selectProfile).toEqual({
      accessToken: expect.any(String) as string,
      refreshToken: null,
      errors: [],
    });
    const { accessToken } = data.selectProfile as { accessToken: string };
    expect((await me(accessToken)).profile).toEqual(profile);
    const again = await gateway.ask(select, {
      token: accessToken,
      variables: { input: { profile: profile.id } },
    });
    expect((again.data.selectProfile as { refreshToken: unknown }).refreshToken).toBeNull();
  });
});

describe("the provider's keys", () => {
  it("are followed, and those that are known go on while it is down", async () => {
    const person = randomUUID();
    const before = await token(person);
    expect((await me(before)).roles).toEqual(["VIEWER"]);
    await provider.rotate();
    const after = await token(person, { sid: randomUUID() });
    await expect.poll(() => refusal(after), { timeout: 60_000, interval: 500 }).toEqual([200, undefined]);
    const known = await token(person, { sid: randomUUID() });
    await provider.rotate();
    const unknown = await token(person, { sid: randomUUID() });
    await provider.down();
    expect(await refusal(known)).toEqual([200, undefined]);
    expect(await refusal(before)).toEqual([200, undefined]);
    const down = [503, "IDENTITY_PROVIDER_UNAVAILABLE"];
    await expect.poll(() => refusal(unknown), { timeout: 60_000, interval: 500 }).toEqual(down);
    expect(await refusal(unknown)).toEqual(down);
    // Our own have nothing to do with it.
    const own = await gateway.ask("{ viewer { roles } }", {
      token: await gateway.signIn("viewer@meridian.example"),
    });
    expect(own.errors).toBeUndefined();
    await provider.up();
    await expect.poll(() => refusal(unknown), { timeout: 60_000, interval: 500 }).toEqual([200, undefined]);
  });
});
