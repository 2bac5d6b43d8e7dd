import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();

const GB_ONLY = [{ countries: ["GB"], from: "2020-01-01T00:00:00Z", until: null }];
const ENDED = [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: "2026-05-02T00:00:00Z" }];

async function tenantWithFilms(tier: TenantTier, ids: string[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores, tier);
  const films = [
    ...ids.map((id) => film(id)),
    film("draft", { state: "DRAFT" }),
    film("british", { licences: GB_ONLY }),
    film("ended", { licences: ENDED }),
  ];
  await stores.catalogProjection.put(tenant, films.map(documentOf));
  return tenant;
}

/** Viewers enough for a list of that day, who watch what no list may name. */
const crowd = (at: string, country = "US", seconds = 3600) =>
  ["c1", "c2", "c3"].map((profile) => watch(profile, "draft", at, { country, seconds }));

/** `rank title previous days viewers seconds` a line. */
async function list(tenant: Tenant, country: string, day: string | null): Promise<string[]> {
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, country, day);
  return rows.map((row) =>
    [row.rank, row.titleId, row.previousRank, row.daysOnList, row.viewers, row.watchedSeconds].join(" "),
  );
}

describe.each<TenantTier>(["SHARED", "ISOLATED"])("Top 10 of a %s tenant", (tier) => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await tenantWithFilms(tier, ["a", "b", "c"]);
    const repeated = { id: "b-once", seconds: 7200 };
    const noon = (day: number) => `2026-05-0${day}T16:00:00Z`;
    await stores.viewingIngest.ingest(tenant, [
      ...[1, 2, 4].flatMap((day) => crowd(noon(day), "US", 80_000)),
      ...crowd(noon(1), "GB"),
      // From midnight to midnight in New York.
      watch("p1", "a", "2026-05-01T04:00:00Z"),
      watch("p2", "a", "2026-05-02T03:59:59.999999Z"),
      watch("p1", "b", "2026-05-01T10:00:00Z", repeated),
      watch("p1", "b", "2026-05-01T10:05:00Z", repeated),
      watch("p1", "b", "2026-05-02T10:00:00Z", repeated),
      watch("p1", "c", "2026-05-01T11:00:00Z", { seconds: 7200 }),
      watch("p4", "unknown", "2026-05-01T11:00:00Z", { seconds: 80_000 }),
      watch("p5", "british", "2026-05-01T11:00:00Z", { seconds: 80_000 }),
      watch("p1", "ended", "2026-05-01T11:00:00Z", { seconds: 60 }),
      watch("p3", "british", "2026-05-01T11:00:00Z", { seconds: 60, country: "GB" }),
      watch("p1", "c", "2026-05-02T04:00:00Z"),
      watch("p2", "c", "2026-05-02T12:00:00Z"),
      watch("p1", "a", "2026-05-02T12:00:00Z"),
      watch("p4", "ended", "2026-05-02T11:00:00Z", { seconds: 80_000 }),
      watch("p1", "a", noon(4)),
    ]);
  });

  it("ranks each country and day of its own by watch time, viewers and id, without repeated events and restricted titles", async () => {
    const written = { days: 3, countries: 2, entries: 8 };
    expect(await stores.top10Job.recompute(tenant)).toEqual({ ...written, changed: 0, failed: [] });
    expect(await list(tenant, "US", "2026-05-01")).toEqual([
      "1 a  1 2 7200",
      "2 b  1 1 7200",
      "3 c  1 1 7200",
      "4 ended  1 1 60",
    ]);
    expect(await list(tenant, "US", "2026-05-02")).toEqual(["1 c 3 2 2 7200", "2 a 1 2 1 3600"]);
    expect(await list(tenant, "GB", "2026-05-01")).toEqual(["1 british  1 1 60"]);
  });

  it("starts a title's days anew after a day without it, and answers the latest list where no day is given", async () => {
    await stores.top10Job.recompute(tenant);
    expect(await list(tenant, "US", "2026-05-03")).toEqual([]);
    expect(await list(tenant, "US", null)).toEqual(["1 a  1 1 3600"]);
    expect(await list(tenant, "GB", null)).toEqual(["1 british  1 1 60"]);
    expect(await list(tenant, "FR", null)).toEqual([]);
  });

  it("answers a list in one store call", async () => {
    const request = testRequest(tenant);
    await stores.top10.top10(request, EDITOR, "US", null);
    expect(request.calls.calls).toMatchObject([{ operation: "top10.top10" }]);
  });
});

it("recomputes from a day on as if everything were computed again", async () => {
  const tenant = await tenantWithFilms("SHARED", ["a", "b"]);
  const days = ["2026-05-01", "2026-05-02", "2026-05-03"];
  const at = (day: string) => `${day}T12:00:00Z`;
  await stores.viewingIngest.ingest(
    tenant,
    days.flatMap((day) => [watch("p1", "a", at(day)), ...crowd(at(day))]),
  );
  await stores.top10Job.recompute(tenant);
  const late = days.slice(1).map((day) => watch("p2", "b", at(day), { seconds: 5000 }));
  await stores.viewingIngest.ingest(tenant, [
    ...late,
    watch("p1", "a", at("2026-05-02"), { id: `p1 a ${at("2026-05-01")}` }),
  ]);
  const report = await stores.top10Job.recompute(tenant, { from: "2026-05-02" });
  expect(report).toEqual({ days: 2, countries: 1, entries: 4, changed: 2, failed: [] });
  const lists = () => Promise.all(days.map((day) => list(tenant, "US", day)));
  const incremental = await lists();
  expect(incremental).toEqual([
    ["1 a  1 1 3600"],
    ["1 b  1 1 5000", "2 a 1 2 1 3600"],
    ["1 b 1 2 1 5000", "2 a 2 3 1 3600"],
  ]);
  await stores.top10Job.recompute(tenant);
  expect(await lists()).toEqual(incremental);
});

it("lists ten titles at most, and drops what has no events any more", async () => {
  const ids = Array.from({ length: 12 }, (_, index) => `t${String(index).padStart(2, "0")}`);
  const tenant = await tenantWithFilms("SHARED", ids);
  await stores.viewingIngest.ingest(tenant, [
    ...ids.map((id) => watch("p1", id, "2026-05-01T12:00:00Z", { seconds: 600 })),
    ...crowd("2026-05-01T12:00:00Z"),
  ]);
  await stores.top10Job.recompute(tenant);
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, "US", null);
  expect(rows.map((row) => row.titleId)).toEqual(ids.slice(0, 10));
  await stores.catalogProjection.put(tenant, [
    { ...documentOf(film("t00", { state: "ARCHIVED" })), revision: 2 },
  ]);
  await stores.top10Job.recompute(tenant);
  const after = await stores.top10.top10(testRequest(tenant), EDITOR, "US", "2026-05-01");
  expect(after.map((row) => row.titleId)).toEqual(ids.slice(1, 11));
});

it("lists no day before it is over, and counts nothing before its time has come", async () => {
  const tenant = await tenantWithFilms("SHARED", ["closed", "today", "ahead"]);
  await stores.viewingIngest.ingest(tenant, [
    ...crowd("2026-05-01T12:00:00Z"),
    ...crowd(new Date().toISOString()),
    watch("p1", "closed", "2026-05-01T12:00:00Z"),
    watch("p1", "today", new Date().toISOString()),
    watch("p1", "ahead", new Date(Date.now() + 40 * 86_400_000).toISOString()),
  ]);
  expect(await stores.top10Job.recompute(tenant)).toMatchObject({ days: 1, countries: 1, entries: 1 });
  expect(await list(tenant, "US", null)).toEqual(["1 closed  1 1 3600"]);
  const popularity = await stores.top10Job.popularity(tenant);
  expect(popularity).toEqual(
    new Map([
      ["ahead", 0],
      ["british", 0],
      ["closed", 0],
      ["draft", 1],
      ["ended", 0],
      ["today", Math.log(2) / Math.log(4)],
    ]),
  );
});

it("keeps tenants with the same ids apart", async () => {
  const [one, two] = [
    await tenantWithFilms("SHARED", ["a", "b"]),
    await tenantWithFilms("SHARED", ["a", "b"]),
  ];
  const [first, second] = ["2026-05-01T12:00:00Z", "2026-05-02T12:00:00Z"];
  await stores.viewingIngest.ingest(one, [watch("p1", "a", first), ...crowd(first)]);
  await stores.viewingIngest.ingest(two, [watch("p1", "b", second), ...crowd(second)]);
  await stores.top10Job.recompute(one);
  await stores.top10Job.recompute(two);
  expect(await list(one, "US", null)).toEqual(["1 a  1 1 3600"]);
  expect(await list(two, "US", null)).toEqual(["1 b  1 1 3600"]);
});

it("computes nothing for a tenant without events", async () => {
  const tenant = await createTestTenant(stores);
  expect(await stores.top10Job.recompute(tenant)).toEqual({
    days: 0,
    countries: 0,
    entries: 0,
    changed: 0,
    failed: [],
  });
  expect(await stores.top10Job.popularity(tenant)).toEqual(new Map());
});
