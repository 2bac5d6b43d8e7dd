import { DateTime } from "neo4j-driver";

import { integer, type Neo4jStore } from "../neo4j/store.neo4j.js";
import { canonical, instantText } from "../projections/canonical.js";
import { chunks, differing, unexpected, type AnySection, type Section } from "../projections/section.js";
import { type Tenant } from "../tenant.js";
import { type Similarity, type Watch } from "./taste-graph-source.js";
import { type TasteInspectionSource } from "./taste-inspection-source.js";
import {
  edgeKeys,
  edgesOf,
  lonely,
  lonelyOf,
  MEND_MODEL,
  mendEdges,
  POINTER,
  removeLonely,
  type EdgeKind,
} from "./taste-inspection-statements.neo4j.js";

/** An edge of the source: its ends, and its fields as they are stored. */
interface Edge {
  start: string;
  end: string;
  fields: Record<string, unknown>;
}

/** The edges between two nodes: one, unless something is wrong. */
interface StoredEdges {
  contents: string[];
  /** The highest version; 0 of edges without one. */
  top: number;
}

interface Pointer {
  generation: number;
  building: boolean;
  model: string;
  learnedAt: string;
  titles: number;
  edges: number;
}

const BATCH = 5_000;
/** Nodes of a page, each with all its edges. */
const PAGE = 500;
const TIMEOUT_MS = 60_000;
const WATCHED: EdgeKind = { start: "Profile", type: "WATCHED" };
const SIMILAR: EdgeKind = { start: "Title", type: "SIMILAR" };

/** Everything that Neo4j holds of a tenant's taste graph, for comparing it with what it is built from. */
export function tasteSections(store: Neo4jStore, source: TasteInspectionSource): AnySection[] {
  const graph = new InspectedGraph(store);
  return [
    edgeSection(graph, source, "watch", WATCHED, {
      size: (tenant) => source.countWatches(tenant),
      all: (tenant) => mapped(source.watches(tenant), watchEdge),
      of: async (tenant, pairs) =>
        (
          await source.watchesOf(
            tenant,
            pairs.map(([profileId, titleId]) => ({ profileId, titleId })),
          )
        ).map(watchEdge),
    }),
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
    lonelySection(graph, "Profile", (tenant, ids) => source.profilesOf(tenant, ids)),
    lonelySection(graph, "Title", (tenant, ids) => source.titlesOf(tenant, ids)),
    modelSection(graph, source),
  ];
}

interface EdgeSource {
  size(tenant: Tenant): Promise<number>;
  all(tenant: Tenant): AsyncIterable<readonly Edge[]>;
  of(tenant: Tenant, pairs: readonly Pair[]): Promise<readonly Edge[]>;
}

type Pair = [start: string, end: string];

/** Edges by `["start","end"]`. */
function edgeSection(
  graph: InspectedGraph,
  source: Pick<TasteInspectionSource, "titlesOf">,
  kind: string,
  edges: EdgeKind,
  facts: EdgeSource,
): Section<Edge, StoredEdges> {
  const section: Section<Edge, StoredEdges> = {
    kind,
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await facts.size(tenant)),
    async *suspects(tenant, looked) {
      const expected = mapped(facts.all(tenant), (edge) => edge);
      yield* differing(section, tenant, byKey(expected), looked);
      yield* unexpected(section, tenant, graph.edgeKeys(tenant, edges), looked);
    },
    expectedOf: async (tenant, keys) =>
      new Map((await facts.of(tenant, keys.map(pairOf))).map((edge) => [keyOf(edge.start, edge.end), edge])),
    storedOf: (tenant, keys) => graph.edges(tenant, edges, keys),
    same: (expected, { contents }) => contents.length === 1 && contents[0] === canonical(expected.fields),
    async surplusFaults(tenant, keys) {
      const ends = keys.map((key) => pairOf(key)[1]);
      const known = await source.titlesOf(tenant, ends);
      return new Map(keys.flatMap((key, n) => (known.has(ends[n]!) ? [] : [[key, "dangling" as const]])));
    },
    isReplaced: (tenant) => graph.isBuilding(tenant),
    async mend(tenant, keys) {
      const stored = await graph.edges(tenant, edges, keys);
      const expected = await section.expectedOf(tenant, keys);
      await graph.mendEdges(tenant, edges, keys, stored, expected);
    },
  };
  return section;
}

/** Nodes on which nothing hangs: allowed only for what the source knows. */
function lonelySection(
  graph: InspectedGraph,
  label: "Profile" | "Title",
  known: (tenant: Tenant, ids: readonly string[]) => Promise<Set<string>>,
): Section<string, string> {
  const section: Section<string, string> = {
    kind: label.toLowerCase(),
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(0),
    suspects: (tenant, looked) => unexpected(section, tenant, graph.lonely(tenant, label), looked),
    expectedOf: async (tenant, ids) => new Map([...(await known(tenant, ids))].map((id) => [id, id])),
    storedOf: (tenant, ids) => graph.lonelyOf(tenant, label, ids),
    same: () => true,
    isReplaced: (tenant) => graph.isBuilding(tenant),
    mend: (tenant, ids) => graph.removeLonely(tenant, label, ids),
  };
  return section;
}

/** What the graph says that it was learned by. */
function modelSection(graph: InspectedGraph, source: TasteInspectionSource): Section<string, string> {
  const contentOf = ({ model, learnedAt, titles, edges }: Omit<Pointer, "generation" | "building">) =>
    canonical({ model, learnedAt: textOf(learnedAt), titles, edges });
  const section: Section<string, string> = {
    kind: "model",
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(1),
    async *suspects(_, looked) {
      looked(1);
      yield await Promise.resolve(["model"]);
    },
    async expectedOf(tenant) {
      const model = await source.model(tenant);
      return new Map(model ? [["model", contentOf(model)]] : []);
    },
    async storedOf(tenant) {
      const pointer = await graph.pointer(tenant);
      return new Map(pointer && pointer.model !== "NONE" ? [["model", contentOf(pointer)]] : []);
    },
    same: (expected, stored) => expected === stored,
    isReplaced: (tenant) => graph.isBuilding(tenant),
    async mend(tenant) {
      const model = await source.model(tenant);
      await graph.mendModel(tenant, model ?? { model: "NONE", learnedAt: EPOCH, titles: 0, edges: 0 });
    },
  };
  return section;
}

const EPOCH = "1970-01-01T00:00:00Z";

/** The live graph of tenants as it is, edge by edge. */
class InspectedGraph {
  constructor(private readonly store: Neo4jStore) {}

  async pointer(tenant: Tenant): Promise<Pointer | undefined> {
    const [pointer] = await this.#run<Pointer>(tenant, POINTER);
    return pointer;
  }

  async isBuilding(tenant: Tenant): Promise<boolean> {
    return (await this.pointer(tenant))?.building ?? false;
  }

  async *edgeKeys(tenant: Tenant, edges: EdgeKind): AsyncGenerator<string[]> {
    let after = "";
    for (;;) {
      const parameters = { after, size: integer(PAGE) };
      const rows = await this.#run<{ start: string; ends: string[] }>(tenant, edgeKeys(edges), parameters);
      yield rows.flatMap(({ start, ends }) => ends.map((end) => keyOf(start, end)));
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.start;
    }
  }

  async edges(tenant: Tenant, edges: EdgeKind, keys: readonly string[]): Promise<Map<string, StoredEdges>> {
    const found = new Map<string, StoredEdges>();
    for (const batch of chunks(keys, BATCH)) {
      const starts = [...grouped(batch.map(pairOf))].map(([start, ends]) => ({ start, ends }));
      const rows = await this.#run<Edge & { home: boolean }>(tenant, edgesOf(edges), { starts });
      for (const { start, end, fields, home } of rows) {
        const key = keyOf(start, end);
        const known = found.get(key) ?? { contents: [], top: -1 };
        known.contents.push(
          canonical(home ? storedFields(fields) : { elsewhere: true, ...storedFields(fields) }),
        );
        known.contents.sort();
        known.top = Math.max(known.top, typeof fields.version === "number" ? fields.version : 0);
        found.set(key, known);
      }
    }
    return found;
  }

  async mendEdges(
    tenant: Tenant,
    edges: EdgeKind,
    keys: readonly string[],
    stored: ReadonlyMap<string, StoredEdges>,
    expected: ReadonlyMap<string, Edge>,
  ): Promise<void> {
    const pointer = await this.pointer(tenant);
    if (!pointer) return;
    const changes = keys.map((key) => {
      const [start, end] = pairOf(key);
      const { contents, top } = stored.get(key) ?? { contents: [], top: -1 };
      const wanted = expected.get(key);
      return { start, end, count: integer(contents.length), top, fields: wanted ? [wanted.fields] : [] };
    });
    for (const batch of chunks(changes, BATCH)) {
      await this.#run(tenant, mendEdges(edges), { edges: batch, generation: integer(pointer.generation) });
    }
  }

  async *lonely(tenant: Tenant, label: "Profile" | "Title"): AsyncGenerator<string[]> {
    let after = "";
    for (;;) {
      const rows = await this.#run<{ id: string }>(tenant, lonely(label), { after, size: integer(BATCH) });
      yield rows.map(({ id }) => id);
      if (rows.length < BATCH) return;
      after = rows.at(-1)!.id;
    }
  }

  async lonelyOf(
    tenant: Tenant,
    label: "Profile" | "Title",
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await this.#run<{ id: string }>(tenant, lonelyOf(label), { ids });
    return new Map(rows.map(({ id }) => [id, id]));
  }

  async removeLonely(tenant: Tenant, label: "Profile" | "Title", ids: readonly string[]): Promise<void> {
    const pointer = await this.pointer(tenant);
    if (!pointer) return;
    await this.#run(tenant, removeLonely(label), { ids, generation: integer(pointer.generation) });
  }

  async mendModel(
    tenant: Tenant,
    { titles, edges, ...model }: Omit<Pointer, "generation" | "building">,
  ): Promise<void> {
    const pointer = await this.pointer(tenant);
    if (!pointer) return;
    const fields = { ...model, titles: integer(titles), edges: integer(edges) };
    await this.#run(tenant, MEND_MODEL, { model: fields, generation: integer(pointer.generation) });
  }

  #run<R>(tenant: Tenant, text: string, parameters: Record<string, unknown> = {}): Promise<R[]> {
    return this.store.write<R>(
      { text, parameters: { ...parameters, tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
  }
}

function watchEdge({ profileId, titleId, at, completed, rating, version = 0 }: Watch): Edge {
  // A field that is null is not stored.
  const fields = { at: instantText(at), completed, version, ...(rating === null ? {} : { rating }) };
  return { start: profileId, end: titleId, fields };
}

function similarEdge({ from, to, weight }: Similarity): Edge {
  return { start: from, end: to, fields: { weight } };
}

/** Fields of an edge, with the instants that are stored as instants as texts. */
function storedFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof DateTime
        ? instantText(value.toString())
        : typeof value === "string"
          ? `"${value}"`
          : value,
    ]),
  );
}

function textOf(instant: string): string {
  return Number.isNaN(Date.parse(instant)) ? instant : instantText(instant);
}

function keyOf(start: string, end: string): string {
  return JSON.stringify([start, end]);
}

function pairOf(key: string): Pair {
  return JSON.parse(key) as Pair;
}

function grouped(pairs: readonly Pair[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [start, end] of pairs) groups.set(start, [...(groups.get(start) ?? []), end]);
  return groups;
}

async function* mapped<T>(
  batches: AsyncIterable<readonly T[]>,
  toEdge: (fact: T) => Edge,
): AsyncGenerator<Edge[]> {
  for await (const batch of batches) yield batch.map(toEdge);
}

async function* byKey(batches: AsyncIterable<readonly Edge[]>): AsyncGenerator<Map<string, Edge>> {
  for await (const batch of batches) yield new Map(batch.map((edge) => [keyOf(edge.start, edge.end), edge]));
}
