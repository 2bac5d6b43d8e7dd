import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Stores } from "../../datasources/stores.js";
import { type Tenant, type TenantTier } from "../../datasources/tenant.js";
import { createTestTenant, openTestStores, testRequest } from "../support/stores.js";
import { graph, MODEL, watch } from "./recommendations-support.js";

let stores: Stores;
beforeAll(async () => {
  stores = await openTestStores();
});
afterAll(() => stores.close());

describe.each<TenantTier>(["SHARED", "ISOLATED"])("recommendations of a %s tenant", (tier) => {
  let tenant: Tenant;
  let other: Tenant;

  beforeAll(async () => {
    tenant = await createTestTenant(stores, tier);
    other = await createTestTenant(stores);
    await stores.viewingIngest.ingest(tenant, [
      watch("ann", "left", "2026-05-01T10:00:00Z", { completed: false }),
      watch("ann", "done", "2026-05-02T10:00:00Z"),
      watch("ann", "loved", "2026-05-03T10:00:00Z", { rating: 5 }),
      watch("ann", "hated", "2026-05-04T10:00:00Z", { rating: 2 }),
      watch("bob", "loved", "2026-05-01T10:00:00Z"),
      watch("eve", "alone", "2026-05-01T10:00:00Z"),
    ]);
    await stores.tasteGraph.replace(
      tenant,
      graph(`
        done   x      0.5
        left   x      0.25
        done   y      0.125
        loved  y      0.25
        left   tie-b  0.125
        left   tie-a  0.125
        hated  z      9
        loved  done   9
        done   hated  9
      `),
      MODEL,
    );
    await stores.viewingIngest.ingest(other, [watch("ann", "done", "2026-05-02T10:00:00Z")]);
    await stores.tasteGraph.replace(other, graph("done foreign 1\nforeign x 1"), MODEL);
  });

  it("adds up what recent watches recommend, weighted by completion and rating, best first", async () => {
    const request = testRequest(tenant);
    const found = await stores.recommendations.forProfiles(request, ["ann"], 10);
    expect(found.get("ann")).toEqual([
      { titleId: "x", score: 0.5 + 0.25 * 0.5, because: "done" },
      { titleId: "y", score: 0.125 + 0.25 * 1.25, because: "loved" },
      { titleId: "tie-a", score: 0.0625, because: "left" },
      { titleId: "tie-b", score: 0.0625, because: "left" },
    ]);
  });

  it("answers a batch with duplicates and gaps in one store call", async () => {
    const request = testRequest(tenant);
    const found = await stores.recommendations.forProfiles(
      request,
      ["bob", "ann", "nobody", "eve", "bob"],
      2,
    );
    expect([...found.keys()]).toEqual(["bob", "ann"]);
    expect(found.get("bob")!.map(({ titleId }) => titleId)).toEqual(["done", "y"]);
    expect(found.get("ann")!.map(({ titleId }) => titleId)).toEqual(["x", "y"]);
    expect(request.calls.calls).toMatchObject([
      { operation: "recommendations.forProfiles", uniqueKeys: 4, rows: 4 },
    ]);
  });

  it("answers the strongest neighbours of a batch of titles in one store call", async () => {
    const request = testRequest(tenant);
    const found = await stores.recommendations.similarTo(request, ["left", "unknown", "done", "left"], 2);
    expect([...found]).toEqual([
      [
        "left",
        [
          { titleId: "x", score: 0.25 },
          { titleId: "tie-a", score: 0.125 },
        ],
      ],
      [
        "done",
        [
          { titleId: "hated", score: 9 },
          { titleId: "x", score: 0.5 },
        ],
      ],
    ]);
    expect(request.calls.calls).toMatchObject([
      { operation: "recommendations.similarTo", uniqueKeys: 3, rows: 4 },
    ]);
  });

  it("shows a tenant nothing of another with the same ids", async () => {
    const found = await stores.recommendations.forProfiles(testRequest(other), ["ann", "bob"], 10);
    expect([...found]).toEqual([["ann", [{ titleId: "foreign", score: 1, because: "done" }]]]);
    const similar = await stores.recommendations.similarTo(testRequest(tenant), ["foreign"], 10);
    expect(similar.size).toBe(0);
  });

  it("answers nothing to no keys", async () => {
    expect((await stores.recommendations.forProfiles(testRequest(tenant), [], 10)).size).toBe(0);
    expect((await stores.recommendations.similarTo(testRequest(tenant), [], 10)).size).toBe(0);
  });
});

it("draws on the 50 latest watches only and counts a new one at once", async () => {
  const tenant = await createTestTenant(stores);
  const day = (index: number) => new Date(Date.UTC(2026, 3, 1 + index)).toISOString();
  await stores.viewingIngest.ingest(
    tenant,
    Array.from({ length: 51 }, (_, index) => watch("ann", `w${index}`, day(index))),
  );
  await stores.tasteGraph.replace(tenant, graph("w0 old 1\nw1 kept 1\nw50 newest 1\nfresh found 5"), MODEL);
  const titles = async () =>
    (await stores.recommendations.forProfiles(testRequest(tenant), ["ann"], 10))
      .get("ann")
      ?.map((row) => row.titleId);
  expect(await titles()).toEqual(["kept", "newest"]);
  await stores.viewingIngest.ingest(tenant, [watch("ann", "fresh", day(51))]);
  expect(await titles()).toEqual(["found", "newest"]);
});
