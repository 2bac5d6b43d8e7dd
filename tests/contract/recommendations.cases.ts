import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { graph, MODEL, recency, watch, type RecommendationsUnderTest } from "./recommendations-support.js";

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
      // By how many watches are later: of "loved" one, of "done" two, of "left" three.
      const [loved, done, left] = [recency(1), recency(2), recency(3)];
      const close = (score: number) => expect.closeTo(score, 10) as number;
      expect(found.get("ann")).toEqual([
        { titleId: "x", score: close(0.5 * done + 0.25 * 0.5 * left), because: "done" },
        { titleId: "y", score: close(0.125 * done + 0.25 * 1.25 * loved), because: "loved" },
        { titleId: "tie-a", score: close(0.125 * 0.5 * left), because: "left" },
        { titleId: "tie-b", score: close(0.125 * 0.5 * left), because: "left" },
      ]);
    });

    it("counts what was rated 1 or 2 against what is like it, and leaves out what comes to nothing", async () => {
      const own = await graphs.createTenant();
      const day = (n: number) => `2026-05-0${n}T10:00:00Z`;
      await graphs.ingest(own, [
        watch("ann", "good", day(3)),
        watch("ann", "poor", day(2), { rating: 2 }),
        watch("ann", "bad", day(1), { rating: 1 }),
      ]);
      const edges = "good a 0.5\ngood b 0.5\ngood c 0.5\npoor b 0.25\nbad c 1\nbad c2 1";
      await graphs.tasteGraph.replace(own, graph(edges), MODEL);
      const found = await graphs.recommendations.forProfiles(testRequest(own), ["ann"], 10);
      const close = (score: number) => expect.closeTo(score, 10) as number;
      expect(found.get("ann")).toEqual([
        { titleId: "a", score: close(0.5), because: "good" },
        { titleId: "b", score: close(0.5 - 0.25 * 0.25 * recency(1)), because: "good" },
        { titleId: "c", score: close(0.5 - 0.5 * recency(2)), because: "good" },
      ]);
    });

    it("recommends nothing that is not for a profile, and counts it against what is like it, in one store call", async () => {
      const own = await graphs.createTenant();
      const day = (n: number) => `2026-05-0${n}T10:00:00Z`;
      await graphs.ingest(own, [
        watch("ann", "good", day(3)),
        watch("ann", "seen", day(2)),
        watch("bob", "good", day(3)),
      ]);
      const edges = "good a 0.5\ngood b 0.5\nb a 0.25\nb c 1\nseen c 1";
      await graphs.tasteGraph.replace(own, graph(edges), MODEL);
      const asked = async () => {
        const request = testRequest(own);
        const found = await graphs.recommendations.forProfiles(request, ["ann"], 10);
        expect(request.calls.calls).toHaveLength(1);
        return (found.get("ann") ?? []).map(({ titleId, score }) => [titleId, Number(score.toFixed(6))]);
      };
      const before = await asked();
      expect(before.map(([title]) => title)).toEqual(["c", "a", "b"]);
      await graphs.setNotForMe(own, "ann", "b", true);
      expect(await asked()).toEqual([
        ["c", Number((recency(1) - 0.5).toFixed(6))],
        ["a", 0.5 - 0.5 * 0.25],
      ]);
      // What was watched and is not for the profile recommends nothing more.
      await graphs.setNotForMe(own, "ann", "seen", true);
      expect(await asked()).toEqual([["a", 0.5 - 0.5 * 0.25]]);
      // A graph that is learned anew knows it as well, and nobody else's list changes.
      await graphs.tasteGraph.replace(own, graph(edges), MODEL);
      expect(await asked()).toEqual([["a", 0.5 - 0.5 * 0.25]]);
      const others = await graphs.recommendations.forProfiles(testRequest(own), ["bob"], 10);
      expect(others.get("bob")?.map(({ titleId }) => titleId)).toEqual(["a", "b"]);
      await graphs.setNotForMe(own, "ann", "b", false);
      await graphs.setNotForMe(own, "ann", "seen", false);
      expect(await asked()).toEqual(before);
      await graphs.setNotForMe(own, "ann", "b", true);
      expect((await asked()).map(([title]) => title)).toEqual(["c", "a"]);
    });

    it("adds what is watched soon after the three latest watches, which makes no titles alike", async () => {
      const own = await graphs.createTenant();
      const day = (n: number) => `2026-05-0${n}T10:00:00Z`;
      await graphs.ingest(own, [
        watch("ann", "w4", day(4)),
        watch("ann", "w3", day(3), { completed: false }),
        watch("ann", "w2", day(2)),
        watch("ann", "w1", day(1)),
      ]);
      const edges = `
        w4 a 0    0.75
        w4 b 0.25 0.25
        w3 b 0    0.5
        w2 c 0    0.5
        w1 d 0    9
        w1 e 0.25 9
        w4 w1 0   9`;
      await graphs.tasteGraph.replace(own, graph(edges), MODEL);
      const found = await graphs.recommendations.forProfiles(testRequest(own), ["ann"], 10);
      const close = (score: number) => expect.closeTo(score, 10) as number;
      expect(found.get("ann")).toEqual([
        { titleId: "a", score: close(0.75), because: "w4" },
        { titleId: "b", score: close(0.5 + 0.7 * 0.5 * 0.5 * recency(1)), because: "w4" },
        { titleId: "c", score: close(0.49 * 0.5 * recency(2)), because: "w2" },
        { titleId: "e", score: close(0.25 * recency(3)), because: "w1" },
      ]);
      const similar = await graphs.recommendations.similarTo(testRequest(own), ["w1", "w2", "w4"], 10);
      expect([...similar]).toEqual([
        ["w1", [{ titleId: "e", score: 0.25 }]],
        ["w4", [{ titleId: "b", score: 0.25 }]],
      ]);
      // What is not for the profile says nothing of what to watch next.
      await graphs.setNotForMe(own, "ann", "w4", true);
      const after = await graphs.recommendations.forProfiles(testRequest(own), ["ann"], 10);
      expect(after.get("ann")?.map(({ titleId }) => titleId)).not.toContain("a");
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

    it("answers as many neighbours as are asked for, beyond the hundred that are shown, in one store call", async () => {
      const own = await graphs.createTenant();
      const ids = Array.from({ length: 150 }, (_, n) => `n${String(n).padStart(3, "0")}`);
      const edges = ids.map((id, n) => `hub ${id} ${1 - n / 256}`);
      await graphs.tasteGraph.replace(own, graph(edges.join("\n")), MODEL);
      const request = testRequest(own);
      const found = await graphs.recommendations.similarTo(request, ["hub"], 1_000);
      expect(found.get("hub")!.map(({ titleId }) => titleId)).toEqual(ids);
      expect(request.calls.calls).toHaveLength(1);
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

    it("draws on 200 watches of a long history, the latest and every so manieth, and counts a new one at once", async () => {
      const tenant = await graphs.createTenant();
      const day = (index: number) => new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
      const watches = 380;
      await graphs.ingest(
        tenant,
        Array.from({ length: watches }, (_, later) => watch("ann", `w${later}`, day(-later))),
      );
      const each = Array.from({ length: watches }, (_, later) => `w${later} from${later} 1`);
      await graphs.tasteGraph.replace(tenant, graph([...each, "fresh found 99"].join("\n")), MODEL);
      const sources = async () =>
        (await graphs.recommendations.forProfiles(testRequest(tenant), ["ann"], watches)).get("ann") ?? [];
      // Behind the latest 20, every second of the other 360.
      const drawn = Array.from({ length: watches }, (_, later) => later).filter(
        (later) => later < 20 || later % 2 === 0,
      );
      const found = await sources();
      expect(new Set(found.map(({ because }) => because))).toEqual(
        new Set(drawn.map((later) => `w${later}`)),
      );
      expect(found).toHaveLength(200);
      await graphs.ingest(tenant, [watch("ann", "fresh", day(1))]);
      expect((await sources())[0]).toMatchObject({ titleId: "found", because: "fresh" });
    });
  });
}
