import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { countFailedChecks } from "../../src/observability/check-metrics.js";
import { keepSchedule } from "../../src/jobs/schedule-keeper.js";
import { documentOf, EDITOR, film, watch } from "../contract/recommendations-support.js";
import { useFacts, useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();
const facts = useFacts();
const admin = useSuperuser("marquee");

const HOUR = 3_600_000;
const hour = (number: number) => new Date(Date.UTC(2026, 4, 1, number));
const CHARTS = { kind: "CHARTS", target: "top10" } as const;
const due = (tenant: Tenant, number: number, since = hour(0)) =>
  stores.operations.startDue(tenant, { ...CHARTS, due: hour(number), since });

async function jobsOf(tenant: Tenant) {
  const page = await stores.operations.jobs(testRequest(tenant), { limit: 50, fromEnd: false });
  return page.rows.map(({ entry }) => entry);
}

/** Three viewers of a day that is long closed. */
async function watchedTenant(): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(tenant, [documentOf(film("seen"))]);
  await stores.viewingIngest.ingest(
    tenant,
    ["p1", "p2", "p3"].map((profile) => watch(profile, "seen", "2026-05-01T16:00:00Z")),
  );
  return tenant;
}

describe("what is due", () => {
  it("is begun by one of many who ask, once for each time that is set", async () => {
    const tenant = await createTestTenant(stores);
    const asked = await Promise.all(Array.from({ length: 6 }, () => due(tenant, 1)));
    const begun = asked.filter((job) => job !== null);
    expect(begun).toMatchObject([{ ...CHARTS, state: "RUNNING" }]);
    // The next time comes while it still runs.
    expect(await due(tenant, 2)).toBeNull();
    await stores.operations.endJob(tenant, begun[0]!.id, null, "Done.");
    expect(await due(tenant, 1)).toBeNull();
    expect(await due(tenant, 2)).toMatchObject({ state: "RUNNING" });
    const [, first] = await jobsOf(tenant);
    expect(first).toMatchObject({ state: "DONE", outcome: "Done.", reason: null });
  });

  it("is begun anew where the process died that was at it, and not where it failed", async () => {
    const tenant = await createTestTenant(stores);
    const dead = await due(tenant, 1);
    await admin.query("update operation_jobs set seen_at = now() - interval '2 minutes' where id = $1", [
      dead!.id,
    ]);
    const again = await due(tenant, 1);
    expect(again).toMatchObject({ state: "RUNNING" });
    await stores.operations.endJob(tenant, again!.id, "Error");
    expect(await due(tenant, 1)).toBeNull();
    expect((await jobsOf(tenant)).map(({ state, reason }) => [state, reason])).toEqual([
      ["FAILED", "Error"],
      ["FAILED", "Its process ended."],
    ]);
  });

  it("is made up for where it was missed, and not begun at once by the first gateway there is", async () => {
    const tenant = await createTestTenant(stores);
    expect(await due(tenant, 3, hour(4))).toBeNull();
    const first = await due(tenant, 5, hour(4));
    await stores.operations.endJob(tenant, first!.id, null);
    expect(await due(tenant, 9, hour(10))).not.toBeNull();
  });

  it("leaves the last ten in the log", async () => {
    const tenant = await createTestTenant(stores);
    for (let number = 1; number <= 13; number += 1) {
      const job = await due(tenant, number);
      await stores.operations.endJob(tenant, job!.id, null);
    }
    expect(await jobsOf(tenant)).toHaveLength(10);
  });
});

describe("the schedule", () => {
  const EVERY_SECOND = "* * * * * *";
  const times = { lookMs: 20, spreadMs: 0 };

  it("makes charts and learns without anybody asking, each in one gateway at a time, and says what came of it", async () => {
    const tenant = await watchedTenant();
    const warnings: string[] = [];
    const own = { ...stores, tenants: { ...stores.tenants, list: () => Promise.resolve([tenant]) } };
    const schedule = { learn: EVERY_SECOND, charts: EVERY_SECOND };
    const gateways = Array.from({ length: 3 }, () =>
      keepSchedule(own, schedule, { warn: (line) => warnings.push(line) }, times),
    );
    await vi.waitFor(
      async () => {
        const done = (await jobsOf(tenant)).filter(({ state }) => state === "DONE");
        expect(new Set(done.map(({ kind }) => kind))).toEqual(new Set(["LEARN", "CHARTS"]));
      },
      { timeout: 60_000, interval: 100 },
    );
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    expect(warnings).toEqual([]);
    const [row] = await stores.top10.top10(testRequest(tenant), EDITOR, "US", null);
    expect(row).toMatchObject({ titleId: "seen", viewers: 3 });
    const twice = await facts.rows(
      tenant,
      `select kind, due_at from marquee.operation_jobs where tenant_id = $1 group by 1, 2 having count(*) > 1`,
    );
    expect(twice).toEqual([]);
    const outcomes = (await jobsOf(tenant)).flatMap(({ outcome }) => outcome ?? []);
    expect(outcomes).toContainEqual(
      expect.stringMatching(/^CONTENT was learned from 3 watches of 3 profiles/),
    );
    // Learning makes lists as well, and the log keeps the latest runs: which of them made this one, it may not say.
    expect(outcomes).toContainEqual(
      expect.stringMatching(
        /^([01]) places of \1 days in \1 countries were given; \d lists are others than before\.$/,
      ),
    );
  });

  it("goes on with the other tenants where one fails, and tells operators no more than what kind of error it was", async () => {
    const [broken, whole] = [await createTestTenant(stores), await watchedTenant()];
    const warnings: string[] = [];
    const top10Job = {
      ...stores.top10Job,
      follow: (tenant: Tenant) =>
        tenant.id === broken.id ? Promise.reject(new RangeError("secret")) : stores.top10Job.follow(tenant),
    };
    const tenants = { ...stores.tenants, list: () => Promise.resolve([broken, whole]) };
    const schedule = { learn: null, charts: EVERY_SECOND };
    const keeper = keepSchedule(
      { ...stores, top10Job, tenants },
      schedule,
      { warn: (line) => warnings.push(line) },
      times,
    );
    await vi.waitFor(
      async () => {
        expect((await jobsOf(whole)).map(({ state }) => state)).toContain("DONE");
        expect((await jobsOf(broken)).map(({ reason }) => reason)).toContain("RangeError");
      },
      { timeout: 60_000, interval: 100 },
    );
    await keeper.stop();
    expect(warnings[0]).toMatch(/^CHARTS of test-\w+ failed: /);
  });

  it("learns though arms of experiments cannot be judged, and warns of that", async () => {
    const tenant = await watchedTenant();
    const warnings: string[] = [];
    const own = {
      ...stores,
      tenants: { ...stores.tenants, list: () => Promise.resolve([tenant]) },
      experiments: Object.assign(Object.create(stores.experiments) as typeof stores.experiments, {
        endWorse: () => Promise.reject(new RangeError("too many")),
      }),
    };
    const schedule = { learn: EVERY_SECOND, charts: null };
    const keeper = keepSchedule(own, schedule, { warn: (line) => warnings.push(line) }, times);
    await vi.waitFor(async () => expect((await jobsOf(tenant)).map(({ state }) => state)).toContain("DONE"), {
      timeout: 60_000,
      interval: 100,
    });
    await keeper.stop();
    const outcomes = (await jobsOf(tenant)).flatMap(({ outcome }) => outcome ?? []);
    expect(outcomes[0]).toMatch(/^CONTENT was learned from .* Arms of experiments were not judged\.$/);
    expect(warnings[0]).toMatch(/^Arms of test-\w+ were not judged: /);
  });

  it("ends arms that are worse though days of experiments cannot be closed", async () => {
    const tenant = await watchedTenant();
    const warnings: string[] = [];
    const own = {
      ...stores,
      tenants: { ...stores.tenants, list: () => Promise.resolve([tenant]) },
      experiments: Object.assign(Object.create(stores.experiments) as typeof stores.experiments, {
        closeDays: () => Promise.reject(new RangeError("too many")),
        endWorse: () => Promise.resolve([{}]),
      }),
    };
    const schedule = { learn: EVERY_SECOND, charts: null };
    const keeper = keepSchedule(own, schedule, { warn: (line) => warnings.push(line) }, times);
    await vi.waitFor(async () => expect((await jobsOf(tenant)).map(({ state }) => state)).toContain("DONE"), {
      timeout: 60_000,
      interval: 100,
    });
    await keeper.stop();
    const outcomes = (await jobsOf(tenant)).flatMap(({ outcome }) => outcome ?? []);
    expect(outcomes[0]).toMatch(/ Worse than their control, and ended: 1 arms\.$/);
    expect(warnings[0]).toMatch(/^Days of experiments of test-\w+ stay open: /);
  });

  it("warns of checks that have not passed, and counts them", async () => {
    const tenant = await watchedTenant();
    const failed = { check: "COMPLETENESS", country: "US", day: "2026-05-02", passed: false } as const;
    const counts = {
      days: 0,
      countries: 0,
      entries: 0,
      changed: 0,
      failed: [{ ...failed, measured: 0, limit: 0.25 }],
    };
    const own = {
      ...stores,
      tenants: { ...stores.tenants, list: () => Promise.resolve([tenant]) },
      top10Job: { ...stores.top10Job, follow: () => Promise.resolve(counts) },
    };
    const registry = new Registry();
    const warnings: string[] = [];
    const observer = {
      warn: (line: string) => warnings.push(line),
      onFailedChecks: countFailedChecks(registry),
    };
    const keeper = keepSchedule(own, { learn: null, charts: EVERY_SECOND }, observer, times);
    await vi.waitFor(() => expect(warnings).not.toEqual([]), { timeout: 60_000, interval: 100 });
    await keeper.stop();
    expect(warnings[0]).toBe(
      `Checks of the Top 10 of ${tenant.slug} have not passed, of whose days it has no list: 1, among them COMPLETENESS US 2026-05-02 (0, limit 0.25).`,
    );
    expect(await registry.metrics()).toContain(
      `marquee_chart_checks_failed_total{tenant="${tenant.slug}",check="COMPLETENESS"} ${warnings.length}`,
    );
    const [job] = await jobsOf(tenant);
    expect(job!.outcome).toMatch(/ 1 checks have not passed\.$/);
  });

  it("does nothing at times that have not come, or with none set", async () => {
    const tenant = await watchedTenant();
    const own = { ...stores, tenants: { ...stores.tenants, list: () => Promise.resolve([tenant]) } };
    const month = (new Date(Date.now() + 24 * 7 * 24 * HOUR).getUTCMonth() % 12) + 1;
    const keepers = [
      keepSchedule(own, { learn: null, charts: null }, { warn: () => undefined }, times),
      keepSchedule(own, { learn: null, charts: `0 0 1 ${month} *` }, { warn: () => undefined }, times),
    ];
    const looked = vi.spyOn(own.tenants, "list");
    await vi.waitFor(() => expect(looked.mock.calls.length).toBeGreaterThan(2), { timeout: 30_000 });
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    expect(await jobsOf(tenant)).toEqual([]);
  });
});
