import { beforeEach, describe, expect, it } from "vitest";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";

const stores = useStores();

const profile = (id: string) => ({
  id,
  name: `Name ${id}`,
  kind: "ADULT" as const,
  maturityLimit: 18,
  country: null,
  favouriteGenres: null,
});

const account = (id: string, stated: Partial<NewAccount> = {}): NewAccount => ({
  id,
  email: `${id}@example.com`,
  passwordHash: `hash of ${id}`,
  roles: ["VIEWER"],
  country: "US",
  planId: "BASIC",
  profiles: [profile(`${id}-1`), profile(`${id}-2`)],
  ...stated,
});

/** Texts that a client may send where an e-mail address, an account or a profile is named. */
const HOSTILE = [
  "",
  "%",
  "_",
  "\\",
  "' or ''='",
  '"',
  "\0",
  "ann@example.com\0",
  "\ud800",
  "x".repeat(1_000_000),
];

describe.each<TenantTier>(["SHARED", "ISOLATED"])("accounts of a %s tenant", (tier) => {
  let tenant: Tenant;
  beforeEach(async () => {
    tenant = await createTestTenant(stores, tier);
    const plan = {
      id: "BASIC",
      name: "Basic",
      maxStreams: 1,
      maxHeight: 720,
      priceCents: 0,
      currency: "EUR",
    };
    await stores.accounts.putPlans(tenant, [plan]);
    await stores.accounts.putAccounts(tenant, [account("ann"), account("bob")]);
  });

  it("answer profiles by id, duplicates and gaps in one store call", async () => {
    const request = testRequest(tenant);
    const found = await stores.accounts.profilesByIds(request, [
      "bob-2",
      "missing",
      "ann-1",
      "bob-2",
      ...HOSTILE,
    ]);
    expect(Object.fromEntries(found)).toEqual({
      "ann-1": { ...profile("ann-1"), accountId: "ann", hasPin: false },
      "bob-2": { ...profile("bob-2"), accountId: "bob", hasPin: false },
    });
    expect(request.calls.calls).toHaveLength(1);
  });

  it("answer everything asked in one tick in one store call", async () => {
    const request = testRequest(tenant);
    const ann = await signedIn(stores, tenant, "ann", "ann-2");
    const [viewer, credentials, profiles] = await Promise.all([
      stores.accounts.viewer(request, ann),
      stores.accounts.credentials(request, "BOB@example.com"),
      stores.accounts.profilesByIds(request, ["bob-1"]),
    ]);
    expect([viewer?.profile.id, credentials?.accountId, profiles.size]).toEqual(["ann-2", "bob", 1]);
    expect(request.calls.calls).toHaveLength(1);
  });

  it("do not know what nobody is called", async () => {
    const ann = await signedIn(stores, tenant, "ann", "ann-1");
    for (const text of HOSTILE) {
      const request = testRequest(tenant);
      const answers = await Promise.all([
        stores.accounts.credentials(request, text),
        stores.accounts.viewer(request, { ...ann, profile: text }),
        stores.accounts.viewer(request, { ...ann, account: text }),
        stores.accounts.viewer(request, { ...ann, session: text }),
        stores.accounts.viewer(request, { account: null, profile: text, session: null }),
      ]);
      expect(answers, text.slice(0, 20)).toEqual([null, null, null, null, null]);
    }
  });

  it("compare e-mail addresses in any case of any script", async () => {
    await stores.accounts.putAccounts(tenant, [account("ewa", { email: "Święta@Example.com" })]);
    const found = await stores.accounts.credentials(testRequest(tenant), "ŚWIĘTA@EXAMPLE.COM");
    expect(found?.accountId).toBe("ewa");
  });

  it("refuse a second account of the same e-mail address, and keep nothing of the attempt", async () => {
    const twin = account("twin", { email: "ANN@example.com" });
    await expect(stores.accounts.putAccounts(tenant, [account("new"), twin])).rejects.toThrow(
      /accounts_email/,
    );
    expect((await stores.accounts.credentials(testRequest(tenant), "ann@example.com"))?.accountId).toBe(
      "ann",
    );
    expect(await stores.accounts.credentials(testRequest(tenant), "new@example.com")).toBeNull();
  });

  it("are the same after they have been put again, from two writers at once", async () => {
    const ann = await signedIn(stores, tenant, "ann", "ann-1");
    const viewer = () => stores.accounts.viewer(testRequest(tenant), ann);
    const before = await viewer();
    expect(before?.membership?.plan.id).toBe("BASIC");
    const again = () => stores.accounts.putAccounts(tenant, [account("ann"), account("bob")]);
    await Promise.all([again(), again()]);
    expect(await viewer()).toEqual(before);
  });
});
