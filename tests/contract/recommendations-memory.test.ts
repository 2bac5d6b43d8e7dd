import { expect, it } from "vitest";

import {
  MemoryRecommendations,
  type TasteHistory,
} from "../../datasources/recommendations/recommendations.memory.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { random } from "../unit/similarity-support.js";
import { graph, MODEL, watch } from "./recommendations-support.js";

const stores = useStores();

/** Ratings, what was left off or early, and what is not for a profile, of histories short and long. */
it("a graph in memory answers what a store answers with the same edges and facts", async () => {
  const tenant = await createTestTenant(stores);
  const next = random(7);
  const below = (n: number) => Math.floor(next() * n);
  const titles = Array.from({ length: 300 }, (_, n) => `t${n}`);
  const profiles = [5, 40, 260].map((length, n) => ({ id: `p${n}`, length }));
  const start = Date.now() - 400 * 86_400_000;
  const events = profiles.flatMap(({ id, length }) =>
    titles
      .map((title) => ({ title, at: next() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, length)
      .map(({ title }) => {
        const at = new Date(start + below(390) * 86_400_000 + below(80_000) * 1_000).toISOString();
        const rating = below(3) === 0 ? below(5) + 1 : null;
        return watch(id, title, at, { completed: below(3) > 0, rating, seconds: 130 + below(9_000) });
      }),
  );
  await stores.viewingIngest.ingest(tenant, events);
  for (const { id } of profiles)
    for (let n = 0; n < 25; n++)
      await stores.viewingWriting.setNotForMe(
        tenant,
        { profileId: id, titleId: titles[below(titles.length)]! },
        true,
      );
  const lines = new Map<string, string>();
  for (let n = 0; n < 6_000; n++) {
    const [from, to] = [below(300), below(300)];
    if (from !== to) lines.set(`${from} ${to}`, `t${from} t${to} ${(1 + below(1_000)) / 1_000}`);
  }
  const edges = graph([...lines.values()].join("\n"));
  await stores.tasteGraph.replace(tenant, edges, MODEL);
  // A planner that has not heard of these edges reads them all for every profile.
  await stores.settle(tenant);

  const histories = new Map<string, TasteHistory>(
    profiles.map(({ id }) => [id, { watches: [], aversions: [] }]),
  );
  for await (const batch of stores.tasteFacts.watches(tenant))
    for (const each of batch) (histories.get(each.profileId)!.watches as unknown[]).push(each);
  for await (const batch of stores.tasteFacts.aversions(tenant))
    for (const each of batch) (histories.get(each.profileId)!.aversions as unknown[]).push(each);
  expect([...histories.values()].every(({ aversions }) => aversions.length > 20)).toBe(true);

  const memory = new MemoryRecommendations(edges, histories);
  const ids = [...profiles.map(({ id }) => id), "nobody"];
  const rounded = <T extends { score: number }>(lists: Map<string, T[]>) =>
    [...lists].map(
      ([key, list]) =>
        [key, list.map((each) => ({ ...each, score: Number(each.score.toFixed(6)) }))] as const,
    );
  const stored = rounded(await stores.recommendations.forProfiles(testRequest(tenant), ids, 120));
  expect(stored.every(([, list]) => list.length > 30)).toBe(true);
  expect(rounded(await memory.forProfiles(testRequest(tenant), ids, 120))).toEqual(stored);
  const near = rounded(await stores.recommendations.similarTo(testRequest(tenant), ["t1", "t2", "no"], 9));
  expect(near).toHaveLength(2);
  expect(rounded(await memory.similarTo(testRequest(tenant), ["t1", "t2", "no"], 9))).toEqual(near);
});
