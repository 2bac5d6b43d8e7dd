import { beforeEach, describe, expect, it } from "vitest";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();

const profile = (id: string) => ({
  id,
  name: `Name ${id}`,
  kind: "ADULT" as const,
  maturityLimit: 18,
  country: null,
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

  const session = (tokenHash: string, expiresAt: string) => ({
    tokenHash,
    accountId: "ann",
    profileId: "ann-1",
    expiresAt,
  });
  const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

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
      "ann-1": { ...profile("ann-1"), accountId: "ann" },
      "bob-2": { ...profile("bob-2"), accountId: "bob" },
    });
    expect(request.calls.calls).toHaveLength(1);
  });

  it("answer everything asked in one tick in one store call", async () => {
    const request = testRequest(tenant);
    const [viewer, credentials, profiles] = await Promise.all([
      stores.accounts.viewer(request, { account: "ann", profile: "ann-2" }),
      stores.accounts.credentials(request, "BOB@example.com"),
      stores.accounts.profilesByIds(request, ["bob-1"]),
    ]);
    expect([viewer?.profile.id, credentials?.accountId, profiles.size]).toEqual(["ann-2", "bob", 1]);
    expect(request.calls.calls).toHaveLength(1);
  });

  it("do not know what nobody is called", async () => {
    for (const text of HOSTILE) {
      const request = testRequest(tenant);
      const answers = await Promise.all([
        stores.accounts.credentials(request, text),
        stores.accounts.viewer(request, { account: "ann", profile: text }),
        stores.accounts.viewer(request, { account: text, profile: "ann-1" }),
        stores.accounts.viewer(request, { account: null, profile: text }),
      ]);
      expect(answers, text.slice(0, 20)).toEqual([null, null, null, null]);
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
    const viewer = () => stores.accounts.viewer(testRequest(tenant), { account: "ann", profile: "ann-1" });
    const before = await viewer();
    expect(before?.membership?.plan.id).toBe("BASIC");
    const again = () => stores.accounts.putAccounts(tenant, [account("ann"), account("bob")]);
    await Promise.all([again(), again()]);
    expect(await viewer()).toEqual(before);
  });

  it("end a session once, however many ask at the same time", async () => {
    await stores.accounts.createSession(tenant, session("h", inMs(60_000)));
    const ended = await Promise.all(Array.from({ length: 8 }, () => stores.accounts.endSession(tenant, "h")));
    expect(ended.filter((answer) => answer !== null)).toEqual([
      { accountId: "ann", profileId: "ann-1", roles: ["VIEWER"] },
    ]);
  });

  it("end sessions of several devices each by itself, and none that has expired", async () => {
    await stores.accounts.createSession(tenant, session("tv", inMs(60_000)));
    await stores.accounts.createSession(tenant, session("phone", inMs(60_000)));
    await stores.accounts.createSession(tenant, session("old", inMs(-1)));
    expect(await stores.accounts.endSession(tenant, "old")).toBeNull();
    expect(await stores.accounts.endSession(tenant, "unknown")).toBeNull();
    expect(await stores.accounts.endSession(tenant, "tv")).not.toBeNull();
    expect(await stores.accounts.endSession(tenant, "phone")).not.toBeNull();
  });

  it("answer the roles of now when a session ends", async () => {
    await stores.accounts.createSession(tenant, session("h", inMs(60_000)));
    await stores.accounts.putAccounts(tenant, [account("ann", { roles: ["VIEWER", "EDITOR"] })]);
    expect(await stores.accounts.endSession(tenant, "h")).toMatchObject({ roles: ["VIEWER", "EDITOR"] });
  });
});
