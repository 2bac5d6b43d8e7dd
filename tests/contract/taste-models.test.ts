import { beforeEach, describe, expect, it } from "vitest";

import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";
import { type SimilarEdges } from "../../datasources/recommendations/recommendations.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { graph, MODEL } from "./recommendations-support.js";

const WORSE: ModelTrial = {
  learnedUntil: "2026-05-01T00:00:00.000000Z",
  verdict: "WORSE",
  figures: {
    profiles: 40,
    watches: 50,
    ndcg: 0.1,
    recall: 0.2,
    liveNdcg: 0.3,
    liveRecall: 0.4,
    tolerance: 0.05,
  },
};

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;
let other: Tenant;

beforeEach(async () => {
  [tenant, other] = await Promise.all([createTestTenant(stores), createTestTenant(stores)]);
});

/** A graph that is known by the weight of its one edge. */
const weighing = (weight: number) => graph(`a b ${weight} 0.25`);
const model = { ...MODEL, titles: 2, edges: 1 };
const learn = (weight: number) => stores.tasteGraph.replace(tenant, weighing(weight), model);
const answers = async () => {
  const found = await stores.recommendations.similarTo(testRequest(tenant), ["a"], 5);
  return found.get("a")?.map(({ score }) => score);
};
const kept = async () =>
  (await stores.tasteModels.models(tenant)).map(({ number, live, verdict }) => [number, live, verdict]);

describe("models that are kept", () => {
  it("are the last three, of which the one that answers is always one", async () => {
    for (const weight of [1, 2, 3, 4]) await learn(weight);
    expect(await kept()).toEqual([
      [4, true, "UNTRIED"],
      [3, false, "UNTRIED"],
      [2, false, "UNTRIED"],
    ]);
    await stores.tasteModels.promote(tenant, 2);
    for (const weight of [5, 6, 7]) await stores.tasteModels.keep(tenant, weighing(weight), model, WORSE);
    expect(await kept()).toEqual([
      [7, false, "WORSE"],
      [6, false, "WORSE"],
      [2, true, "UNTRIED"],
    ]);
    expect(await answers()).toEqual([2]);
    expect(await stores.tasteModels.models(other)).toEqual([]);
  });

  it("answer once they are switched to, and say how they were tried", async () => {
    await learn(1);
    await stores.tasteModels.keep(tenant, weighing(2), model, WORSE);
    expect(await answers()).toEqual([1]);
    const [refused, live] = await stores.tasteModels.models(tenant);
    expect(refused).toEqual({
      ...model,
      ...WORSE,
      learnedAt: "2026-05-01T00:00:00.000000Z",
      number: 2,
      live: false,
      liveSince: null,
    });
    expect(live).toMatchObject({ live: true, learnedUntil: null, figures: null });
    const since = live!.liveSince!;
    await stores.tasteModels.promote(tenant, 2);
    expect(await answers()).toEqual([2]);
    expect(await stores.tasteModels.liveEdges(tenant)).toEqual({
      titles: ["a", "b"],
      from: Uint32Array.of(0),
      to: Uint32Array.of(1),
      weight: Float32Array.of(2),
      next: Float32Array.of(0.25),
    });
    const [now] = await stores.tasteModels.models(tenant);
    expect(now!.live).toBe(true);
    expect(Date.parse(now!.liveSince!)).toBeGreaterThanOrEqual(Date.parse(since));
    await stores.tasteModels.promote(tenant, 1);
    expect(await answers()).toEqual([1]);
  });

  it("are refused where there is none of the number, and change nothing then", async () => {
    await learn(1);
    await expect(stores.tasteModels.promote(tenant, 9)).rejects.toThrow(RangeError);
    await expect(stores.tasteModels.promote(other, 1)).rejects.toThrow(RangeError);
    expect(await answers()).toEqual([1]);
    expect(await stores.tasteModels.liveEdges(other)).toBeNull();
  });

  /** How many edges of each number were written by each transaction. */
  const written = () =>
    facts.rows<{ number: number; edges: number }>(
      tenant,
      "select number, count(*)::int as edges from kept_edges where tenant_id = $1 group by number, xmin order by 1, 2",
    );

  it("are written ten thousand edges a transaction at most, and each time whole", async () => {
    const many = fan(25_000);
    await stores.tasteModels.keep(tenant, many, { ...model, edges: 25_000 }, WORSE);
    expect((await written()).map(({ edges }) => edges)).toEqual([5_000, 10_000, 10_000]);
    expect(linesOf(await stores.tasteModels.edgesOf(tenant, 1))).toEqual(linesOf(many));
  });

  it("leave no edges where they are gone, or could not be kept", async () => {
    const refused = stores.tasteModels.keep(
      tenant,
      fan(12_000),
      { ...model, learnedAt: "no instant" },
      WORSE,
    );
    await expect(refused).rejects.toThrow(/timestamp/);
    expect(await written()).toEqual([]);
    for (const weight of [1, 2, 3, 4]) await learn(weight);
    expect(await written()).toEqual([2, 3, 4].map((number) => ({ number, edges: 1 })));
  });

  it("take no number under which a process that ended has left edges, and remove these", async () => {
    await learn(1);
    await facts.rows(tenant, "insert into kept_edges values ($1, 2, 1, 2, 9, 9)");
    await learn(2);
    expect(await kept()).toEqual([
      [3, true, "UNTRIED"],
      [1, false, "UNTRIED"],
    ]);
    expect((await written()).map(({ number }) => number)).toEqual([1, 3]);
    expect(await answers()).toEqual([2]);
  });

  it("are all kept whole where several are learned at once", async () => {
    const sizes = [11_000, 12_000, 13_000];
    await Promise.all(
      sizes.map((edges) => stores.tasteModels.keep(tenant, fan(edges), { ...model, edges }, WORSE)),
    );
    const models = await stores.tasteModels.models(tenant);
    expect(models.map(({ edges }) => edges).sort()).toEqual(sizes);
    for (const { number, edges } of models)
      expect((await stores.tasteModels.edgesOf(tenant, number))?.from).toHaveLength(edges);
  });
});

/** A graph of so many edges: each title has a hundred. */
function fan(edges: number): SimilarEdges {
  return {
    titles: Array.from({ length: Math.max(101, Math.ceil(edges / 100)) }, (_, n) => `t${n}`),
    from: Uint32Array.from({ length: edges }, (_, edge) => Math.floor(edge / 100)),
    to: Uint32Array.from({ length: edges }, (_, edge) => edge % 100),
    weight: Float32Array.from({ length: edges }, (_, edge) => 0.1 + (edge % 7)),
    next: Float32Array.from({ length: edges }, (_, edge) => 0.3 * (edge % 3)),
  };
}

/** The edges of a graph in an order of their own. */
function linesOf(edges: SimilarEdges | null): string[] {
  const { from, to, weight, next } = edges!;
  return Array.from(from, (_, edge) => [from[edge], to[edge], weight[edge], next?.[edge]].join(" ")).sort();
}
