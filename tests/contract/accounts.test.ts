import { beforeEach, describe, expect, it } from "vitest";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";

const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await stores.accounts.putPlans(tenant, [plan("BASIC", 1), plan("PREMIUM", 4)]);
});

const plan = (id: string, maxStreams: number) => ({
  id,
  name: id.toLowerCase(),
  maxStreams,
  maxHeight: 1080,
  priceCents: 999,
  currency: "USD",
});

const viewerOf = async (profile: string) =>
  stores.accounts.viewer(testRequest(tenant), await signedIn(stores, tenant, "family", profile));

const adult = {
  id: "p1",
  name: "Robin",
  kind: "ADULT" as const,
  maturityLimit: 18,
  country: "GB",
  favouriteGenres: ["Western"],
};
const kids = {
  id: "p2",
  name: "Kids",
  kind: "KIDS" as const,
  maturityLimit: 8,
  country: null,
  favouriteGenres: null,
};
const family: NewAccount = {
  id: "family",
  email: "Family@Example.com",
  passwordHash: "hash",
  roles: ["VIEWER", "EDITOR"],
  country: "GB",
  planId: "PREMIUM",
  profiles: [adult, kids],
};

describe("viewer", () => {
  it("answers the account with everything that belongs to it in one store call", async () => {
    await stores.accounts.putAccounts(tenant, [family]);
    const request = testRequest(tenant);
    const key = await signedIn(stores, tenant, "family", "p2");
    const viewer = await stores.accounts.viewer(request, key);
    expect(request.calls.calls).toHaveLength(1);
    expect(viewer).toMatchObject({
      account: { id: "family", email: "Family@Example.com", roles: ["VIEWER", "EDITOR"], country: "GB" },
      profile: { ...kids, accountId: "family" },
      profiles: [
        { ...adult, accountId: "family" },
        { ...kids, accountId: "family" },
      ],
      membership: {
        state: "ACTIVE",
        plan: { id: "PREMIUM", name: "premium", maxStreams: 4, maxHeight: 1080 },
      },
      consents: { personalisation: true, measurement: true, marketing: false },
    });
    expect(viewer?.membership?.currentPeriodEnd).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(viewer?.consents?.updatedAt).toMatch(/Z$/);
  });

  it("answers a profile without an account by itself", async () => {
    await stores.accounts.putProfiles(tenant, [adult]);
    const profile = { ...adult, accountId: null, hasPin: false };
    const key = await signedIn(stores, tenant, null, "p1");
    expect(await stores.accounts.viewer(testRequest(tenant), key)).toEqual({
      account: null,
      profile,
      profiles: [profile],
      membership: null,
      consents: null,
    });
  });

  it("answers null for what is gone, not the account's own, or another tenant's", async () => {
    await stores.accounts.putAccounts(tenant, [family]);
    await stores.accounts.putProfiles(tenant, [{ ...adult, id: "loose" }]);
    const { session } = await signedIn(stores, tenant, "family", "p1");
    const viewer = (account: string | null, profile: string, of = tenant) =>
      stores.accounts.viewer(testRequest(of), { account, profile, session });
    expect(await viewer("family", "p1")).not.toBeNull();
    expect(await viewer("family", "missing")).toBeNull();
    expect(await viewer("missing", "p1")).toBeNull();
    expect(await viewer("family", "loose")).toBeNull();
    expect(await viewer(null, "p1")).toBeNull();
    expect(await viewer("family", "p1", await createTestTenant(stores))).toBeNull();
  });
});

describe("credentials", () => {
  it("finds an account by its e-mail in any case, with the profile that comes first", async () => {
    await stores.accounts.putAccounts(tenant, [{ ...family, profiles: [kids, adult] }]);
    expect(await stores.accounts.credentials(testRequest(tenant), " family@example.COM ")).toEqual({
      accountId: "family",
      passwordHash: "hash",
      firstProfileId: "p2",
    });
    expect(await stores.accounts.credentials(testRequest(tenant), "nobody@example.com")).toBeNull();
    const other = await createTestTenant(stores);
    expect(await stores.accounts.credentials(testRequest(other), "family@example.com")).toBeNull();
  });

  it("takes addresses that look alike for one, and finds one that was kept before there was a rule", async () => {
    const kept = (id: string, email: string) => ({ ...family, id, email, profiles: [] });
    await stores.accounts.putAccounts(tenant, [
      kept("now", "zoë@example.com"),
      kept("before", "z\u200boe@example.com"),
    ]);
    const found = async (email: string) =>
      (await stores.accounts.credentials(testRequest(tenant), email))?.accountId;
    expect(await found("ZOE\u0308@example\u200b.com")).toBe("now");
    expect(await found(" z\u200boe@example.com")).toBe("before");
    expect(await found("zoe@example.com")).toBeUndefined();
  });

  it("finds an address however its domain is written, one that was kept before domains had one form as well", async () => {
    const kept = (id: string, email: string) => ({ ...family, id, email, profiles: [] });
    await stores.accounts.putAccounts(tenant, [
      kept("now", "anna@münchen.example"),
      kept("before", "zoe@xn--mnchen-3ya.example"),
    ]);
    for (const domain of ["münchen.example", "MU\u0308NCHEN.Example", "xn--mnchen-3ya.example"]) {
      const found = async (name: string) =>
        (await stores.accounts.credentials(testRequest(tenant), `${name}@${domain}`))?.accountId;
      expect([await found("Anna"), await found("ZOE")]).toEqual(["now", "before"]);
    }
  });
});

describe("countries that are none, kept before they were looked up", () => {
  it("are read as none, of an account and of its profiles", async () => {
    await stores.accounts.putAccounts(tenant, [
      { ...family, country: "UK", profiles: [{ ...adult, country: "EU" }, kids] },
    ]);
    const key = await signedIn(stores, tenant, family.id, adult.id);
    const viewer = await stores.accounts.viewer(testRequest(tenant), key);
    expect([viewer?.account?.country, viewer?.profile.country]).toEqual([null, null]);
    const found = await stores.accounts.profilesByIds(testRequest(tenant), [adult.id]);
    expect(found.get(adult.id)?.country).toBeNull();
  });
});

describe("putAccounts", () => {
  it("brings what is there to the state given, and takes in profiles that had no account", async () => {
    await stores.accounts.putProfiles(tenant, [{ ...adult, name: "Imported" }]);
    await stores.accounts.putAccounts(tenant, [family]);
    await stores.accounts.putAccounts(tenant, [{ ...family, roles: ["VIEWER"], planId: "BASIC" }]);
    const viewer = await viewerOf("p1");
    expect(viewer).toMatchObject({
      account: { roles: ["VIEWER"] },
      profile: { name: "Robin" },
      membership: { plan: { id: "BASIC" } },
    });
    expect(viewer?.profiles.map((profile) => profile.id)).toEqual(["p1", "p2"]);
  });

  it("leaves a profile with its account when it is named as a loose one", async () => {
    await stores.accounts.putAccounts(tenant, [family]);
    await stores.accounts.putProfiles(tenant, [{ ...kids, name: "Little ones" }]);
    const viewer = await viewerOf("p2");
    expect(viewer?.profiles.map((profile) => profile.name)).toEqual(["Robin", "Little ones"]);
  });

  it("makes an account without a plan or profiles", async () => {
    await stores.accounts.putAccounts(tenant, [{ ...family, planId: null, profiles: [] }]);
    expect(await stores.accounts.credentials(testRequest(tenant), "family@example.com")).toMatchObject({
      firstProfileId: null,
    });
  });
});

describe("passwords that are hashed as before", () => {
  const superuser = useSuperuser("shared");
  const hasOld = () => stores.accounts.hasOldPasswords(testRequest(tenant));

  it("are known to a tenant that has any, and no more once they are upgraded", async () => {
    await stores.accounts.putAccounts(tenant, [{ ...family, passwordHash: "$scrypt$old" }]);
    expect(await hasOld()).toBe(true);
    await stores.accounts.upgradePassword(tenant, "family", "$scrypt$other", "$argon2id$new");
    expect(await hasOld()).toBe(true);
    await stores.accounts.upgradePassword(tenant, "family", "$scrypt$old", "$argon2id$new");
    expect(await hasOld()).toBe(false);
    const found = await stores.accounts.credentials(testRequest(tenant), family.email);
    expect(found?.passwordHash).toBe("$argon2id$new");
  });

  it("are found by an index of their own: they are asked for at every sign-in", async () => {
    await superuser.query("begin");
    await superuser.query("set local role marquee_app");
    await superuser.query("set local enable_seqscan = off");
    await superuser.query("select set_config('marquee.tenant', $1, true)", [String(tenant.id)]);
    const { rows } = await superuser.query(
      "explain select exists (select from accounts where password_hash like '$scrypt$%')",
    );
    await superuser.query("rollback");
    expect(JSON.stringify(rows)).toContain("accounts_old_passwords");
  });
});
