import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { integer, type Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { type AnySection } from "../../datasources/projection/check/section.js";
import { type TasteModel } from "../../datasources/recommendations/recommendations.js";
import {
  type Aversion,
  type Similarity,
  tasteFacts,
  type Watch,
} from "../../datasources/recommendations/taste-graph-source.js";
import { Neo4jTasteEngine } from "../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { TasteGenerations } from "../../datasources/recommendations/taste-generations.js";
import { openLedger, type LedgerUnderTest } from "./ledger-support.js";
import { type TasteInspectionSource } from "../../datasources/recommendations/taste-inspection-source.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { check, repaired, type Damage } from "./projection-damage-support.js";
import { neo4jUrl, newTenant, openStore } from "./recommendations-neo4j-support.js";

const MODEL: TasteModel = { model: "EASE", learnedAt: "2026-05-01T00:00:00.000000Z", titles: 3, edges: 3 };

describe.skipIf(!neo4jUrl())("Damage to the taste graph in Neo4j", () => {
  let store: Neo4jStore;
  let graph: TasteGenerations;
  let ledger: LedgerUnderTest;
  let tenant: Tenant;
  let watches: Watch[];
  let sections: AnySection[];
  const similarities: Similarity[] = [
    { from: "t1", to: "t2", weight: 0.5, next: 0 },
    { from: "t1", to: "t3", weight: 0.25, next: 0.75 },
    { from: "t2", to: "t1", weight: 0.125, next: 0 },
  ];
  const aversions: Aversion[] = [
    { profileId: "p2", titleId: "t4", at: "2026-05-04T20:11:00Z", revision: 1_790_000_000_000_001 },
  ];
  const made: Tenant[] = [];
  const cypher = (text: string, parameters: object = {}) =>
    store.write<Record<string, unknown>>(
      {
        text: text.replaceAll("$$", "{tenant: $tenant, generation: 1"),
        parameters: { ...parameters, tenant: integer(tenant.id) },
      },
      10_000,
    );

  beforeAll(async () => {
    store = openStore({ deadlineMs: 10_000 });
    ledger = openLedger();
  });
  beforeEach(async () => {
    tenant = newTenant();
    made.push(tenant);
    watches = [
      {
        profileId: "p1",
        titleId: "t1",
        at: "2026-05-01T20:11:00.000001Z",
        completed: true,
        rating: 5,
        revision: 3,
      },
      {
        profileId: "p1",
        titleId: "t2",
        at: "2026-05-02T20:11:00Z",
        completed: false,
        rating: null,
        revision: 1,
      },
      { profileId: "p2", titleId: "t3", at: "2026-05-03T20:11:00.5Z", completed: true, rating: null },
    ];
    graph = new TasteGenerations(new Neo4jTasteEngine(store), ledger, source());
    sections = graph.sections(source());
    await rebuild(tenant);
  });
  afterAll(async () => {
    for (const each of made) {
      tenant = each;
      await graph.remove(each);
    }
    await Promise.all([store.close(), ledger.close()]);
  });

  async function rebuild(of: Tenant): Promise<number> {
    await graph.rebuild(of, tasteFacts({ ...source(), count: () => Promise.resolve(7) }, of));
    return 7;
  }

  function source(): TasteInspectionSource {
    const known = (all: string[]) => (_: Tenant, ids: readonly string[]) =>
      Promise.resolve(new Set(ids.filter((id) => all.includes(id))));
    return {
      model: () => Promise.resolve(MODEL),
      async *watches() {
        yield await Promise.resolve(watches);
      },
      async *similarities() {
        yield await Promise.resolve(similarities);
      },
      watchesOf: (_, pairs) =>
        Promise.resolve(
          watches.filter((watch) =>
            pairs.some(
              ({ profileId, titleId }) => profileId === watch.profileId && titleId === watch.titleId,
            ),
          ),
        ),
      similaritiesOf: (_, pairs) =>
        Promise.resolve(
          similarities.filter((edge) => pairs.some(({ from, to }) => from === edge.from && to === edge.to)),
        ),
      async *aversions() {
        yield await Promise.resolve(aversions);
      },
      aversionsOf: (_, pairs) =>
        Promise.resolve(
          aversions.filter((aversion) =>
            pairs.some(
              ({ profileId, titleId }) => profileId === aversion.profileId && titleId === aversion.titleId,
            ),
          ),
        ),
      countAversions: () => Promise.resolve(aversions.length),
      profilesOf: known(["p1", "p2", "p3"]),
      titlesOf: known(["t1", "t2", "t3", "t4", "t5"]),
      countWatches: () => Promise.resolve(watches.length),
      countSimilarities: () => Promise.resolve(similarities.length),
    };
  }

  it("finds nothing in a sound graph, nor in one with titles and profiles that have nothing yet", async () => {
    await cypher("CREATE (:Title $$, id: 't5'}), (:Profile $$, id: 'p3'})");
    expect((await check(sections, tenant)).differences).toEqual([]);
  });

  const between = (profile: string, title: string) =>
    `MATCH (:Profile $$, id: '${profile}'})-[w:WATCHED]->(:Title $$, id: '${title}'})`;
  const similar = (from: string, to: string) =>
    `MATCH (:Title $$, id: '${from}'})-[s:SIMILAR]->(:Title $$, id: '${to}'})`;
  const p1t1 = '["p1","t1"]';
  const damages: Damage[] = [
    {
      what: "a watch removed",
      harm: () => cypher(`${between("p1", "t1")} DELETE w`),
      found: [`missing watch ${p1t1}`],
    },
    {
      what: "a watch added",
      harm: () =>
        cypher(
          "MATCH (p:Profile $$, id: 'p2'}), (t:Title $$, id: 't1'}) CREATE (p)-[:WATCHED {at: datetime(), completed: true, revision: 1}]->(t)",
        ),
      found: ['orphaned watch ["p2","t1"]'],
    },
    {
      what: "a watch of a title that is not there",
      harm: () =>
        cypher(
          "MATCH (p:Profile $$, id: 'p2'}) CREATE (p)-[:WATCHED {at: datetime(), completed: true, revision: 1}]->(:Title $$, id: 'ghost'})",
        ),
      found: ['dangling watch ["p2","ghost"]'],
    },
    {
      what: "another instant",
      harm: () => cypher(`${between("p1", "t1")} SET w.at = datetime('2020-01-01T00:00:00Z')`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "an instant as a text",
      harm: () => cypher(`${between("p1", "t1")} SET w.at = '2026-05-01T20:11:00.000001Z'`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "another rating",
      harm: () => cypher(`${between("p1", "t1")} SET w.rating = 1`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "a watch not completed",
      harm: () => cypher(`${between("p1", "t1")} SET w.completed = false`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "a revision raised",
      harm: () => cypher(`${between("p1", "t1")} SET w.revision = 99`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "an older revision",
      harm: () => cypher(`${between("p1", "t1")} SET w.revision = 1, w.rating = null`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "a watch twice",
      harm: () =>
        cypher(
          "MATCH (p:Profile $$, id: 'p1'})-[w:WATCHED]->(t:Title $$, id: 't1'}) CREATE (p)-[v:WATCHED]->(t) SET v = properties(w)",
        ),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "a field that no watch has",
      harm: () => cypher(`${between("p1", "t1")} SET w.note = 1`),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "a profile removed",
      harm: () => cypher("MATCH (p:Profile $$, id: 'p1'}) DETACH DELETE p"),
      found: [`missing watch ${p1t1}`, 'missing watch ["p1","t2"]'],
    },
    {
      what: "a profile that nobody knows",
      harm: () => cypher("CREATE (:Profile $$, id: 'ghost'})"),
      found: ["orphaned profile ghost"],
    },
    {
      what: "a title that nobody knows",
      harm: () => cypher("CREATE (:Title $$, id: 'ghost'})"),
      found: ["orphaned title ghost"],
    },
    {
      what: "what is not wanted removed",
      harm: () => cypher("MATCH (:Profile $$, id: 'p2'})-[n:NOT_FOR_ME]->() DELETE n"),
      found: ['missing aversion ["p2","t4"]'],
    },
    {
      what: "what is not wanted added",
      harm: () =>
        cypher(
          "MATCH (p:Profile $$, id: 'p2'}), (t:Title $$, id: 't1'}) CREATE (p)-[:NOT_FOR_ME {at: datetime(), revision: 1}]->(t)",
        ),
      found: ['orphaned aversion ["p2","t1"]'],
    },
    {
      what: "a watch that was not left early",
      harm: () => cypher(`${between("p1", "t2")} SET w.leftEarly = true`),
      found: ['stale watch ["p1","t2"]'],
    },
    {
      what: "a similarity removed",
      harm: () => cypher(`${similar("t1", "t2")} DELETE s`),
      found: ['missing similar ["t1","t2"]'],
    },
    {
      what: "another weight",
      harm: () => cypher(`${similar("t1", "t3")} SET s.weight = 0.9`),
      found: ['stale similar ["t1","t3"]'],
    },
    {
      what: "a similarity added",
      harm: () =>
        cypher(
          "MATCH (a:Title $$, id: 't3'}), (b:Title $$, id: 't1'}) CREATE (a)-[:SIMILAR {weight: 1.0}]->(b)",
        ),
      found: ['orphaned similar ["t3","t1"]'],
    },
    {
      what: "a similarity to a title that is not there",
      harm: () =>
        cypher(
          "MATCH (a:Title $$, id: 't3'}) CREATE (a)-[:SIMILAR {weight: 1.0}]->(:Title $$, id: 'ghost'})",
        ),
      found: ['dangling similar ["t3","ghost"]'],
    },
    {
      what: "an edge out of the tenant's graph",
      harm: () =>
        cypher(
          `MATCH (p:Profile $$, id: 'p1'})-[w:WATCHED]->(t:Title $$, id: 't1'}) WITH p, w, properties(w) AS fields DELETE w CREATE (p)-[v:WATCHED]->(:Title {tenant: -1, generation: 1, id: 't1'}) SET v = fields`,
        ),
      found: [`stale watch ${p1t1}`],
    },
    {
      what: "another model",
      harm: () => cypher("MATCH (g:TasteGraph {tenant: $tenant}) SET g.model = 'GUESS'"),
      found: ["stale model model"],
    },
  ];
  it.each(damages)("finds and mends $what", async ({ harm, found }) => {
    await harm();
    expect((await check(sections, tenant)).differences).toEqual(found);
    expect(
      (await repaired({ sections, status: (of) => graph.status(of), rebuild }, tenant)).differences,
    ).toEqual([]);
    const [counts] = await cypher(
      "MATCH (n) WHERE n.tenant = $tenant AND n.id IS NOT NULL RETURN count(*) AS nodes, sum(COUNT { (n)-->() }) AS edges",
    );
    expect(counts).toEqual({ nodes: 6, edges: 7 });
    await cypher("MATCH (t:Title {tenant: -1}) DETACH DELETE t");
  });
});
