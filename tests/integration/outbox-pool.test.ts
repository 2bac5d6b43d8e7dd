import { beforeEach, afterEach, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { sql } from "../../datasources/engines/postgres/store.postgres.js";
import { OutboxPool } from "../../datasources/projection/outbox/outbox-pool.postgres.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { layStallingWire, type StallingWire } from "../engines/stalling-wire.js";
import { useDatabase } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";

const database = useDatabase();
let wire: StallingWire;
let pool: OutboxPool;
beforeEach(async () => {
  wire = await layStallingWire(await applicationUrl(database.url));
  pool = new OutboxPool(wire.url, () => undefined, 100);
});
afterEach(async () => {
  await wire.close();
  await pool.close();
});

const one = () => pool.query(sql`select 1 as value`);

it("a server that has gone silent is given up, and asked again when it speaks", async () => {
  expect(await one()).toEqual([{ value: 1 }]);
  wire.stall();
  // More than the pool has connections: nobody is left waiting behind those that were lost.
  const asked = await Promise.allSettled(Array.from({ length: 6 }, one));
  for (const outcome of asked)
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: expect.any(StoreUnavailableError) as unknown,
    });
  wire.flow();
  await expect.poll(() => one().catch(() => null), PATIENCE).toEqual([{ value: 1 }]);
});
