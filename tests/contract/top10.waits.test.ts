import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { EDGE } from "../../datasources/projection/outbox/outbox-edge.postgres.js";
import { useFacts, useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

/*
 * Projections of all tenants stand at the oldest transaction that has an id. Charts, which take long, have none while they read.
 */

const stores = useStores();
const facts = useFacts();
const holder = useSuperuser();
/** When the second of May has closed in New York. */
const NOW = new Date("2026-05-03T09:00:00Z");
/** What the job waits for in `held`. */
const HOLD = 20_260_503;

async function tenantWithDay(): Promise<Tenant> {
  const tenant = await createTestTenant(stores, "ISOLATED");
  await stores.catalogProjection.put(tenant, [documentOf(film("t1"))]);
  const watches = ["p1", "p2", "p3"].map((profile) => watch(profile, "t1", "2026-05-02T16:00:00Z"));
  await stores.viewingIngest.ingest(tenant, watches);
  return tenant;
}

/** Has whoever looks at one of the tenant's events do something before. */
const whenLookedAt = (tenant: Tenant, what: string) =>
  facts.run(
    tenant,
    `create function looked() returns boolean language plpgsql as $$ begin ${what} return true; end $$;
     create policy looked on viewing_events as restrictive for select using (looked())`,
  );

const listOf = (tenant: Tenant) => stores.top10.top10(testRequest(tenant), EDITOR, "US", null);

describe("a transaction that makes charts", () => {
  it.each([
    ["all days", (tenant: Tenant) => stores.top10Job.recompute(tenant, { at: NOW })],
    ["days that are not settled", (tenant: Tenant) => stores.top10Job.follow(tenant, { at: NOW })],
    ["days and what trends", (tenant: Tenant) => stores.top10Job.follow(tenant, { at: NOW, trending: true })],
  ])("has no id while it reads events, for %s", async (_, run) => {
    const tenant = await tenantWithDay();
    await whenLookedAt(
      tenant,
      "if pg_current_xact_id_if_assigned() is not null then raise exception 'read with an id'; end if;",
    );
    expect(await run(tenant)).toMatchObject({ days: 1, entries: 1, failed: [] });
    expect(await listOf(tenant)).toHaveLength(1);
  });

  it("holds back nobody's projections while it reads, and leaves nothing half made", async () => {
    const [tenant, other] = [await tenantWithDay(), await createTestTenant(stores)];
    await whenLookedAt(tenant, `perform pg_advisory_xact_lock_shared(${HOLD});`);
    await holder.query(`select pg_advisory_lock(${HOLD})`);
    const charts = stores.top10Job.follow(tenant, { at: NOW });
    try {
      await expect.poll(waiting, { timeout: 30_000 }).toBe(1);
      await stores.viewingIngest.ingest(other, [watch("p1", "t1", "2026-05-02T16:00:00Z")]);
      const written = await latestId();
      await expect.poll(edge, { timeout: 30_000 }).toBeGreaterThan(written);
      expect(await waiting()).toBe(1);
    } finally {
      await holder.query(`select pg_advisory_unlock(${HOLD})`);
    }
    expect(await charts).toMatchObject({ days: 1, entries: 1, failed: [] });
    expect(await listOf(tenant)).toHaveLength(1);
  });

  it("writes nothing where lists come out as they stand", async () => {
    const tenant = await tenantWithDay();
    await stores.top10Job.follow(tenant, { at: NOW });
    const entries = () =>
      facts.rows(tenant, "select xmin::text, * from top10_entries where tenant_id = $1 order by day, rank");
    const before = await entries();
    expect(before).not.toEqual([]);
    expect(await stores.top10Job.follow(tenant, { at: NOW })).toMatchObject({
      days: 1,
      changed: 0,
      failed: [],
    });
    expect(await entries()).toEqual(before);
  });
});

/** Transactions that wait to be let on. */
async function waiting(): Promise<number> {
  const { rows } = await holder.query<{ waiting: number }>(
    `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and objid = ${HOLD} and not granted`,
  );
  return rows[0]!.waiting;
}

/** The id of a transaction that begins and ends here: those that have ended before have lower ones. */
async function latestId(): Promise<number> {
  const { rows } = await holder.query<{ id: number }>("select pg_current_xact_id()::text::float8 as id");
  return rows[0]!.id;
}

/** What projections may not pass. */
async function edge(): Promise<number> {
  const { rows } = await holder.query<{ edge: number }>(`select ${EDGE.sql}::float8 as edge`);
  return rows[0]!.edge;
}
