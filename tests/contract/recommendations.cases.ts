import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { graph, MODEL, watch, type RecommendationsUnderTest } from "./recommendations-support.js";

/** What every adapter of the taste graph answers. */
export function recommendationsContract(name: string, open: () => Promise<RecommendationsUnderTest>): void {
  describe(`recommendations from ${name}`, () => {
    let graphs: RecommendationsUnderTest;
    let tenant: Tenant;
    let other: Tenant;

    beforeAll(async () => {
      graphs = await open();
      tenant = await graphs.createTenant();
      other = await graphs.createTenant();
      await graphs.ingest(tenant, [
        watch("ann", "left", "2026-05-01T10:00:00Z", { completed: false }),
        watch("ann", "done", "2026-05-02T10:00:00Z"),
        watch("ann", "loved", "2026-05-03T10:00:00Z", { rating: 5 }),
        watch("ann", "hated", "2026-05-04T10:00:00Z", { rating: 2 }),
        watch("bob", "loved", "2026-05-01T10:00:00Z"),
        watch("eve", "alone", "2026-05-01T10:00:00Z"),
      ]);
      await graphs.tasteGraph.replace(
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
      await graphs.ingest(other, [watch("ann", "done", "2026-05-02T10:00:00Z")]);
      await graphs.tasteGraph.replace(other, graph("done foreign 1\nforeign x 1"), MODEL);
    });
    afterAll(() => graphs.close());

    it("adds up what recent watches recommend, weighted by completion and rating, best first", async () => {
      const request = testRequest(tenant);
      const found = await graphs.recommendations.forProfiles(request, ["ann"], 10);
      expect(found.get("ann")).toEqual([
        { titleId: "x", score: 0.5 + 0.25 * 0.5, because: "done" },
        { titleId: "y", score: 0.125 + 0.25 * 1.25, because: "loved" },
        { titleId: "tie-a", score: 0.0625, because: "left" },
        { titleId: "tie-b", score: 0.0625, because: "left" },
      ]);
    });

    it("answers a batch with duplicates and gaps in one store call", async () => {
      const request = testRequest(tenant);
      const found = await graphs.recommendations.forProfiles(
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
      const found = await graphs.recommendations.similarTo(request, ["left", "unknown", "done", "left"], 2);
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
      const found = await graphs.recommendations.forProfiles(testRequest(other), ["ann", "bob"], 10);
      expect([...found]).toEqual([["ann", [{ titleId: "foreign", score: 1, because: "done" }]]]);
      const similar = await graphs.recommendations.similarTo(testRequest(tenant), ["foreign"], 10);
      expect(similar.size).toBe(0);
    });

    it("answers nothing to no keys", async () => {
      expect((await graphs.recommendations.forProfiles(testRequest(tenant), [], 10)).size).toBe(0);
      expect((await graphs.recommendations.similarTo(testRequest(tenant), [], 10)).size).toBe(0);
    });

    it("takes ids for what they are, whatever language they are written in", async () => {
      const hostile = [
        "it's",
        '"',
        "`",
        "\\",
        "$tenant",
        "}) DETACH DELETE p //",
        "'; drop table profiles; --",
        "é 映画 🎬",
        "x".repeat(2_000),
      ];
      const own = await graphs.createTenant();
      await graphs.ingest(
        own,
        hostile.map((id) => watch(id, id, "2026-05-01T10:00:00Z")),
      );
      const edges = {
        titles: [...hostile, "found"],
        from: Uint32Array.from(hostile.keys()),
        to: new Uint32Array(hostile.length).fill(hostile.length),
        weight: new Float32Array(hostile.length).fill(1),
      };
      await graphs.tasteGraph.replace(own, edges, MODEL);
      const unknown = ["\0", "a\0b", "\ud800", "y".repeat(1_000_000), "%", ".*"];
      const found = await graphs.recommendations.forProfiles(testRequest(own), [...unknown, ...hostile], 10);
      expect([...found]).toEqual(hostile.map((id) => [id, [{ titleId: "found", score: 1, because: id }]]));
      const similar = await graphs.recommendations.similarTo(testRequest(own), [...hostile, ...unknown], 10);
      expect([...similar]).toEqual(hostile.map((id) => [id, [{ titleId: "found", score: 1 }]]));
    });

    it("draws on the 50 latest watches only and counts a new one at once", async () => {
      const tenant = await graphs.createTenant();
      const day = (index: number) => new Date(Date.UTC(2026, 3, 1 + index)).toISOString();
      await graphs.ingest(
        tenant,
        Array.from({ length: 51 }, (_, index) => watch("ann", `w${index}`, day(index))),
      );
      await graphs.tasteGraph.replace(
        tenant,
        graph("w0 old 1\nw1 kept 1\nw50 newest 1\nfresh found 5"),
        MODEL,
      );
      const titles = async () =>
        (await graphs.recommendations.forProfiles(testRequest(tenant), ["ann"], 10))
          .get("ann")
          ?.map((row) => row.titleId);
      expect(await titles()).toEqual(["kept", "newest"]);
      await graphs.ingest(tenant, [watch("ann", "fresh", day(51))]);
      expect(await titles()).toEqual(["found", "newest"]);
    });
  });
}
