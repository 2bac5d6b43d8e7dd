import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { PostgresStore, sql } from "../../datasources/engines/postgres/store.postgres.js";
import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { layStallingWire, type StallingWire } from "../engines/stalling-wire.js";
import { createDatabase } from "../support/database.js";
import { use, useDatabase } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const DEADLINE_MS = 400;

// A database of its own: connections are ended here, and whose they are cannot be told.
const database = useDatabase();
const stores = use(() => database.open());
const admin = use(() => database.connect());
let tenant: Tenant;
let wire: StallingWire;
let store: PostgresStore;

beforeAll(async () => {
  tenant = await createTestTenant(stores);
});
beforeEach(async () => {
  wire = await layStallingWire(await applicationUrl(database.url));
  store = new PostgresStore(wire.url, () => undefined, DEADLINE_MS);
});
afterEach(async () => {
  await store.close();
  await wire.close();
});

const one = (request = testRequest(tenant)) => store.read(request, "test.one", sql`select 1 as value`);
/** A statement that can be found among those the server runs. */
const sleepFor = (seconds: number, mark: string) => sql`select pg_sleep(${seconds}), ${mark}::text`;

/** How many of them the server runs now. */
async function running(): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where state = 'active' and pid <> pg_backend_pid() and application_name like 'marquee-%' and query like '%pg_sleep%' and datname = current_database()`,
  );
  return rows[0]?.count ?? 0;
}

async function secondsOf(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work.catch(() => undefined);
  return (performance.now() - started) / 1000;
}

describe("a read past its deadline", () => {
  it("is answered as unavailable and ended at the server, with every statement of its flush", async () => {
    const request = testRequest(tenant);
    const reads = [1, 2, 3].map((n) => store.read(request, `test.${n}`, sleepFor(3, `deadline ${n}`)));
    const settled = Promise.allSettled(reads);
    await expect.poll(running).toBe(1);
    expect(await secondsOf(settled)).toBeLessThan(1);
    for (const answer of await settled)
      expect(answer).toMatchObject({ status: "rejected", reason: { store: "POSTGRES" } });
    await expect.poll(running, { timeout: 1_000 }).toBe(0);
    expect(request.calls.calls).toEqual([]);
  });

  it("is not waited for a second time by the same request, while others are answered", async () => {
    const request = testRequest(tenant);
    await expect(store.read(request, "test.slow", sleepFor(3, "again"))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    expect(await secondsOf(one(request))).toBeLessThan(0.1);
    await expect(one(request)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await one()).toEqual([{ value: 1 }]);
  });

  it("of a server that has stopped talking is given up as well, and so are transactions and pings", async () => {
    await one();
    wire.stall();

    const asked = [one(), store.transaction(tenant, (query) => query(sql`select 1`)), store.ping()].map(
      secondsOf,
    );
    for (const seconds of await Promise.all(asked)) {
      expect(seconds).toBeGreaterThan(0.3);
      expect(seconds).toBeLessThan(1.5);
    }
    wire.flow();
    await expect.poll(() => one().catch(() => "not yet"), { timeout: 5_000 }).toEqual([{ value: 1 }]);
  });
});

describe("a client that goes away", () => {
  it("takes its statement along", async () => {
    const patient = new PostgresStore(wire.url, () => undefined, 20_000);
    const client = new AbortController();
    const request = { ...testRequest(tenant), signal: client.signal };
    const read = patient.read(request, "test.slow", sleepFor(15, "gone"));
    await expect.poll(running).toBe(1);
    client.abort();
    await expect(read).rejects.toBeInstanceOf(StoreAbortedError);
    await expect.poll(running, { timeout: 3_000 }).toBe(0);
    expect(patient.guard.report()).toMatchObject({ breaker: "CLOSED", failed: { deadline: 0, outage: 0 } });
    await patient.close();
  });

  it("leaves its place in the queue to those behind", async () => {
    const patient = new PostgresStore(wire.url, () => undefined, 20_000);
    const read = (statement = sql`select 1 as value`, signal?: AbortSignal) =>
      patient.read({ ...testRequest(tenant), signal }, "test.queue", statement);
    const slow = Array.from({ length: 8 }, () => read(sleepFor(1, "queue")));
    await expect.poll(running).toBe(8);
    const gone = new AbortController();
    const queued = Promise.allSettled(Array.from({ length: 20 }, () => read(undefined, gone.signal)));
    const last = read();
    await expect.poll(() => patient.guard.report().queued).toBe(21);
    gone.abort();
    await Promise.all(slow);
    expect(await Promise.race([last, sleep(PATIENCE.timeout, "never", { ref: false })])).toEqual([
      { value: 1 },
    ]);
    for (const each of await queued)
      expect(each).toMatchObject({ status: "rejected", reason: expect.any(StoreAbortedError) as unknown });
    await patient.close();
  });

  it("leaves the connection to others where its statement ends by itself", async () => {
    await one();
    const client = new AbortController();
    const read = one({ ...testRequest(tenant), signal: client.signal });
    setImmediate(() => client.abort());
    await read.catch(() => undefined);
    await one();
    expect(wire.ended()).toBe(0);
  });
});

describe("reads on connections that broke meanwhile", () => {
  it("are tried again once, within the budget, and writes are not", async () => {
    await one();
    await store.transaction(tenant, (query) => query(sql`select 1`));
    const { rowCount } = await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'marquee-%' and usename ^@ 'marquee_app' and datname = current_database()",
    );
    expect(rowCount).toBeGreaterThan(0);
    expect(await one()).toEqual([{ value: 1 }]);
    let runs = 0;
    await store
      .transaction(tenant, async (query) => {
        runs += 1;
        await query(sql`select pg_terminate_backend(pg_backend_pid())`);
      })
      .catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnavailableError));
    expect(runs).toBe(1);
  });
});

describe("connections", () => {
  it("are open before anybody asks, where they are warmed", async () => {
    await store.warm();
    const open = wire.open();
    expect(open).toBe(3);
    expect(await Promise.all([one(), one()])).toHaveLength(2);
    expect(wire.open()).toBe(open);
  });

  it("that the server has no more of are no outage: the breaker stays closed", async () => {
    const own = await createDatabase();
    // One for us, and the one that says so.
    await own.query(`alter database "${new URL(own.url).pathname.slice(1)}" connection limit 2`);
    const small = new PostgresStore(await applicationUrl(own.url), () => undefined);
    const ask = (statement = sql`select 1 as value`) =>
      small.read(testRequest(tenant), "test.one", statement);
    await ask();
    const slow = ask(sleepFor(1, "the only connection"));
    const crowd = await Promise.allSettled(Array.from({ length: 7 }, () => ask()));
    for (const each of crowd)
      expect(each).toMatchObject({ status: "rejected", reason: { store: "POSTGRES" } });
    expect(small.guard.report()).toMatchObject({ breaker: "CLOSED", failed: { deadline: 0, outage: 0 } });
    await slow;
    expect(await ask()).toEqual([{ value: 1 }]);
    await small.close();
    await own.close();
  });
});

describe("the breaker", () => {
  it("leaves a dead server alone, and closes when a probe finds it back", async () => {
    await one();
    wire.cut();
    for (let n = 0; n < 6; n += 1) await one().catch(() => undefined);
    expect(store.guard.state).toBe("OPEN");
    const before = store.guard.report().rejected.breaker;
    await Promise.allSettled(Array.from({ length: 20 }, () => one()));
    expect(store.guard.report().rejected.breaker).toBe(before + 20);
    await expect(store.transaction(tenant, (query) => query(sql`select 1`))).rejects.toBeInstanceOf(
      StoreUnavailableError,
    );
    wire.mend();
    // The probe finds it, and nobody's request is tried before.
    await vi.waitFor(() => expect(store.guard.state).toBe("CLOSED"), { timeout: 5_000, interval: 10 });
    expect(await one()).toEqual([{ value: 1 }]);
  });
});

it("closes without waiting for a server that does not answer", async () => {
  const closing = new PostgresStore(wire.url, () => undefined, DEADLINE_MS);
  await closing.read(testRequest(tenant), "test.one", sql`select 1`);
  wire.stall();
  expect(await secondsOf(closing.close())).toBeLessThan(3);
});
