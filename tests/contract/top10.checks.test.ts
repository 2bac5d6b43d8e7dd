import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type ChartCheck } from "../../datasources/top10/top10.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
/** Five in the morning in New York, when the fifth has closed. */
const NOW = new Date("2026-05-06T09:00:00Z");
const [BEFORE, LATEST] = ["2026-05-04", "2026-05-05"];
const CHECKS = ["COMPLETENESS", "FRESHNESS", "INTEGRITY", "RANGES", "RECONCILIATION", "UNIQUENESS"];

/** Eight viewers of five titles a day: of the first of May the first stands first, of the second the second …. */
async function tenantWithDays(): Promise<Tenant> {
  const tenant = await createTestTenant(stores, "ISOLATED");
  const titles = ["t1", "t2", "t3", "t4", "t5"];
  await stores.catalogProjection.put(
    tenant,
    titles.map((id) => documentOf(film(id))),
  );
  const events = titles.flatMap((first) =>
    titles.flatMap((title, place) =>
      Array.from({ length: 8 }, (_, n) =>
        watch(`v${n}`, title, `2026-05-0${first.slice(1)}T16:00:00Z`, {
          seconds: title === first ? 5_000 : 1_000 + 100 * place,
        }),
      ),
    ),
  );
  await stores.viewingIngest.ingest(tenant, events);
  return tenant;
}

/** What stands first in the latest list. */
async function first(tenant: Tenant): Promise<string | undefined> {
  const [row] = await stores.top10.top10(testRequest(tenant), EDITOR, "US", null);
  const [place] = await stores.top10.places(testRequest(tenant), EDITOR, "US");
  expect(place?.titleId).toBe(row?.titleId);
  return row?.titleId;
}

const follow = async (tenant: Tenant) => (await stores.top10Job.follow(tenant, { at: NOW })).failed;
const namesOf = (checks: ChartCheck[]) => checks.map(({ check }) => check);

/** Has what is written of the latest day's list come out otherwise, as a mistake in the program would have it. */
const damage = (tenant: Tenant, how: string) =>
  facts.run(
    tenant,
    `alter table top10_entries drop constraint top10_entries_tenant_id_country_day_title_id_key;
     create function damage() returns trigger language plpgsql as $$ begin ${how} return new; end $$;
     create trigger damage before insert on top10_entries for each row when (new.day = '${LATEST}') execute function damage()`,
  );

describe("the checks of a day", () => {
  it("pass where it is sound, each with what was measured, and are answered in one call", async () => {
    const tenant = await tenantWithDays();
    expect(await follow(tenant)).toEqual([]);
    expect(await first(tenant)).toBe("t5");
    const request = testRequest(tenant);
    const checks = await stores.top10.checks(request);
    expect(request.calls.calls).toMatchObject([{ operation: "top10.checks" }]);
    expect(namesOf(checks)).toEqual(CHECKS);
    expect(checks.map(({ measured }) => measured)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(checks.map(({ limit }) => limit)).toEqual([3 / 8, 0, 0, 0, 0.001, 0]);
    for (const check of checks) expect(check).toMatchObject({ country: "US", day: LATEST, passed: true });
  });

  it.each<[damaged: string, how: string, failing: Record<string, number>]>([
    ["ranks", "new.rank := new.rank + 1;", { RANGES: 5 }],
    ["watch time beyond measure", "new.watched_seconds := 8 * 28801;", { RANGES: 5, RECONCILIATION: 21.61 }],
    ["viewers", "new.viewers := 9;", { RANGES: 5, RECONCILIATION: 0.125 }],
    ["titles", "if new.rank = 1 then new.title_id := 'gone'; end if;", { INTEGRITY: 1, RECONCILIATION: 8 }],
    [
      "titles that stand there twice",
      "if new.rank = 2 then new.title_id := 't5'; new.watched_seconds := 40000; end if;",
      { UNIQUENESS: 1 },
    ],
    [
      "watch time by two in a thousand",
      "new.watched_seconds := new.watched_seconds * 1.002;",
      { RECONCILIATION: 0.002 },
    ],
  ])("do not with damaged %s: the day before stands until that is mended", async (_, how, failing) => {
    const tenant = await tenantWithDays();
    await damage(tenant, how);
    const failed = await follow(tenant);
    expect(namesOf(failed)).toEqual(Object.keys(failing));
    for (const check of failed) expect(check).toMatchObject({ country: "US", day: LATEST, passed: false });
    const checks = await stores.top10.checks(testRequest(tenant));
    expect(checks.slice(0, failed.length)).toEqual(failed);
    expect([...namesOf(checks)].sort()).toEqual(CHECKS);
    for (const { check, measured } of failed)
      if (check !== "RECONCILIATION" || how.includes("1.002"))
        expect(measured).toBeCloseTo(failing[check]!, 4);
    expect(await first(tenant)).toBe("t4");
    expect(await stores.top10.top10(testRequest(tenant), EDITOR, "US", LATEST)).toEqual([]);
    expect(await stores.top10.top10(testRequest(tenant), EDITOR, "US", BEFORE)).toHaveLength(5);
    await facts.run(tenant, "drop trigger damage on top10_entries");
    expect(await follow(tenant)).toEqual([]);
    expect(await first(tenant)).toBe("t5");
  });

  it("pass where ids come again after days, as of another event: for a list it is one however far it looks back", async () => {
    const tenant = await tenantWithDays();
    const again = (day: string, title: string) =>
      Array.from({ length: 8 }, (_, n) =>
        watch(`w${n}`, title, `${day}T18:00:00Z`, { id: `restarted ${n}`, seconds: 7_000 }),
      );
    await stores.viewingIngest.ingest(tenant, [...again("2026-04-30", "t1"), ...again(LATEST, "t1")]);
    expect(await follow(tenant)).toEqual([]);
    expect(await first(tenant)).toBe("t1");
    expect((await stores.top10Job.recompute(tenant, { at: NOW })).failed).toEqual([]);
    expect(await first(tenant)).toBe("t1");
  });

  it("pass where watch time differs by less than one in a thousand", async () => {
    const tenant = await tenantWithDays();
    await damage(tenant, "new.watched_seconds := new.watched_seconds * 1.0009;");
    expect(await follow(tenant)).toEqual([]);
    const checks = await stores.top10.checks(testRequest(tenant));
    const { measured } = checks.find(({ check }) => check === "RECONCILIATION")!;
    expect(measured).toBeGreaterThan(0.0005);
  });

  it.each([
    ["have hardly come", "profile_id <> 'v0'", 1 / 8],
    ["have not come at all", "true", 0],
  ])("do not where the facts of a day %s", async (_, which, measured) => {
    const tenant = await tenantWithDays();
    await facts.run(tenant, `delete from viewing_events where at >= '${LATEST}' and ${which}`);
    const failed = await follow(tenant);
    expect(failed).toEqual([
      { check: "COMPLETENESS", country: "US", day: LATEST, passed: false, measured, limit: 3 / 8 },
      { check: "FRESHNESS", country: "US", day: LATEST, passed: false, measured: 1, limit: 0 },
    ]);
    expect(await first(tenant)).toBe("t4");
  });

  it("are made where all days are ranked anew, and tell nothing of another tenant", async () => {
    const [tenant, other] = [await tenantWithDays(), await createTestTenant(stores)];
    await damage(tenant, "new.rank := new.rank + 1;");
    const { failed } = await stores.top10Job.recompute(tenant, { at: NOW });
    expect(namesOf(failed)).toEqual(["RANGES"]);
    expect(await stores.top10.checks(testRequest(other))).toEqual([]);
  });
});
