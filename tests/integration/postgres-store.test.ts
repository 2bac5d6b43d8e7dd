import pg from "pg";
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";

import { PostgresStore, sql } from "../../datasources/engines/postgres/store.postgres.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { PATIENCE, PATIENT_DEADLINE_MS } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { layWire, type Wire } from "../support/wire.js";

const stores = useStores();
let here: Tenant;
let there: Tenant;
let isolated: Tenant;

beforeAll(async () => {
  here = await createTestTenant(stores);
  there = await createTestTenant(stores);
  isolated = await createTestTenant(stores, "ISOLATED");
  for (const tenant of [here, there, isolated]) {
    const profiles = ["a", "b", "c"].map((id) => ({
      id,
      name: tenant.slug,
      kind: "ADULT" as const,
      maturityLimit: 18,
      country: null,
    }));
    await stores.accounts.putProfiles(tenant, profiles);
  }
});

let wire: Wire;
let store: PostgresStore;
const idleErrors: Error[] = [];

beforeEach(async () => {
  wire = await layWire(await applicationUrl(inject("postgresUrl")));
  idleErrors.length = 0;
  store = new PostgresStore(wire.url, (error) => idleErrors.push(error));
});
afterEach(async () => {
  await store.close();
  await wire.close();
});

const one = (request: StoreRequest, value: number) =>
  store.read<{ value: number }>(request, `test.${value}`, sql`select ${value}::int as value`);
const names = (request: StoreRequest, by = store) =>
  by.read<{ name: string }>(
    request,
    "test.names",
    sql`select tenant_id::text as name from profiles order by id`,
  );
const broken = (request: StoreRequest, by = store) =>
  by.read(request, "test.broken", sql`select 1 / 0 as value`);

/** How many statements with a mark the server runs now. */
async function running(mark: string): Promise<number> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where state = 'active' and pid <> pg_backend_pid() and strpos(query, $1) > 0`,
      [mark],
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

/** Round trips that something costs once the connection is there and its statements are prepared. */
async function roundTrips(work: () => Promise<unknown>): Promise<number> {
  const before = wire.roundTrips();
  await work();
  return wire.roundTrips() - before;
}

describe("reads", () => {
  it("of one tick share one round trip and one store call", async () => {
    await one(testRequest(here), 0);
    for (const reads of [1, 2, 25]) {
      const request = testRequest(here);
      const values = Array.from({ length: reads }, (_, value) => value);
      const trips = await roundTrips(async () => {
        const answers = await Promise.all(values.map((value) => one(request, value)));
        expect(answers.flat().map((row) => row.value)).toEqual(values);
      });
      expect(trips).toBe(1);
      expect(request.calls.calls).toMatchObject([
        {
          store: "POSTGRES",
          keys: reads,
          uniqueKeys: reads,
          rows: reads,
          operation: values.map((n) => `test.${n}`).join(" + "),
        },
      ]);
      expect(request.calls.totals()).toEqual({ POSTGRES: 1 });
    }
    expect(wire.connections()).toBe(1);
  });

  it("that promises of the same tick lead to join the round trip; those of the next tick do not", async () => {
    const request = testRequest(here);
    const later = Promise.resolve()
      .then(() => new Promise<void>((resolve) => process.nextTick(resolve)))
      .then(() => one(request, 2));
    await Promise.all([one(request, 1), later]);
    expect(request.calls.calls).toHaveLength(1);
    await one(request, 3);
    expect(request.calls.calls).toHaveLength(2);
  });

  it("of one tick are answered together, so that what follows from them leaves together", async () => {
    const request = testRequest(here);
    const slow = store.read(request, "test.slow", sql`select pg_sleep(0.05)`).then(() => one(request, 1));
    const fast = one(request, 2).then(() => one(request, 3));
    await Promise.all([slow, fast]);
    expect(request.calls.calls.map(({ operation }) => operation)).toEqual([
      "test.slow + test.2",
      "test.1 + test.3",
    ]);
  });

  it("of another tenant cost no round trip more", async () => {
    await names(testRequest(here));
    await names(testRequest(isolated));
    for (const tenant of [here, there, isolated, here, isolated, there]) {
      const alone = await roundTrips(async () => {
        expect((await names(testRequest(tenant))).map(({ name }) => name)).toEqual(
          Array(3).fill(String(tenant.id)),
        );
      });
      expect(alone).toBe(1);
    }
  });

  it("that fail harm neither their neighbours nor those that come after", async () => {
    const request = testRequest(here);
    const trips = await roundTrips(async () => {
      const answers = await Promise.allSettled([
        one(request, 1),
        broken(request),
        one(request, 2),
        names(request),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
      ]);
      expect(answers[1]).toMatchObject({ reason: { message: "division by zero" } });
      expect(answers[3]).toMatchObject({ value: Array(3).fill({ name: String(here.id) }) });
    });
    expect(trips).toBeGreaterThan(0);
    expect(request.calls.calls).toMatchObject([{ rows: 5 }]);
    expect(await roundTrips(() => names(testRequest(here)))).toBe(1);
    expect(wire.connections()).toBe(1);
  });

  it("find nothing for texts that cannot be stored, and what is there for the others", async () => {
    const ids = ["a", "b\0", "\0", "c", "\ud800"];
    const rows = await store.read(
      testRequest(here),
      "test.ids",
      sql`select id from profiles where id = any(${ids}::text[]) order by id`,
    );
    expect(rows).toEqual([{ id: "a" }, { id: "c" }]);
    expect(
      await store.read(testRequest(here), "test.id", sql`select id from profiles where id = ${"a\0"}`),
    ).toEqual([]);
  });

  it("do not start for a request that has ended", async () => {
    const controller = new AbortController();
    const request = { ...testRequest(here), signal: controller.signal };
    expect(await one(request, 1)).toEqual([{ value: 1 }]);
    controller.abort();
    await expect(one(request, 2)).rejects.toBeInstanceOf(StoreAbortedError);
    expect(request.calls.calls).toHaveLength(1);
  });

  it("that take too long are answered as a store that is not available", async () => {
    const request = testRequest(here);
    await store.read(request, "test.timeout", sql`select set_config('statement_timeout', '40', false)`);
    const answers = await Promise.allSettled([
      store.read(request, "test.slow", sql`select pg_sleep(2)`),
      one(request, 1),
    ]);
    expect(answers[0]).toMatchObject({
      status: "rejected",
      reason: { store: "POSTGRES", cause: { code: "57014" } },
    });
    expect((answers[0] as PromiseRejectedResult).reason).toBeInstanceOf(StoreUnavailableError);
    expect(answers[1]).toMatchObject({ status: "fulfilled" });
  });
});

describe("tenants", () => {
  it("never see each other's rows, however their requests interleave and fail", async () => {
    // Without the wire and its latency, and with time to wait for a connection, of which there are few for so many.
    const direct = new PostgresStore(await applicationUrl(inject("postgresUrl")), () => undefined, 30_000);
    const tenants = [here, there, isolated];
    let foreign = 0;
    let rows = 0;
    let failed = 0;
    const read = async (n: number) => {
      const tenant = tenants[(n * 7 + (n >> 3)) % 3]!;
      const request: StoreRequest = { tenant, calls: new CallLog() };
      // Spread over many ticks: other requests take the connections in between.
      for (let tick = n % 17; tick > 0; tick -= 1) await new Promise(setImmediate);
      const failing = n % 5 === 0 ? broken(request, direct).catch(() => (failed += 1)) : undefined;
      const found = await names(request, direct);
      await failing;
      rows += found.length;
      foreign += found.filter(({ name }) => name !== String(tenant.id)).length;
    };
    // More at once than may wait would be turned away.
    for (let wave = 0; wave < 3_000; wave += 750)
      await Promise.all(Array.from({ length: 750 }, (_, n) => read(wave + n)));
    await direct.close();
    expect({ rows, foreign, failed }).toEqual({ rows: 9_000, foreign: 0, failed: 600 });
  });

  it("of one request that speaks for two of them are asked apart", async () => {
    const request = testRequest(here);
    const [mine, theirs] = await Promise.all([names(request), names({ ...request, tenant: there })]);
    expect([mine[0]?.name, theirs[0]?.name]).toEqual([String(here.id), String(there.id)]);
    expect(request.calls.calls).toHaveLength(2);
  });

  it("keep transactions to themselves as well", async () => {
    const found = await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const tenant = [here, there, isolated][n % 3]!;
        return store.transaction(tenant, async (query) => {
          const rows = await query<{ name: string }>(sql`select tenant_id::text as name from profiles`);
          return rows.length === 3 && rows.every(({ name }) => name === String(tenant.id));
        });
      }),
    );
    expect(found).toEqual(Array(60).fill(true));
  });
});

describe("transactions", () => {
  const list = (tenant: Tenant) =>
    store.read(testRequest(tenant), "test.plans", sql`select id from plans order by id`);
  const add = (id: string) =>
    sql`insert into plans values (current_setting('marquee.tenant')::int, ${id}, ${id}, 1, 720, 0, 'EUR')`;

  it("keep all or nothing", async () => {
    const tenant = await createTestTenant(stores);
    await store.transaction(tenant, async (query) => {
      await query(add("kept"));
    });
    const reason = new Error("changed my mind");
    const given = store.transaction(tenant, async (query) => {
      await query(add("lost"));
      throw reason;
    });
    await expect(given).rejects.toBe(reason);
    const failed = store.transaction(tenant, async (query) => {
      await query(add("lost as well"));
      await query(add("kept"));
    });
    await expect(failed).rejects.toMatchObject({ code: "23505" });
    expect(await list(tenant)).toEqual([{ id: "kept" }]);
  });

  it("leave no tenant behind on their connection", async () => {
    for (const tenant of [here, isolated]) {
      await store.transaction(tenant, async (query) => {
        await query(sql`select 1`);
      });
      const client = await store.transaction(tenant, (_, plain) => Promise.resolve(plain));
      const { rows } = await client.query<{ tenant: string }>(
        "select current_setting('marquee.tenant', true) as tenant",
      );
      expect(rows[0]?.tenant ?? "").toBe("");
    }
  });
});

describe("a server that is gone", () => {
  it("is told to reads under way, to new reads, to transactions and to nobody once it is back", async () => {
    const request = testRequest(here);
    await store.close();
    store = new PostgresStore(wire.url, (error) => idleErrors.push(error), PATIENT_DEADLINE_MS);
    await one(request, 1);
    const untilTheCut = sql`select pg_sleep(30) /* until the cut */`;
    const underWay = [store.read(request, "test.slow", untilTheCut), one(request, 2)];
    const writing = store.transaction(here, (query) => query(untilTheCut));
    const settled = Promise.allSettled([...underWay, writing]);
    await expect.poll(() => running("/* until the cut */"), PATIENCE).toBe(2);
    await wire.cut();
    const later = await Promise.allSettled([
      one(request, 3),
      one(testRequest(there), 4),
      store.transaction(here, (query) => query(sql`select 1`)),
      store.ping(),
    ]);
    const reasons = [...(await settled), ...later.slice(0, 3)].map(
      (answer): unknown => answer.status === "rejected" && answer.reason,
    );
    expect(reasons.filter((reason) => reason instanceof StoreUnavailableError)).toHaveLength(6);
    expect(later[3]?.status).toBe("rejected");
    await wire.mend();
    // So many failures have opened the breaker: a probe closes it.
    await expect
      .poll(() => one(testRequest(here), 5).catch(() => "not yet"), { timeout: 5_000 })
      .toEqual([{ value: 5 }]);
    expect((await names(testRequest(there)))[0]?.name).toBe(String(there.id));
  });

  it("is found out by idle connections without ending the process", async () => {
    await one(testRequest(here), 1);
    await wire.cut();
    await expect.poll(() => idleErrors.length).toBeGreaterThan(0);
    await wire.mend();
    expect(await one(testRequest(here), 2)).toEqual([{ value: 2 }]);
  });
});
