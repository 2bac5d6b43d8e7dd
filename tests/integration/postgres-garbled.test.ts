import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore, sql, type Row, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { layFaultProxy, type FaultProxy } from "../../scripts/abuse/fault-proxy.js";
import { useStores } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const DEADLINE_MS = 500;
const ROUNDS = 6;
/** Rows that fill several chunks of a connection, so that what comes twice begins within a message. */
const MANY = 4_000;

const stores = useStores();
let tenant: Tenant;
let proxy: FaultProxy;
let store: PostgresStore;

beforeAll(async () => {
  tenant = await createTestTenant(stores);
});
beforeEach(async () => {
  proxy = await layFaultProxy(await applicationUrl(inject("postgresUrl")));
  store = new PostgresStore(proxy.url, () => undefined, DEADLINE_MS);
});
afterEach(async () => {
  await store.close();
  await proxy.close();
});

/** What is asked, and how each row of its answer has to be. */
const numbers = (rows: number): [Sql, Row] => [
  sql`select 1::int as one from generate_series(1, ${rows}::int)`,
  { one: 1 },
];
const texts = (rows: number): [Sql, Row] => [
  sql`select 'a' as first, 'b' as second from generate_series(1, ${rows}::int)`,
  { first: "a", second: "b" },
];
const objects = (rows: number): [Sql, Row] => [
  sql`select '{"a": 1}'::jsonb as object from generate_series(1, ${rows}::int)`,
  { object: { a: 1 } },
];

/** So that the answer before it arrives by itself. */
const late = (): [Sql, Row] => [sql`select pg_sleep(0.05)::text as slept`, { slept: "" }];

/** Asks in one flush. */
function askAll(asked: readonly [Sql, Row][]): Promise<PromiseSettledResult<Row[]>[]> {
  const request = testRequest(tenant);
  return Promise.allSettled(asked.map(([statement]) => store.read(request, "test.garbled", statement)));
}

/** Expects of each that it was answered what was asked, or that the store is not there. */
function expectNothingElse(asked: readonly [Sql, Row][], answers: PromiseSettledResult<Row[]>[]): void {
  for (const [at, answer] of answers.entries()) {
    if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(StoreUnavailableError);
    else
      expect(answer.value.every((row) => JSON.stringify(row) === JSON.stringify(asked[at]![1]))).toBe(true);
  }
}

async function recovered(): Promise<void> {
  proxy.inflict(null);
  const [statement, row] = numbers(1);
  const read = () => store.read(testRequest(tenant), "test.garbled", statement);
  await vi.waitFor(async () => expect(await read()).toEqual([row]), PATIENCE);
}

describe("answers that come twice", () => {
  it.each([
    ["of a row", [numbers(1), texts(1), objects(1), numbers(1)]],
    ["before the next is there", [numbers(1), late()]],
    ["of many rows", [objects(MANY), texts(MANY), numbers(MANY)]],
  ])("%s are nobody else's, and the store is back when they come once again", async (_, asked) => {
    let failed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // What is asked was asked before on the connection.
      await askAll(asked);
      proxy.inflict("duplicate");
      const answers = await askAll(asked);
      expectNothingElse(asked, answers);
      failed += answers.filter(({ status }) => status === "rejected").length;
      await recovered();
    }
    expect(failed).toBeGreaterThan(0);
  });

  it("undo a transaction", async () => {
    await store.transaction(tenant, (query) => query(sql`select 1 as one`));
    const work = store.transaction(tenant, async (query) => {
      proxy.inflict("duplicate");
      for (let times = 0; times < 3; times += 1) await query(sql`select 1 as one`);
    });
    await expect(work).rejects.toBeInstanceOf(StoreUnavailableError);
    await recovered();
  });
});
