import { type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { canonical, instantText } from "../../projection/check/canonical.js";
import { nothing, type AnySection, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import {
  InspectedGraph,
  keyOf,
  pairOf,
  type Edge,
  type Pair,
  type StoredEdges,
} from "./inspected-graph.neo4j.js";
import { type Generations } from "../../projection/generations/generations.js";
import { type TasteModel } from "../recommendations.js";
import { type WatchedGraph } from "../taste-follower.js";
import { type Aversion, type Similarity, type Watch, type WatchRevision } from "../taste-graph-source.js";
import { type TasteInspectionSource } from "../taste-inspection-source.js";
import { type EdgeKind } from "./taste-inspection-statements.neo4j.js";

const WATCHED: EdgeKind = { start: "Profile", type: "WATCHED" };
const NOT_FOR_ME: EdgeKind = { start: "Profile", type: "NOT_FOR_ME" };
const SIMILAR: EdgeKind = { start: "Title", type: "SIMILAR" };

/** Everything that Neo4j holds of a tenant's taste graph, for comparing it with what it is built from. */
export function tasteSections(
  store: Neo4jStore,
  source: TasteInspectionSource,
  written: WatchedGraph & Pick<Generations<unknown>, "live">,
): AnySection[] {
  const graph = new InspectedGraph(store, written);
  const named = (pairs: readonly Pair[]) => pairs.map(([profileId, titleId]) => ({ profileId, titleId }));
  const watchesOf = (tenant: Tenant, pairs: readonly Pair[]) => source.watchesOf(tenant, named(pairs));
  const aversionsOf = (tenant: Tenant, pairs: readonly Pair[]) => source.aversionsOf(tenant, named(pairs));
  const watches = edgeSection(graph, source, "watch", WATCHED, {
    size: (tenant) => source.countWatches(tenant),
    all: (tenant) => mapped(source.watches(tenant), watchEdge),
    of: async (tenant, pairs) => (await watchesOf(tenant, pairs)).map(watchEdge),
  });
  const aversions = edgeSection(graph, source, "aversion", NOT_FOR_ME, {
    size: (tenant) => source.countAversions(tenant),
    all: (tenant) => mapped(source.aversions(tenant), aversionEdge),
    of: async (tenant, pairs) => (await aversionsOf(tenant, pairs)).map(aversionEdge),
  });
  return [
    {
      ...aversions,
      async repair(tenant, keys) {
        const seen = await aversions.storedOf(tenant, keys);
        const facts = await aversionsOf(tenant, keys.map(pairOf));
        await written.removeAversions(tenant, inTheWay(seen, facts));
        await written.recordAversions(tenant, facts);
      },
    },
    {
      ...watches,
      async repair(tenant, keys) {
        const seen = await watches.storedOf(tenant, keys);
        const facts = await watchesOf(tenant, keys.map(pairOf));
        await written.removeWatches(tenant, inTheWay(seen, facts));
        await written.recordWatches(tenant, facts);
      },
    },
    edgeSection(graph, source, "similar", SIMILAR, {
      size: (tenant) => source.countSimilarities(tenant),
      all: (tenant) => mapped(source.similarities(tenant), similarEdge),
      of: async (tenant, pairs) =>
        (
          await source.similaritiesOf(
            tenant,
            pairs.map(([from, to]) => ({ from, to })),
          )
        ).map(similarEdge),
    }),
    {
      ...lonelySection(graph, "Profile", (tenant, ids) => source.profilesOf(tenant, ids)),
      repair: (tenant, ids) => written.removeProfiles(tenant, ids),
    },
    lonelySection(graph, "Title", (tenant, ids) => source.titlesOf(tenant, ids)),
    modelSection(graph, source),
  ];
}

/** What is there, in the revision that was seen, and that no fact would take the place of. */
function inTheWay(
  seen: ReadonlyMap<string, StoredEdges>,
  facts: readonly (Watch | Aversion)[],
): WatchRevision[] {
  const revisions = new Map(
    facts.map(({ profileId, titleId, revision = 0 }) => [keyOf(profileId, titleId), revision]),
  );
  return [...seen].flatMap(([key, { top }]) => {
    const [profileId, titleId] = pairOf(key);
    return top >= (revisions.get(key) ?? 0) ? [{ profileId, titleId, revision: top }] : [];
  });
}

interface EdgeSource {
  size(tenant: Tenant): Promise<number>;
  all(tenant: Tenant): AsyncIterable<readonly Edge[]>;
  of(tenant: Tenant, pairs: readonly Pair[]): Promise<readonly Edge[]>;
}

/** Edges by `["start","end"]`. */
function edgeSection(
  graph: InspectedGraph,
  source: Pick<TasteInspectionSource, "titlesOf">,
  kind: string,
  edges: EdgeKind,
  facts: EdgeSource,
): Section<Edge, StoredEdges> {
  return {
    kind,
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await facts.size(tenant)),
    expected: (tenant) => byKey(facts.all(tenant)),
    stored: (tenant) => graph.allEdges(tenant, edges),
    expectedOf: async (tenant, keys) =>
      new Map((await facts.of(tenant, keys.map(pairOf))).map((edge) => [keyOf(edge.start, edge.end), edge])),
    storedOf: (tenant, keys) => graph.edges(tenant, edges, keys),
    same: (expected, { contents }) => contents.length === 1 && contents[0] === canonical(expected.fields),
    async surplusFaults(tenant, keys) {
      const ends = keys.map((key) => pairOf(key)[1]);
      const known = await source.titlesOf(tenant, ends);
      return new Map(keys.flatMap((key, n) => (known.has(ends[n]!) ? [] : [[key, "dangling" as const]])));
    },
  };
}

/** Nodes on which nothing hangs: allowed only for what the source knows. */
function lonelySection(
  graph: InspectedGraph,
  label: "Profile" | "Title",
  known: (tenant: Tenant, ids: readonly string[]) => Promise<Set<string>>,
): Section<string, string> {
  return {
    kind: label.toLowerCase(),
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(0),
    expected: nothing,
    keys: (tenant) => graph.lonely(tenant, label),
    expectedOf: async (tenant, ids) => new Map([...(await known(tenant, ids))].map((id) => [id, id])),
    storedOf: (tenant, ids) => graph.lonelyOf(tenant, label, ids),
    same: () => true,
  };
}

/** What the graph says that it was learned by. */
function modelSection(graph: InspectedGraph, source: TasteInspectionSource): Section<string, string> {
  const contentOf = ({ model, learnedAt, titles, edges }: TasteModel) =>
    canonical({ model, learnedAt: textOf(learnedAt), titles, edges });
  const section: Section<string, string> = {
    kind: "model",
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(1),
    async *expected(tenant) {
      yield await section.expectedOf(tenant, []);
    },
    async *keys(tenant) {
      yield [...(await section.storedOf(tenant, [])).keys()];
    },
    async expectedOf(tenant) {
      const model = await source.model(tenant);
      return new Map(model ? [["model", contentOf(model)]] : []);
    },
    async storedOf(tenant) {
      const model = await graph.model(tenant);
      return new Map(model && model.model !== "NONE" ? [["model", contentOf(model)]] : []);
    },
    same: (expected, stored) => expected === stored,
  };
  return section;
}

function watchEdge(watch: Watch): Edge {
  const { profileId, titleId, at, completed, rating, leftEarly = false, revision = 0 } = watch;
  // A field that is null is not stored.
  const rated = rating === null ? {} : { rating };
  const fields = { at: instantText(at), completed, leftEarly, revision, ...rated };
  return { start: profileId, end: titleId, fields };
}

function aversionEdge({ profileId, titleId, at, revision }: Aversion): Edge {
  return { start: profileId, end: titleId, fields: { at: instantText(at), revision } };
}

function similarEdge({ from, to, weight, next }: Similarity): Edge {
  return { start: from, end: to, fields: { weight, next } };
}

function textOf(instant: string): string {
  return Number.isNaN(Date.parse(instant)) ? instant : instantText(instant);
}

async function* mapped<T>(
  batches: AsyncIterable<readonly T[]>,
  toEdge: (fact: T) => Edge,
): AsyncGenerator<Edge[]> {
  for await (const batch of batches) yield batch.map(toEdge);
}

/** Edges in the order of their keys, as far as those of one start come together. */
async function* byKey(batches: AsyncIterable<readonly Edge[]>): AsyncGenerator<Map<string, Edge>> {
  let open: Edge[] = [];
  for await (const batch of batches) {
    const edges = [...open, ...batch];
    const last = edges.at(-1)?.start;
    yield sortedByKey(edges.filter(({ start }) => start !== last));
    open = edges.filter(({ start }) => start === last);
  }
  yield sortedByKey(open);
}

function sortedByKey(edges: readonly Edge[]): Map<string, Edge> {
  const entries = edges.map((edge) => [keyOf(edge.start, edge.end), edge] as const);
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
