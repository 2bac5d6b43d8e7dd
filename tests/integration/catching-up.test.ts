import { afterEach, beforeEach, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { projecting, type DrainStores } from "../../datasources/projection/following/drain.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Connection } from "../support/connection.js";
import { useDatabase } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const database = useDatabase();
let stores: Stores;
let tenant: Tenant;
let other: Connection;
let pid: number;

beforeEach(async () => {
  stores = await database.open();
  tenant = await createTestTenant(stores);
  other = await database.connect();
  const [row] = (await other.query<{ pid: number }>("select pg_backend_pid() as pid")).rows;
  pid = row!.pid;
});
afterEach(async () => {
  await other.close();
  await stores.close();
});

/** Somebody else's transaction that has an id, and goes on. */
async function beginOlder(): Promise<void> {
  await other.query("set application_name = 'a long job'");
  await other.query("begin");
  await other.query("select pg_current_xact_id()");
}

const named = async () => {
  const titles = await stores.catalog.titlesByIds(testRequest(tenant), ["a"]);
  return titles.get("a")?.name;
};

/** Writes a title, and waits for the projections; answers what was told of them. */
async function write(
  patience: { stuckMs: number; heldMs: number },
  of: DrainStores = stores,
  onWaiting: (waitsFor: string) => void = () => undefined,
) {
  const behind: string[] = [];
  const versions = [{ body: titleBody({ id: "a", name: "Casino" }), effectiveFrom: null }];
  await projecting(
    of,
    tenant,
    () => stores.titleVersions.append(tenant, versions),
    {
      onProjecting: (_, __, waitsFor) => void (waitsFor !== null && onWaiting(waitsFor)),
      onBehind: (line) => behind.push(line),
    },
    patience,
  );
  return behind;
}

it("an older transaction is waited for, longer than a store that is away, and named meanwhile", async () => {
  await beginOlder();
  const waited = new Set<string>();
  const begun = performance.now();
  const behind = await write({ stuckMs: 3_000, heldMs: 60_000 }, stores, (waitsFor) => {
    waited.add(waitsFor);
    if (performance.now() - begun > 4_000) void other.query("commit");
  });
  expect(behind).toEqual([]);
  expect([...waited]).toContain(`the transaction of process ${pid} ("a long job")`);
  expect(await named()).toBe("Casino");
});

it("one that does not end is left to itself in the end, and the line says what holds it", async () => {
  await beginOlder();
  const line = (target: string) =>
    `${target} is 1 events behind; it follows when the transaction of process ${pid} ("a long job") has ended.`;
  expect(await write({ stuckMs: 60_000, heldMs: 500 })).toEqual([
    line("catalog.postgres"),
    line("search.postgres"),
  ]);
  await other.query("rollback");
});

it("a target that fails is left to itself, as one that follows when its store is back", async () => {
  const projections = stores.projections.map((target) =>
    target.domain === "search"
      ? { ...target, apply: () => Promise.reject(new StoreUnavailableError("OPENSEARCH")) }
      : target,
  );
  expect(await write({ stuckMs: 3_000, heldMs: 60_000 }, { ...stores, projections })).toEqual([
    "search.postgres is 1 events behind; it follows when its store is back.",
  ]);
  expect(await named()).toBe("Casino");
});

it("what is written counts as written where nobody can say how far it has been followed", async () => {
  const silent = () => Promise.reject(new StoreUnavailableError("POSTGRES"));
  const outbox = Object.assign(Object.create(stores.outbox) as Stores["outbox"], {
    lag: silent,
    following: silent,
  });
  expect(await write({ stuckMs: 200, heldMs: 60_000 }, { ...stores, outbox })).toEqual([
    "How far the projections have followed cannot be said, because PostgreSQL does not answer in time; they follow by themselves.",
  ]);
});
