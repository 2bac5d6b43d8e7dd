import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { graph, MODEL, type RecommendationsUnderTest } from "./recommendations-support.js";

/** A ring: each of `size` titles points at its `degree` successors. */
function ring(size: number, degree: number, weight: number): SimilarEdges {
  const edges = { from: new Uint32Array(size * degree), to: new Uint32Array(size * degree) };
  for (let edge = 0; edge < size * degree; edge++) {
    edges.from[edge] = Math.floor(edge / degree);
    edges.to[edge] = (edges.from[edge]! + (edge % degree) + 1) % size;
  }
  const titles = Array.from({ length: size }, (_, index) => `t${index}`);
  return { titles, ...edges, weight: new Float32Array(size * degree).fill(weight) };
}

/** How every adapter replaces a taste graph. */
export function tasteGraphContract(name: string, open: () => Promise<RecommendationsUnderTest>): void {
  describe(`replacing the taste graph in ${name}`, () => {
    let graphs: RecommendationsUnderTest;
    let tenant: Tenant;
    beforeAll(async () => {
      graphs = await open();
    });
    afterAll(() => graphs.close());
    beforeEach(async () => {
      tenant = await graphs.createTenant();
    });

    async function scores(title: string): Promise<number[]> {
      const found = await graphs.recommendations.similarTo(testRequest(tenant), [title], 100);
      return (found.get(title) ?? []).map(({ score }) => score);
    }

    it("replaces the whole graph, however often", async () => {
      await graphs.tasteGraph.replace(tenant, graph("a b 1\na c 0.5\nb a 1"), MODEL);
      for (let round = 0; round < 2; round++)
        await graphs.tasteGraph.replace(tenant, graph("a c 0.25"), MODEL);
      const found = await graphs.recommendations.similarTo(testRequest(tenant), ["a", "b", "c"], 10);
      expect([...found]).toEqual([["a", [{ titleId: "c", score: 0.25 }]]]);
    });

    it("takes ids with every character and an empty graph", async () => {
      const id = `tab\t back\\slash {brace} "quote" 'single' ,comma line\nend é`;
      const titles = [id, "plain"];
      const edges = { titles, from: Uint32Array.of(0), to: Uint32Array.of(1), weight: Float32Array.of(1) };
      await graphs.tasteGraph.replace(tenant, edges, MODEL);
      expect(await scores(id)).toEqual([1]);
      const none = { titles, from: new Uint32Array(), to: new Uint32Array(), weight: new Float32Array() };
      await graphs.tasteGraph.replace(tenant, none, MODEL);
      expect(await scores(id)).toEqual([]);
    });

    it("shows readers the old graph or the new one, never a part", async () => {
      await graphs.tasteGraph.replace(tenant, ring(300, 50, 1), MODEL);
      let replaced = false;
      const replacing = graphs.tasteGraph
        .replace(tenant, ring(300, 50, 2), MODEL)
        .then(() => (replaced = true));
      const seen = new Set<string>();
      while (!replaced) seen.add((await scores("t7")).join());
      await replacing;
      seen.add((await scores("t7")).join());
      const of = (weight: number) => new Array(50).fill(weight).join();
      expect([...seen]).toEqual([of(1), of(2)]);
    });

    it("keeps the old graph when the new one cannot be stored", async () => {
      const good = graph("a b 1");
      await graphs.tasteGraph.replace(tenant, good, MODEL);
      const replace = (edges: SimilarEdges, model = MODEL) => graphs.tasteGraph.replace(tenant, edges, model);
      await expect(replace(graph("a c 1"), { ...MODEL, learnedAt: "no instant" })).rejects.toThrow(
        /timestamp/,
      );
      await expect(replace(graph("a c 1\nc a 1\na c 2"))).rejects.toThrow("from a to c is given twice");
      await expect(replace(graph("a c 0"))).rejects.toThrow(
        "weight 0 must be a finite number above 0, found 0",
      );
      await expect(replace(graph("a c 1 -1"))).rejects.toThrow(
        "next 0 must be a finite number, 0 or above, found -1",
      );
      await expect(replace({ ...good, to: Uint32Array.of(2) })).rejects.toThrow(
        "edge 0 names a title beyond the 2 given",
      );
      await expect(replace({ ...good, weight: new Float32Array(2) })).rejects.toThrow(
        "of one length, found 1, 1, 2",
      );
      expect(await scores("a")).toEqual([1]);
    });

    it("lets two replacements follow each other", async () => {
      const both = [graph("a b 1\na c 1"), graph("a b 2\na c 2")];
      await Promise.all(both.map((edges) => graphs.tasteGraph.replace(tenant, edges, MODEL)));
      expect(["1,1", "2,2"]).toContain((await scores("a")).join());
    });

    it("leaves another tenant's graph alone", async () => {
      const neighbour = await graphs.createTenant();
      await graphs.tasteGraph.replace(neighbour, graph("a b 3"), MODEL);
      await graphs.tasteGraph.replace(tenant, graph("a b 1"), MODEL);
      const found = await graphs.recommendations.similarTo(testRequest(neighbour), ["a"], 10);
      expect(found.get("a")).toEqual([{ titleId: "b", score: 3 }]);
    });
  });
}
