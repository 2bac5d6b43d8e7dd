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

describe("what takes a password", () => {
  interface Payload {
    errors: { field: string | null; code: string; message: string }[];
    [field: string]: unknown;
  }
  const send = async (of: string, name: string, input: object, fields = "") => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
    const mutation = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} errors { field code message } } }`;
    const answer = await gateway.ask(mutation, { token: of, variables: { input } });
    expect(answer.errors).toBeUndefined();
    return answer.data[name] as Payload;
  };
  /** A token of a sign-in so many seconds ago. */
  const signedIn = (person: string, secondsAgo: number) =>
    token(person, { auth_time: Math.floor(Date.now() / 1_000) - secondsAgo });
  const again = (code: string) => [
    { field: "password", code, message: expect.stringContaining("Sign in there again") as string },
  ];

  it.each(["auth_time", "iat"])("takes a sign-in there within five minutes, by its %s", async (by) => {
    const person = randomUUID();
    const first = await signedIn(person, 3_600);
    expect((await me(first)).roles).toEqual(["VIEWER"]);
    const erase = { idempotencyKey: randomUUID() };
    for (const ago of [301, 3_600, -3_600]) {
      const stale = await signedIn(person, ago);
      expect((await send(stale, "eraseMyAccount", { ...erase, password: "none" })).errors).toEqual(
        again("BAD_CREDENTIALS"),
      );
      for (const [name, input] of [
        ["eraseMyAccount", erase],
        ["changeCountry", { country: "DE" }],
      ] as const)
        expect((await send(stale, name, input)).errors, name).toEqual(again("PASSWORD_REQUIRED"));
    }
    const odd = await token(person, { auth_time: "now" });
    expect((await send(odd, "eraseMyAccount", erase)).errors).toEqual(again("PASSWORD_REQUIRED"));
    const fresh = by === "iat" ? await token(person, { sid: randomUUID() }) : await signedIn(person, 280);
    expect(await send(fresh, "changeCountry", { country: "DE", password: "whatever" }, "changed")).toEqual({
      changed: true,
      errors: [],
    });
    const { erasure, errors } = await send(fresh, "eraseMyAccount", erase, "erasure { state }");
    expect([erasure, errors]).toEqual([{ state: "PENDING" }, []]);
    await expect.poll(() => refusal(fresh), { timeout: 30_000 }).toEqual(UNAUTHENTICATED);
  });

  it("is asked of nobody's own tokens, and of an account of ours as ever", async () => {
    const person = randomUUID();
    const fresh = await signedIn(person, 0);
    const { profile } = await me(fresh);
    const { accessToken } = await send(fresh, "selectProfile", { profile: profile.id }, "accessToken");
    const erase = { idempotencyKey: randomUUID() };
    expect((await send(accessToken as string, "eraseMyAccount", erase)).errors).toEqual(
      again("PASSWORD_REQUIRED"),
    );
    const own = await gateway.signIn("viewer@meridian.example");
    for (const [more, code, message] of [
      [{}, "PASSWORD_REQUIRED", "This takes the account's password."],
      [{ password: "guess" }, "BAD_CREDENTIALS", "This is not the account's password."],
    ] as const)
      expect((await send(own, "eraseMyAccount", { ...erase, ...more })).errors).toEqual([
        { field: "password", code, message },
      ]);
  });

  it("sets a PIN, which is asked for from then on, and lets out of a kids profile", async () => {
    const person = randomUUID();
    const [fresh, stale] = [await signedIn(person, 0), await signedIn(person, 600)];
    const { profile } = await me(fresh);
    const made = await send(fresh, "createProfile", { name: "Ann" }, "profile { id }");
    const ann = (made.profile as { id: string }).id;
    const pin = { profile: ann, newPin: "2580" };
    expect((await send(stale, "setProfilePin", pin)).errors).toEqual(again("PASSWORD_REQUIRED"));
    expect((await send(fresh, "setProfilePin", pin)).errors).toEqual([]);
    const selected = await send(stale, "selectProfile", { profile: ann });
    expect(selected.errors).toMatchObject([{ field: "pin", code: "PIN_REQUIRED" }]);
    expect((await send(stale, "selectProfile", { profile: ann, pin: "2580" })).errors).toEqual([]);

    const limits = { profile: profile.id, kind: "KIDS" };
    expect((await send(stale, "updateProfile", limits)).errors).toEqual(again("PASSWORD_REQUIRED"));
    expect((await send(fresh, "updateProfile", limits)).errors).toEqual([]);
    const childs = await send(fresh, "selectProfile", { profile: profile.id }, "accessToken");
    for (const held of [stale, childs.accessToken as string])
      expect((await send(held, "selectProfile", { profile: ann })).errors).toEqual(
        again("PASSWORD_REQUIRED"),
      );
    const left = await send(fresh, "selectProfile", { profile: ann }, "viewer { profile { name } }");
    expect(left.viewer).toEqual({ profile: { name: "Ann" } });
  });

  it("changes no address and no password, which are the provider's", async () => {
    const fresh = await signedIn(randomUUID(), 0);
    const email = { email: `${randomUUID()}@example.com`, password: "none" };
    const password = { currentPassword: "none", newPassword: "correct horse" };
    for (const [name, input] of [
      ["changeEmail", email],
      ["changePassword", password],
    ] as const)
      expect((await send(fresh, name, input)).errors).toMatchObject([
        { code: "BAD_CREDENTIALS", message: expect.stringContaining("identity provider") as string },
      ]);
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
