/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { randomUUID } from "node:crypto";

import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { type OwnDatabase } from "../support/database.js";
import { use, useDatabase, useGateway } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";
import { clientOperations, operationOf } from "../support/operations.js";
import { startPaymentProvider } from "../support/payment-provider.js";

const PASSWORD = "correct horse";
const CHECKOUT =
  "membership { id state endsAt plan { id name } } checkout { id state failure amountCents creditCents currency } errors { field code message }";
const CHANGE = `mutation ($input: ChangePlanInput!) { changePlan(input: $input) { ${CHECKOUT} } }`;
const CANCEL =
  "mutation ($input: CancelSubscriptionInput!) { cancelSubscription(input: $input) { membership { state currentPeriodEnd endsAt } errors { field code message } } }";

const database = useDatabase();
const provider = use(() => startPaymentProvider(600));
useShop(database);
const gateway = useGateway(() => settings());
let operations: Map<string, string>;

/** What the gateway of a deployment with a provider has in its environment. */
const settings = (): Record<string, string> => ({
  POSTGRES_URL: database.url,
  MARQUEE_DEFAULT_TENANT: "shop",
  PAYMENTS_URL: provider.url,
  PAYMENTS_DEADLINE_MS: "200",
});

beforeAll(async () => {
  operations = await clientOperations("writes.graphql");
});
afterEach(() => provider.reset());

/** A tenant with plans, which is there before the gateway that answers for it. */
function useShop(own: OwnDatabase): void {
  use(async () => {
    const stores = await own.open();
    await openShop(stores);
    return stores;
  });
}

async function openShop(stores: Stores): Promise<void> {
  const tenant = await stores.tenants.create({
    slug: "shop",
    name: "Shop",
    tier: "SHARED",
    defaultCountry: "US",
  });
  const plan = { maxStreams: 1, maxHeight: 720, currency: "USD" };
  await stores.accounts.putPlans(tenant, [
    { ...plan, id: "PREMIUM", name: "Premium", priceCents: 1700 },
    { ...plan, id: "BASIC", name: "Basic", priceCents: 700 },
  ]);
}

async function run(operationName: string, input?: object, token?: string, at = gateway): Promise<any> {
  const answer = await at.ask(operationOf(operations, operationName), { variables: { input }, token });
  expect(answer.errors, operationName).toBeUndefined();
  return Object.values(answer.data)[0];
}
async function send(query: string, input?: object, token?: string): Promise<any> {
  const answer = await gateway.ask(query, { variables: { input }, token });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0];
}
async function newcomer(at = gateway): Promise<string> {
  const input = { email: `${randomUUID()}@example.com`, password: PASSWORD };
  const session = await run("SignUp", input, undefined, at);
  expect(session.errors).toEqual([]);
  return session.accessToken as string;
}
const membership = (more: object = {}) => ({
  plan: "Plan:BASIC",
  paymentMethod: "pm_visa",
  idempotencyKey: randomUUID(),
  ...more,
});

describe("plans", () => {
  it("are listed with their prices, cheapest first", async () => {
    const { data } = await gateway.ask("{ plans { name priceCents currency } }");
    expect(data.plans).toEqual([
      { name: "Basic", priceCents: 700, currency: "USD" },
      { name: "Premium", priceCents: 1700, currency: "USD" },
    ]);
  });
});

describe("Subscribe", () => {
  it("answers the active membership, and the same to the same key", async () => {
    const token = await newcomer();
    const input = membership();
    const first = await run("Subscribe", input, token);
    expect(first).toMatchObject({
      membership: { state: "ACTIVE", plan: { name: "Basic" } },
      checkout: { state: "COMPLETED" },
      errors: [],
    });
    expect(await run("Subscribe", input, token)).toEqual(first);
    const { data } = await gateway.ask(
      "query ($id: ID!) { viewer { membership { id state plan { name } } } node(id: $id) { ... on Checkout { id state amountCents } } }",
      { token, variables: { id: first.checkout.id } },
    );
    expect(data.viewer.membership).toMatchObject({ id: first.membership.id, state: "ACTIVE" });
    expect(data.node).toEqual({ id: first.checkout.id, state: "COMPLETED", amountCents: 700 });
  });

  it("says why a payment was declined, and takes another try", async () => {
    const token = await newcomer();
    const declined = await run("Subscribe", membership({ paymentMethod: "pm_declined" }), token);
    expect(declined).toMatchObject({
      membership: null,
      checkout: { state: "FAILED" },
      errors: [{ field: "paymentMethod", code: "PAYMENT_DECLINED" }],
    });
    expect(await run("Subscribe", membership(), token)).toMatchObject({ checkout: { state: "COMPLETED" } });
  });

  it("answers PENDING for a slow provider, and the end to whoever asks again", async () => {
    const token = await newcomer();
    provider.fail("authorize", "HANG_BEFORE", 6);
    const input = membership();
    const started = performance.now();
    const pending = await run("Subscribe", input, token);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(pending).toMatchObject({
      membership: { state: "PENDING" },
      checkout: { state: "PENDING" },
      errors: [],
    });
    provider.reset();
    for (let tries = 0; ; tries += 1) {
      const now = await run("Subscribe", input, token);
      expect(now.checkout.id).toBe(pending.checkout.id);
      if (now.checkout.state === "COMPLETED") break;
      expect(tries).toBeLessThan(5);
    }
  });

  it("refuses a key with another input, an unknown plan, a second membership and visitors", async () => {
    const token = await newcomer();
    const input = membership();
    await run("Subscribe", input, token);
    const code = async (more: object) =>
      (await run("Subscribe", { ...input, ...more }, token)).errors[0].code;
    expect(await code({ plan: "Plan:PREMIUM" })).toBe("IDEMPOTENCY_KEY_REUSED");
    expect(await code({ idempotencyKey: "2" })).toBe("ALREADY_SUBSCRIBED");
    expect(await code({ idempotencyKey: "3", plan: "Plan:GOLD\0" })).toBe("PLAN_NOT_FOUND");
    const visitor = await gateway.ask(operationOf(operations, "Subscribe"), { variables: { input } });
    expect(visitor.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("does not show a checkout to another account", async () => {
    const { checkout } = await run("Subscribe", membership(), await newcomer());
    const query = "query ($id: ID!) { node(id: $id) { id } }";
    const { data } = await gateway.ask(query, { token: await newcomer(), variables: { id: checkout.id } });
    expect(data).toEqual({ node: null });
  });
});

describe("changePlan and cancelSubscription", () => {
  it("go on with another plan, and end with the period", async () => {
    const token = await newcomer();
    const first = await run("Subscribe", membership(), token);
    const changed = await send(CHANGE, { plan: "Plan:PREMIUM", idempotencyKey: "up" }, token);
    expect(changed).toMatchObject({
      membership: { id: first.membership.id, state: "ACTIVE", plan: { name: "Premium" }, endsAt: null },
      checkout: { state: "COMPLETED", amountCents: 1700 },
      errors: [],
    });
    // Changed right after it was paid: nearly all of it comes back.
    expect(changed.checkout.creditCents).toBe(699);
    const cancelled = await send(CANCEL, {}, token);
    expect(cancelled).toMatchObject({ membership: { state: "ACTIVE" }, errors: [] });
    expect(cancelled.membership.endsAt).toBe(cancelled.membership.currentPeriodEnd);
    expect(await send(CANCEL, { idempotencyKey: "end" }, token)).toEqual(cancelled);
  });
});

describe("without a provider", () => {
  it("nothing can be paid", async () => {
    const token = await newcomer();
    const bare = await startGateway({ ...settings(), PAYMENTS_URL: "" });
    const refused = await run("Subscribe", membership(), token, bare).finally(() => bare.close());
    expect(refused).toMatchObject({ checkout: null, errors: [{ code: "PAYMENTS_UNAVAILABLE" }] });
  });

  describe("in a demo", () => {
    // On the other database, the other gateway's worker would pay at its provider.
    const own = useDatabase();
    useShop(own);
    const demo = useGateway(() => ({
      ...settings(),
      POSTGRES_URL: own.url,
      PAYMENTS_URL: "",
      MARQUEE_DEMO: "true",
    }));

    it("a sandbox takes and declines payments", async () => {
      const token = await newcomer(demo);
      const declined = membership({ paymentMethod: "pm_demo_declined" });
      expect((await run("Subscribe", declined, token, demo)).errors[0].code).toBe("PAYMENT_DECLINED");
      const paid = membership({ paymentMethod: "pm_demo_visa" });
      expect(await run("Subscribe", paid, token, demo)).toMatchObject({ checkout: { state: "COMPLETED" } });
    });
  });
});

describe("SignUp, Refresh, Consents and SignOut", () => {
  it("make an account that can be used at once, and end its session", async () => {
    const email = `${randomUUID()}@Example.com`;
    const session = await run("SignUp", { email, password: PASSWORD, name: "Nia", country: "FR" });
    expect(session).toMatchObject({ errors: [], viewer: { account: { id: expect.any(String) } } });
    const again = await run("Refresh", { refreshToken: session.refreshToken });
    expect(again).toMatchObject({ errors: [], accessToken: expect.any(String) });
    const consents = await run("Consents", { marketing: true, measurement: false }, again.accessToken);
    expect(consents).toMatchObject({
      errors: [],
      consents: { personalisation: true, measurement: false, marketing: true },
    });
    expect(await run("SignOut", undefined, again.accessToken)).toEqual({ signedOut: true });
    // Before and after this gateway has heard that the session is over.
    const twice = await gateway.ask(operationOf(operations, "SignOut"), { token: again.accessToken });
    expect([{ signedOut: false }, undefined]).toContainEqual(twice.data?.signOut);
    const ended = await run("Refresh", { refreshToken: again.refreshToken });
    expect(ended.errors[0].code).toBe("SESSION_ENDED");
    expect(await run("SignOut")).toEqual({ signedOut: false });
  });

  it("refuse a taken address in any case, and what is no address or password", async () => {
    const email = `${randomUUID()}@example.com`;
    await run("SignUp", { email, password: PASSWORD });
    const code = async (input: object) =>
      (await run("SignUp", { email, password: PASSWORD, ...input })).errors[0].code;
    expect(await code({ email: email.toUpperCase() })).toBe("EMAIL_TAKEN");
    expect(await code({ email: "nobody" })).toBe("INVALID_EMAIL");
    expect(await code({ email: "a\0@b.example" })).toBe("INVALID_EMAIL");
    expect(await code({ password: "short" })).toBe("INVALID_PASSWORD");
    const two = { email: `${randomUUID()}@example.com`, password: PASSWORD };
    const both = await Promise.all([run("SignUp", two), run("SignUp", two)]);
    expect(both.flatMap((one) => one.errors.map((error: any) => error.code as string))).toEqual([
      "EMAIL_TAKEN",
    ]);
  });
});
