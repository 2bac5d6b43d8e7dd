import { beforeEach, describe, expect, it } from "vitest";

import { type ModelTrial } from "../../datasources/recommendations/model-trial.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
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
});
