import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { isUnderTest } from "../support/engines.js";
import { failureCases, findKnown, type FailureCase } from "../support/failure-cases.js";
import { useGateway } from "../support/fixtures.js";
import { type TestGateway, startGateway } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";
import { hasRedis, NONSENSE, startNonsense, useRedis } from "../support/redis.js";
import { layWire } from "../support/wire.js";

/*
 * Whatever becomes of what gateways keep for each other, clients are answered as without it: the rows of the first table
 * of docs/failures.md, one after the other, on gateways that keep nothing in memory for longer than until something changes.
 */

const EMAIL = "viewer@meridian.example";
/** What takes a token is used up by asking. */
const ONCE = new Set(["Mutation.refreshSession"]);
const CACHED = { MARQUEE_CACHE_MB: "16" };
/** What MongoDB and Neo4j answer is not kept; charts and plans are, wherever titles lie. */
const LEAST_HITS = isUnderTest("MONGODB_URL") ? 1 : 11;

/** A figure of a gateway's cache, by what stands before the number. */
async function figureOf(gateway: TestGateway, name: string): Promise<number> {
  const metrics = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
  const line = metrics.split("\n").find((each) => each.startsWith(`marquee_shared_cache_${name} `));
  return Number(line?.split(" ").at(-1));
}
const isUp = (gateway: TestGateway, up: 0 | 1) =>
  expect.poll(() => figureOf(gateway, "up"), PATIENCE).toBe(up);

describe.runIf(hasRedis)("a gateway whose shared cache", () => {
  const redis = useRedis();
  const plain = useGateway();
  let token: string;
  let cases: Record<string, FailureCase>;

  beforeAll(async () => {
    token = await plain.signIn(EMAIL);
    cases = failureCases(await findKnown(plain, EMAIL, token), EMAIL);
  });
  afterEach(() => redis.thaw());

  /** Asks for every row; each answer is as long in coming as it may. */
  async function expectWhole(gateway: TestGateway): Promise<void> {
    for (const [name, { query, variables, valueOf, token: own = token }] of Object.entries(cases)) {
      if (ONCE.has(name)) continue;
      const answer = await gateway.ask(query, { token: own, variables });
      expect(answer.errors, name).toBeUndefined();
      expect(valueOf(answer.data) ?? null, name).not.toBeNull();
    }
  }

  it("is whole has what it has read found by the next", async () => {
    const first = await startGateway({ ...CACHED, REDIS_URL: redis.url });
    await isUp(first, 1);
    await expectWhole(first);
    await first.close();
    const next = await startGateway({ ...CACHED, REDIS_URL: redis.url });
    await isUp(next, 1);
    await expectWhole(next);
    expect(await figureOf(next, "hits_total")).toBeGreaterThanOrEqual(LEAST_HITS);
    expect(await figureOf(next, 'errors_total{reason="broken"}')).toBe(0);
    await next.close();
  });

  it("is killed answers in full, and uses it again when it is back", async () => {
    const gateway = await startGateway({ ...CACHED, REDIS_URL: redis.url });
    await isUp(gateway, 1);
    await redis.kill();
    await expectWhole(gateway);
    await isUp(gateway, 0);
    expect((await fetch(`${gateway.operationsUrl}/readyz`)).status).toBe(200);
    await redis.start();
    await isUp(gateway, 1);
    await expectWhole(gateway);
    await gateway.close();
  });

  it("says nothing any more answers in full, and soon does not ask it", async () => {
    const gateway = await startGateway({
      ...CACHED,
      REDIS_URL: redis.url,
      MARQUEE_STORE_DEADLINE_MS: "10000",
    });
    await isUp(gateway, 1);
    redis.freeze();
    await expectWhole(gateway);
    // A look was late; or it was given up before one was made, since it had not kept in time what was read while it started.
    const noticed = ['errors_total{reason="late"}', 'dropped_total{reason="unsent"}'];
    const figures = await Promise.all(noticed.map((name) => figureOf(gateway, name)));
    expect(Math.max(...figures)).toBeGreaterThan(0);
    await isUp(gateway, 0);
    redis.thaw();
    await isUp(gateway, 1);
    await gateway.close();
  });

  it("was never there starts, and answers in full", async () => {
    const wire = await layWire(redis.url);
    await wire.cut();
    const gateway = await startGateway({ ...CACHED, REDIS_URL: wire.url });
    await expectWhole(gateway);
    expect(await figureOf(gateway, "up")).toBe(0);
    await wire.mend();
    await isUp(gateway, 1);
    // What it has read by now it knows itself.
    await gateway.ask('{ titles(first: 7) { edges { node { name } } } top10(country: "CH") { rank } }');
    await expect.poll(() => figureOf(gateway, "kept_total"), PATIENCE).toBeGreaterThan(0);
    await gateway.close();
    await wire.close();
  });

  it.each(Object.entries(NONSENSE))("answers %s answers in full", async (_, nonsense) => {
    const server = await startNonsense(nonsense);
    const gateway = await startGateway({
      ...CACHED,
      REDIS_URL: server.url,
      MARQUEE_STORE_DEADLINE_MS: "10000",
    });
    await isUp(gateway, 1);
    await expectWhole(gateway);
    expect(server.asked()).toBeGreaterThan(0);
    expect(await figureOf(gateway, "hits_total")).toBe(0);
    await gateway.close();
    await server.close();
  });
});
