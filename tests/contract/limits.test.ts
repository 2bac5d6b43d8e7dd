import { randomUUID } from "node:crypto";

import { describe, expect, it, vi } from "vitest";

import { PostgresLimits } from "../../datasources/budgets/limits.postgres.js";
import { type Limit } from "../../datasources/budgets/limits.js";
import { type OutboxPool } from "../../datasources/projection/outbox/outbox-pool.postgres.js";
import { useStores } from "../support/fixtures.js";

const stores = useStores();
const KEY = new Uint8Array(32);
const rule = () => ({ name: "test", points: 10, windowSeconds: 600 });

const taken = async (limits: readonly Limit[], count: number, holder: string) => {
  const asked = Array.from({ length: count }, (_, n) => limits[n % limits.length]!.take(holder));
  return (await Promise.all(asked)).filter(Boolean).length;
};

describe("limits", () => {
  it("hold for all gateways together, from the first point on", async () => {
    const gateways = [1, 2, 3].map(() => stores.limits(KEY).limit(rule()));
    expect(await taken(gateways, 90, randomUUID())).toBe(10);
  });

  it("have back what is given back, and nothing beyond", async () => {
    const [one, other] = [stores.limits(KEY).limit(rule()), stores.limits(KEY).limit(rule())];
    const holder = randomUUID();
    await one.giveBack(holder);
    expect(await one.take(holder)).toBe(true);
    await one.giveBack(holder);
    expect(await taken([one, other], 30, holder)).toBe(10);
  });

  it("of different names and holders have nothing in common", async () => {
    const holder = randomUUID();
    const limits = stores.limits(KEY);
    expect(await taken([limits.limit(rule())], 20, holder)).toBe(10);
    expect(await taken([limits.limit({ ...rule(), name: "another" })], 20, holder)).toBe(10);
    expect(await taken([limits.limit(rule())], 20, randomUUID())).toBe(10);
  });

  it("are known to be used up once somebody was refused, at the gateway that refused, until the window ends", async () => {
    const short = { ...rule(), name: "test-short", windowSeconds: 2 };
    const [one, other] = [stores.limits(KEY).limit(short), stores.limits(KEY).limit(short)];
    const holder = randomUUID();
    expect(await taken([one], 10, holder)).toBe(10);
    expect(one.isUsedUp(holder)).toBe(false);
    expect(await one.take(holder)).toBe(false);
    expect([one, other].map((limit) => limit.isUsedUp(holder))).toEqual([true, false]);
    expect(one.isUsedUp(randomUUID())).toBe(false);
    await vi.waitFor(() => expect(one.isUsedUp(holder)).toBe(false), 4_000);
    expect(await one.take(holder)).toBe(true);
  });

  it("go on in each gateway by itself while PostgreSQL does not answer", async () => {
    const silent = { query: () => Promise.reject(new Error("down")) } as unknown as OutboxPool;
    expect(await taken([new PostgresLimits(silent, KEY).limit(rule())], 50, "ann")).toBe(10);
  });
});

describe("what is remembered", () => {
  it("is known to other gateways, and what was not noted is not", async () => {
    const [one, other] = [stores.limits(KEY), stores.limits(KEY)];
    const holder = randomUUID();
    expect(await one.remembered("test-places", 600).has(holder)).toBe(false);
    await one.remembered("test-places", 600).note(holder);
    expect(await other.remembered("test-places", 600).has(holder)).toBe(true);
    expect(await other.remembered("other-places", 600).has(holder)).toBe(false);
  });
});
