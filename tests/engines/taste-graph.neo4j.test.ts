import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type TasteFact, type Watch } from "../../datasources/recommendations/taste-graph-source.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { graph, MODEL, recency } from "../contract/recommendations-support.js";
import { testRequest } from "../support/stores.js";
import { neo4jUrl, openNeo4j, type Neo4jUnderTest } from "./recommendations-neo4j-support.js";

const AT = "2026-05-01T10:00:00Z";

function watched(profileId: string, titleId: string, stated: Partial<Watch> = {}): Watch {
  return { profileId, titleId, at: AT, completed: true, rating: null, ...stated };
}

function similar(from: string, to: string, weight: number): TasteFact {
  return { kind: "SIMILAR", from, to, weight, next: 0 };
}

describe.skipIf(!neo4jUrl())("the projection of the taste graph in Neo4j", () => {
  let neo4j: Neo4jUnderTest;
  let tenant: Tenant;
  beforeAll(async () => {
    neo4j = await openNeo4j();
  });
  afterAll(() => neo4j.close());
  beforeEach(async () => {
    tenant = await neo4j.createTenant();
  });

  async function* stream(...batches: TasteFact[][]): AsyncGenerator<TasteFact[]> {
    for (const batch of batches) yield await Promise.resolve(batch);
  }

  async function recommended(profile: string): Promise<[string, number][]> {
    const found = await neo4j.recommendations.forProfiles(testRequest(tenant), [profile], 10);
    return (found.get(profile) ?? []).map(({ titleId, score }) => [titleId, score]);
  }

  /** Nodes of the tenant, live or not. */
  async function nodes(): Promise<number> {
    const text = "MATCH (n:Profile|Title) WHERE n.tenant = $tenant RETURN count(n) AS nodes";
    const [row] = await neo4j.store.write<{ nodes: number }>(
      { text, parameters: { tenant: tenant.id } },
      20_000,
    );
    return row!.nodes;
  }

  it("can be prepared again and again, at once too", async () => {
    await Promise.all([neo4j.tasteGraph.prepare(), neo4j.tasteGraph.prepare()]);
    const rows = await neo4j.store.write<{ name: string }>(
      { text: "SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH 'taste_' RETURN name", parameters: {} },
      10_000,
    );
    expect(rows.map(({ name }) => name).sort()).toEqual([
      "taste_graph",
      "taste_profile",
      "taste_schema",
      "taste_title",
    ]);
  });

  it("tells what is live: nothing before the first build, one generation after another behind it", async () => {
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 0, live: null });
    await neo4j.tasteGraph.recordWatches(tenant, [watched("ann", "a")]);
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 0, live: null });
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1)]));
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 2, live: "taste_0001" });
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1), similar("a", "c", 1)]));
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 3, live: "taste_0002" });
    expect(await nodes()).toBe(3);
    await neo4j.tasteGraph.remove(tenant);
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 0, live: null });
    expect(await nodes()).toBe(0);
  });

  it("answers from the old graph while a new one is filled, and takes watches into both", async () => {
    await neo4j.tasteGraph.rebuild(
      tenant,
      stream([similar("a", "b", 1), { kind: "WATCH", ...watched("ann", "a") }]),
    );
    const during: unknown[] = [];
    await neo4j.tasteGraph.rebuild(
      tenant,
      (async function* () {
        yield [similar("a", "c", 2), similar("n", "m", 4)];
        during.push(await recommended("ann"));
        await neo4j.tasteGraph.recordWatches(tenant, [watched("ann", "n"), watched("bob", "a")]);
        during.push(await recommended("bob"));
        // The source was read before these were recorded.
        yield [{ kind: "WATCH", ...watched("ann", "a") } as const];
      })(),
    );
    expect(during).toEqual([[["b", 1]], [["b", 1]]]);
    expect(await recommended("ann")).toEqual([
      ["m", 4],
      ["c", expect.closeTo(2 * recency(1), 10) as number],
    ]);
    expect(await recommended("bob")).toEqual([["c", 2]]);
  });

  it("takes the state of a watch by revision, then by instant, however often and late it comes", async () => {
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1)]));
    const record = (stated: Partial<Watch>) =>
      neo4j.tasteGraph.recordWatches(tenant, [watched("ann", "a", stated)]);
    await record({ completed: false });
    expect(await recommended("ann")).toEqual([["b", 0.5]]);
    await record({ at: "2026-05-01T10:00:00.000001Z", rating: 5 });
    await record({ completed: false });
    expect(await recommended("ann")).toEqual([["b", 1.25]]);
    await record({ revision: 7, rating: 4, at: "2026-04-01T10:00:00Z" });
    await record({ revision: 6, rating: 1, at: "2026-06-01T10:00:00Z" });
    await record({ at: "2026-07-01T10:00:00Z" });
    for (let time = 0; time < 2; time++) await record({ revision: 7, rating: 4, at: "2026-04-01T10:00:00Z" });
    expect(await recommended("ann")).toEqual([["b", 1.1]]);
  });

  it("records many watches at once, from several writers during a build, and loses none", async () => {
    const groups = Array.from({ length: 4 }, (_, group) =>
      Array.from({ length: 300 }, (_, at) => watched(`p${at}`, `t${group}`)),
    );
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("t0", "x", 1)]));
    await Promise.all([
      neo4j.tasteGraph.rebuild(
        tenant,
        stream(...groups.map((_, group) => [similar(`t${group}`, "x", 2 ** group)])),
      ),
      ...groups.map((group) => neo4j.tasteGraph.recordWatches(tenant, group)),
    ]);
    // A watch recorded before the build began is the source's to bring; recorded again, it is there in any case.
    await Promise.all(groups.map((group) => neo4j.tasteGraph.recordWatches(tenant, group)));
    // All at one instant: the higher id counts as the later.
    const all = 8 + 4 * recency(1) + 2 * recency(2) + recency(3);
    for (const profile of ["p0", "p150", "p299"])
      expect(await recommended(profile)).toEqual([["x", expect.closeTo(all, 10) as number]]);
    expect(await nodes()).toBe(300 + 5);
  });

  it("keeps the old graph and leaves nothing behind when the source fails", async () => {
    await neo4j.tasteGraph.replace(tenant, graph("a b 1"), MODEL);
    const failing = (async function* () {
      yield await Promise.resolve([similar("x", "y", 1)]);
      throw new Error("the source broke");
    })();
    await expect(neo4j.tasteGraph.rebuild(tenant, failing)).rejects.toThrow("the source broke");
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 2, live: "taste_0001" });
    expect(await nodes()).toBe(2);
  });

  it("takes over from a build that died, which can change nothing any more", async () => {
    const dead = await neo4j.tasteGraph.begin(tenant);
    await dead.put([similar("old", "older", 1)]);
    await neo4j.ledger.expire(tenant);
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1)]));
    await expect(dead.put([similar("a", "b", 1)])).rejects.toThrow("Another process has taken over");
    await expect(dead.publish({ ofFacts: true })).rejects.toThrow("Another process has taken over");
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 2, live: "taste_0002" });
    expect(await nodes()).toBe(2);
  });

  it("notices that its data has gone, writes nothing into what is not there, and is filled again", async () => {
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1)]));
    const text = "MATCH (n:Profile|Title|TasteGraph) WHERE n.tenant = $tenant DETACH DELETE n";
    await neo4j.store.write({ text, parameters: { tenant: tenant.id } }, 10_000);
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 0, live: null });
    await neo4j.tasteGraph.recordWatches(tenant, [watched("ann", "a")]);
    expect(await nodes()).toBe(0);
    await neo4j.tasteGraph.rebuild(tenant, stream([similar("a", "b", 1)]));
    expect(await neo4j.tasteGraph.status(tenant)).toEqual({ entries: 2, live: "taste_0002" });
  });
});
