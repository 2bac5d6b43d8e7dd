import { randomInt } from "node:crypto";

import neo4j, { type Driver, type Transaction } from "neo4j-driver";

import { type Tenant } from "../../../../datasources/core/tenant.js";
import { Neo4jStore } from "../../../../datasources/engines/neo4j/store.neo4j.js";
import { Neo4jTraces } from "../../../../datasources/privacy/traces.neo4j.js";
import { Neo4jRecommendations } from "../../../../datasources/recommendations/neo4j/recommendations.neo4j.js";
import { Neo4jTasteEngine } from "../../../../datasources/recommendations/neo4j/taste-engine.neo4j.js";
import { TasteGenerations } from "../../../../datasources/recommendations/taste-generations.js";
import {
  type Aversion,
  type TasteFact,
  type Watch,
} from "../../../../datasources/recommendations/taste-graph-source.js";
import { type TasteInspectionSource } from "../../../../datasources/recommendations/taste-inspection-source.js";
import { openLedger } from "../../../engines/ledger-support.js";
import { PATIENT_DEADLINE_MS } from "../../patience.js";
import { testRequest } from "../../stores.js";
import { madeUpTenant } from "../../tenants.js";
import { gather, inOrder, othersOf, type EngineGround, type Held, type Notes } from "./ground.js";

/** Constraints are made before: no transaction may hold them and data. */
class Prepared extends Neo4jTasteEngine {
  override prepare(): Promise<void> {
    return Promise.resolve();
  }
}

const AT = "2026-05-01T10:00:00Z";
const PROFILES = ["ann", "bob"];
/**
 * More than a page of what checks read, of both tenants together; with the others they are odd in number, so that without
 * a tenant a page ends between two of one id, and one of these is passed over.
 */
const MANY = Array.from({ length: 260 }, (_, at) => `s${String(at).padStart(3, "0")}`);
/** Behind these: `lonely` lists what stands behind a key. */
const lonelyId = ({ slug }: Tenant) => `lonely-${slug}`;

/** Neo4j, in which all deployments share a graph: what is done there is undone, whatever it was done to. */
export async function openNeo4jGround(url: string): Promise<EngineGround> {
  const store = new Neo4jStore(url, { deadlineMs: PATIENT_DEADLINE_MS, onLog: () => {} });
  const { driver, database } = connect(url);
  const first = randomInt(1_000_000_000, 2_000_000_000);
  const tenants = ["ash", "elm"].map((slug, at) => madeUpTenant({ id: first + at, slug, name: slug }));
  await new Neo4jTasteEngine(store).prepare();
  return {
    name: "NEO4J",
    async look(notes) {
      const session = driver.session({ ...(database && { database }) });
      const transaction = await session.beginTransaction();
      const sent: string[] = [];
      globalThis.marqueeMutants.within = noting(transaction, sent);
      try {
        await lookAtGraph({ store, tenants, transaction }, notes);
      } finally {
        globalThis.marqueeMutants.within = null;
        await transaction.rollback().catch(() => undefined);
        await session.close();
      }
      return sent.filter((text) => !text.includes("$tenant"));
    },
    close: async () => {
      await Promise.all([store.close(), driver.close()]);
    },
  };
}

function connect(text: string): { driver: Driver; database: string } {
  const { protocol, host, username, password, pathname } = new URL(text);
  const auth = username
    ? neo4j.auth.basic(decodeURIComponent(username), decodeURIComponent(password))
    : undefined;
  const options = { disableLosslessIntegers: true };
  return { driver: neo4j.driver(`${protocol}//${host}`, auth, options), database: pathname.slice(1) };
}

function noting(transaction: Transaction, sent: string[]): Pick<Transaction, "run"> {
  const run = (text: string, parameters: object) => {
    sent.push(text);
    return transaction.run(text, parameters);
  };
  return { run } as Pick<Transaction, "run">;
}

interface GraphUnderTest {
  store: Neo4jStore;
  tenants: Tenant[];
  transaction: Transaction;
}

/** Equal ids of everything; every tenant has weights, ratings, a model and a title of its own. */
function factsOf(tenant: Tenant, tenants: readonly Tenant[]): TasteFact[] {
  const place = tenants.indexOf(tenant) + 1;
  const model = { model: `EASE${place}`, learnedAt: AT, titles: place, edges: place };
  const edges = [
    ["a", "b", place],
    ["b", "c", 2 * place],
    ["a", `own-${tenant.slug}`, 3 * place],
    ...(place === 1 ? [] : [["odd", "a", 1] as const]),
    ...MANY.map((from) => [from, "a", place] as const),
  ] as const;
  return [
    { kind: "MODEL", ...model },
    ...edges.map(([from, to, weight]) => ({ kind: "SIMILAR", from, to, weight, next: 0 }) as const),
    ...watchesOf(place).map((watch) => ({ kind: "WATCH", ...watch }) as const),
    ...aversionsOf(place).map((aversion) => ({ kind: "NOT_FOR_ME", ...aversion }) as const),
  ];
}

function watchesOf(place: number): Watch[] {
  const watched = { at: AT, completed: true, rating: place + 2, revision: 1 };
  return PROFILES.map((profileId) => ({ profileId, titleId: "a", ...watched }));
}

/** Of what is recommended to Bob, in every tenant another title. */
const UNWANTED = ["b", "c"];
function aversionsOf(place: number): Aversion[] {
  return [{ profileId: "bob", titleId: UNWANTED[place - 1]!, at: AT, revision: 1 }];
}

const nothing: TasteInspectionSource = {
  model: () => Promise.resolve(null),
  similarities: async function* () {},
  watches: async function* () {},
  watchesOf: () => Promise.resolve([]),
  aversions: async function* () {},
  aversionsOf: () => Promise.resolve([]),
  profilesOf: () => Promise.resolve(new Set()),
  similaritiesOf: () => Promise.resolve([]),
  titlesOf: () => Promise.resolve(new Set()),
  countWatches: () => Promise.resolve(0),
  countAversions: () => Promise.resolve(0),
  countSimilarities: () => Promise.resolve(0),
};

/** Has both tenants do everything, and notes what they are answered and what the other holds. */
async function lookAtGraph(subject: GraphUnderTest, notes: Notes): Promise<void> {
  const ledger = openLedger();
  const { store, tenants } = subject;
  const engine = new Prepared(store);
  const placeOf = (tenant: Tenant) => tenants.indexOf(tenant) + 1;
  const watches = async function* (tenant: Tenant) {
    yield await Promise.resolve(watchesOf(placeOf(tenant)));
  };
  const aversions = async function* (tenant: Tenant) {
    yield await Promise.resolve(aversionsOf(placeOf(tenant)));
  };
  const graph = new TasteGenerations(engine, ledger, { watches, aversions });
  try {
    await lookAt(subject, { engine, graph }, notes);
  } finally {
    await ledger.close();
  }
}

async function lookAt(
  subject: GraphUnderTest,
  { engine, graph }: { engine: Neo4jTasteEngine; graph: TasteGenerations },
  notes: Notes,
): Promise<void> {
  const { tenants } = subject;
  const asks = Object.entries(asksOf(subject, graph));
  const act = async (what: string, work: (tenant: Tenant) => Promise<unknown>) => {
    for (const tenant of tenants) {
      const figures = async () => {
        const found = [await engine.held(tenant)];
        for (const number of [1, 2])
          found.push(Number(await engine.has(tenant, number)), await engine.count(tenant, number));
        return found;
      };
      await notes.note(`${what} ${tenant.slug}`, () => work(tenant));
      await notes.note(`${what} ${tenant.slug}, other's`, async () =>
        othersOf(tenant, await heldIn(subject), tenants),
      );
      await notes.note(`${what} ${tenant.slug}, figures`, figures);
    }
  };
  const answers = async (when: string) => {
    for (const tenant of tenants)
      for (const [name, ask] of asks)
        await notes.note(`${name} of ${tenant.slug} ${when}`, () => ask(tenant));
  };
  const facts = async function* (tenant: Tenant) {
    yield await Promise.resolve(factsOf(tenant, tenants));
  };

  await act("fill", (tenant) => graph.rebuild(tenant, facts(tenant)));
  await act("fill again", async (tenant) => {
    const build = await graph.begin(tenant);
    try {
      await build.put(factsOf(tenant, tenants));
      await build.publish({ ofFacts: true });
      graph.lookAgain(tenant);
      await build.sweep();
    } finally {
      await build.end();
    }
  });
  await answers("filled");
  await act("write into what has gone", (tenant) => engine.put(tenant, 1, factsOf(tenant, tenants)));
  await act("damage", (tenant) => damage(subject, tenant));
  for (const section of engine.sections(nothing, graph))
    for (const tenant of tenants) {
      const what = `${section.kind} of ${tenant.slug}`;
      if (section.stored) await notes.note(`${what}, stored`, () => gather(section.stored!(tenant)));
      if (section.keys) await notes.note(`${what}, keys`, () => gather(section.keys!(tenant)));
      await notes.note(`${what}, by key`, () => section.storedOf(tenant, keysOf(section.kind, tenants)));
    }
  await act("remove watches", (tenant) =>
    graph.removeWatches(tenant, [{ profileId: "ann", titleId: "a", revision: 9 }]),
  );
  await act("take back", (tenant) =>
    graph.removeAversions(
      tenant,
      UNWANTED.map((titleId) => ({ profileId: "bob", titleId, revision: 9 })),
    ),
  );
  await act("remove profiles", (tenant) => graph.removeProfiles(tenant, ["bob"]));
  await answers("less");
  const [leaving] = tenants;
  await notes.note("leave", () => graph.remove(leaving!));
  await notes.note("leave, other's", async () => othersOf(leaving!, await heldIn(subject), tenants));
  await notes.note("leave, left", () => engine.held(leaving!));
}

/** Edges by both ends, nodes by their ids, the model by nothing. */
function keysOf(kind: string, tenants: readonly Tenant[]): string[] {
  if (!["watch", "aversion", "similar"].includes(kind)) return tenants.map(lonelyId);
  const pairs = [["ann", "a"], ...UNWANTED.map((title) => ["bob", title]), ["a", "b"], ["b", "c"]];
  return pairs.map((pair) => JSON.stringify(pair));
}

function asksOf({ store, tenants }: GraphUnderTest, graph: TasteGenerations) {
  const recommendations = new Neo4jRecommendations(store, graph);
  const traces = new Neo4jTraces(store);
  const titles = ["a", "b", ...tenants.map(({ slug }) => `own-${slug}`)];
  return {
    forProfiles: (tenant) => recommendations.forProfiles(testRequest(tenant), PROFILES, 10),
    similarTo: (tenant) => recommendations.similarTo(testRequest(tenant), titles, 10),
    traces: async (tenant) => inOrder(await traces.search(tenant, ["ann", "EASE1", "EASE2", "3", "4"])),
    heldOf: (tenant) => traces.heldOf(tenant, PROFILES),
  } satisfies Record<string, (tenant: Tenant) => Promise<unknown>>;
}

/** Edges that lead to the other tenant, and nodes on which nothing hangs. */
async function damage({ transaction, tenants }: GraphUnderTest, tenant: Tenant): Promise<void> {
  const other = tenants.find(({ id }) => id !== tenant.id)!;
  await transaction.run(
    `MATCH (mine:Title {tenant: $mine, generation: 2}) WHERE mine.id IN ['a', 'b']
     MATCH (theirs:Title {tenant: $theirs, generation: 2, id: CASE mine.id WHEN 'a' THEN 'b' ELSE 'c' END})
     MATCH (ann:Profile {tenant: $mine, generation: 2, id: 'ann'})
     MATCH (watched:Title {tenant: $theirs, generation: 2, id: 'a'})
     CREATE (mine)-[:SIMILAR {weight: 9.0}]->(theirs)
     MERGE (ann)-[w:WATCHED]->(watched) SET w.revision = 1
     MERGE (ann)-[n:NOT_FOR_ME]->(watched) SET n.revision = 1
     MERGE (:Title {tenant: $mine, generation: 2, id: $lonely})
     MERGE (:Profile {tenant: $mine, generation: 2, id: $lonely})`,
    { mine: neo4j.int(tenant.id), theirs: neo4j.int(other.id), lonely: lonelyId(tenant) },
  );
}

/** Nodes with the relationships that lead from them: of both tenants, and of nobody. */
async function heldIn({ transaction, tenants }: GraphUnderTest): Promise<Held[]> {
  const { records } = await transaction.run(
    `MATCH (n:Title|Profile|TasteGraph) WHERE n.tenant IN $tenants OR n.tenant IS NULL
     RETURN n.tenant AS tenant, labels(n) AS labels, properties(n) AS fields,
       COLLECT { MATCH (n)-[r]->(to) RETURN type(r) + ' ' + coalesce(to.id, '') + ' ' + toString(to.tenant) + ' '
         + coalesce(toString(r.weight), '') + coalesce(toString(r.rating), '') } AS edges`,
    { tenants: tenants.map(({ id }) => neo4j.int(id)) },
  );
  return records.map((record) => {
    const { tenant, labels, fields, edges } = record.toObject() as Record<string, unknown>;
    const sorted = Object.entries(fields as object).sort(([one], [two]) => (one < two ? -1 : 1));
    const text = JSON.stringify([labels, sorted, (edges as string[]).sort()]);
    return { tenant: tenant as number | null, text };
  });
}
