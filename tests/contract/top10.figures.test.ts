import { expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, film, watch } from "./recommendations-support.js";

const stores = useStores();

async function tenantWith(events: ViewingEvent[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  const ids = [...new Set(events.map((event) => event.titleId))];
  const films = ids.map((id) => documentOf(film(id, id === "draft" ? { state: "DRAFT" } : {})));
  await stores.catalogProjection.put(tenant, films);
  await stores.viewingIngest.ingest(tenant, events);
  return tenant;
}

async function trending(tenant: Tenant, limit = 100, country = "US"): Promise<[string, number][]> {
  const rows = await stores.top10.trending(testRequest(tenant), country, limit);
  return rows.map(({ titleId, score }) => [titleId, Number(score.toFixed(4))]);
}

it("scores what gains on its past, smoothed by the country's average, ending on the latest day with events", async () => {
  const [base, recent] = ["2026-06-01T12:00:00Z", "2026-06-28T12:00:00Z"];
  const tenant = await tenantWith([
    watch("p1", "steady", "2026-05-27T04:00:00Z", { seconds: 4 * 3600 }),
    watch("p1", "steady", recent, { seconds: 3600 }),
    watch("p1", "rising", base, { seconds: 3600 }),
    watch("p1", "rising", recent, { seconds: 3 * 3600 }),
    watch("p1", "newcomer", "2026-06-24T04:00:00Z", { seconds: 2 * 3600 }),
    watch("p1", "tiny", "2026-06-30T23:59:59Z", { seconds: 60 }),
    watch("p2", "falling", "2026-06-24T03:59:59Z", { seconds: 8 * 3600 }),
    watch("p1", "falling", recent, { seconds: 60 }),
    watch("p2", "draft", recent, { seconds: 8 * 3600 }),
    watch("p2", "forgotten", "2026-05-27T03:59:59Z", { seconds: 8 * 3600 }),
  ]);
  await stores.top10Job.recompute(tenant);
  // 60 + 60 + 3600 + 10800 + 7200 seconds this week over five titles.
  const average = 4344;
  const expected = [
    ["rising", (10800 + average) / (900 + average)],
    ["newcomer", (7200 + average) / average],
    ["tiny", (60 + average) / average],
  ].map(([id, score]) => [id, Number((score as number).toFixed(4))]);
  expect(await trending(tenant)).toEqual(expected);
  expect(await trending(tenant, 2)).toEqual(expected.slice(0, 2));
});

it("ends in each country on the latest of its own days that is closed", async () => {
  // At noon of UTC a day begins in Kiribati: the next one with what is watched last.
  const watched = {
    before: "2026-06-24T11:59:59Z",
    after: "2026-06-24T12:00:00Z",
    last: "2026-06-30T12:00:00Z",
  };
  const tenant = await tenantWith(
    ["US", "KI"].flatMap((country) => [
      ...Object.entries(watched).map(([title, at]) =>
        watch("p1", title, at, { id: `${country} ${title}`, country }),
      ),
      watch("p1", "steady", "2026-06-02T12:00:00Z", { id: `${country} steady`, country }),
    ]),
  );
  const titles = async (country: string) => (await trending(tenant, 100, country)).map(([title]) => title);
  await stores.top10Job.recompute(tenant, { at: new Date("2026-06-30T12:30:00Z") });
  for (const country of ["US", "KI"]) expect(await titles(country), country).toEqual(["after", "before"]);
  await stores.top10Job.recompute(tenant);
  expect(await titles("US")).toEqual(["after", "before", "last"]);
  expect(await titles("KI")).toEqual(["after", "last"]);
});

it("compares with the days there are where history is short", async () => {
  const tenant = await tenantWith([
    watch("p1", "steady", "2026-05-01T12:00:00Z", { seconds: 3600 }),
    watch("p1", "steady", "2026-05-14T12:00:00Z", { seconds: 3600 }),
    watch("p1", "newcomer", "2026-05-14T12:00:00Z", { seconds: 3600 }),
  ]);
  await stores.top10Job.recompute(tenant);
  expect(await trending(tenant)).toEqual([["newcomer", 2]]);
  await stores.top10Job.recompute(tenant, { from: "2026-05-14" });
  expect(await trending(tenant)).toEqual([["newcomer", 2]]);
});

it("answers trending in one store call", async () => {
  const tenant = await createTestTenant(stores);
  const request = testRequest(tenant);
  expect(await stores.top10.trending(request, "US", 10)).toEqual([]);
  expect(request.calls.calls).toMatchObject([{ operation: "top10.trending", rows: 0 }]);
});

it("measures popularity by distinct viewers of 28 days on a log scale, the most watched title being 1", async () => {
  const tenant = await tenantWith([
    ...["p1", "p2", "p3"].map((profile) => watch(profile, "most", "2026-05-03T00:00:00Z")),
    watch("p1", "most", "2026-05-20T00:00:00Z"),
    ...["p1", "p2", "p3", "p4"].map((profile) => watch(profile, "past", "2026-05-02T23:59:59Z")),
    watch("p1", "once", "2026-05-30T10:00:00Z"),
    watch("p1", "once", "2026-05-30T11:00:00Z"),
  ]);
  const popularity = await stores.top10Job.popularity(tenant);
  expect(Object.fromEntries(popularity)).toEqual({ most: 1, once: Math.log(2) / Math.log(4), past: 0 });
});

it("streams watched pairs by profile with their strength, and when they were watched first and last", async () => {
  const at = "2026-05-01T10:00:00Z";
  const tenant = await tenantWith([
    watch("p2", "b", at, { completed: false }),
    watch("p2", "a", at, { rating: 5 }),
    watch("p1", "b", at, { rating: 2 }),
    watch("p1", "a", at),
    watch("p1", "a", "2026-05-02T10:00:00Z"),
  ]);
  const once = { firstAt: Date.parse(at), lastAt: Date.parse(at) };
  const batches = [];
  for await (const batch of stores.top10Job.interactions(tenant)) batches.push(batch);
  expect(batches).toEqual([
    [
      { profileId: "p1", titleId: "a", strength: 1, ...once, lastAt: Date.parse("2026-05-02T10:00:00Z") },
      { profileId: "p1", titleId: "b", strength: 0.6, ...once },
      { profileId: "p2", titleId: "a", strength: 1, ...once },
      { profileId: "p2", titleId: "b", strength: 0.5, ...once },
    ],
  ]);
});

it("takes the share of a title that was watched where its duration is known", async () => {
  const tenant = await createTestTenant(stores);
  const ids = ["glimpse", "part", "rest"];
  await stores.catalogProjection.put(
    tenant,
    ids.map((id) => documentOf(film(id, { runtimeMinutes: 100 }))),
  );
  const seconds = [120, 1500, 5990];
  await stores.viewingIngest.ingest(
    tenant,
    ids.map((id, index) =>
      watch("p1", id, "2026-05-01T10:00:00Z", { completed: false, seconds: seconds[index]! }),
    ),
  );
  for await (const batch of stores.top10Job.interactions(tenant)) {
    expect(batch.map(({ titleId, strength }) => [titleId, strength])).toEqual([
      ["glimpse", 0.1],
      ["part", 0.25],
      ["rest", 0.9],
    ]);
  }
  expect.assertions(1);
});

it("streams more pairs than fit one batch, each once", async () => {
  const tenant = await createTestTenant(stores);
  const events = ["p1", "p2", "p3", "p4"].flatMap((profile) =>
    Array.from({ length: 2_600 }, (_, index) => watch(profile, `t${index}`, "2026-05-01T10:00:00Z")),
  );
  await stores.viewingIngest.ingest(tenant, events);
  const batches: { profileId: string; titleId: string }[][] = [];
  for await (const batch of stores.top10Job.interactions(tenant)) batches.push(batch);
  expect(batches.map((batch) => batch.length)).toEqual([10_000, 400]);
  const pairs = batches.flat().map(({ profileId, titleId }) => `${profileId} ${titleId}`);
  expect(new Set(pairs).size).toBe(10_400);
  expect(pairs).toEqual([...pairs].sort());
});
