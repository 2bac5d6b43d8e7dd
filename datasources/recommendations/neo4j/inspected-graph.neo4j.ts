import { DateTime } from "neo4j-driver";

import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { canonical, instantText } from "../../projection/check/canonical.js";
import { chunks } from "../../core/chunks.js";
import { pagesOf } from "../../projection/check/section.js";
import { type Generations } from "../../projection/generations/generations.js";
import { type TasteModel } from "../recommendations.js";
import { type Tenant } from "../../core/tenant.js";
import {
  edgeKeys,
  edgesOf,
  lonely,
  lonelyOf,
  MODEL,
  type EdgeKind,
} from "./taste-inspection-statements.neo4j.js";

/** An edge of the source: its ends, and its fields as they are stored. */
export interface Edge {
  start: string;
  end: string;
  fields: Record<string, unknown>;
}

/** The edges between two nodes: one, unless something is wrong. */
export interface StoredEdges {
  contents: string[];
  /** The highest revision; 0 of edges without one. */
  top: number;
}

/** The ends of an edge. */
export type Pair = [start: string, end: string];

const BATCH = 5_000;
/** Nodes of a page, each with all its edges. */
const PAGE = 500;
const TIMEOUT_MS = 60_000;
/** The live graph of tenants as it is, edge by edge. */
export class InspectedGraph {
  constructor(
    private readonly store: Neo4jStore,
    private readonly generations: Pick<Generations<unknown>, "live">,
  ) {}

  /** What the graph says that it was learned by. */
  async model(tenant: Tenant): Promise<TasteModel | undefined> {
    const [model] = await this.#run<TasteModel>(tenant, MODEL);
    return model;
  }

  /** All edges of a kind in the order of their keys, those of some starts at a time. */
  async *allEdges(tenant: Tenant, edges: EdgeKind): AsyncGenerator<Map<string, StoredEdges>> {
    const page = (after: string) =>
      this.#run<{ start: string; ends: string[] }>(tenant, edgeKeys(edges), { after, size: integer(PAGE) });
    for await (const rows of pagesOf(PAGE, ({ start }) => start, page)) {
      const keys = rows.flatMap(({ start, ends }) => ends.map((end) => keyOf(start, end)));
      const found = await this.edges(tenant, edges, keys);
      yield new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
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
        known.top = Math.max(known.top, typeof fields.revision === "number" ? fields.revision : 0);
        found.set(key, known);
      }
    }
    return found;
  }

  async *lonely(tenant: Tenant, label: "Profile" | "Title"): AsyncGenerator<string[]> {
    const page = (after: string) =>
      this.#run<{ id: string }>(tenant, lonely(label), { after, size: integer(BATCH) });
    for await (const rows of pagesOf(BATCH, ({ id }) => id, page)) yield rows.map(({ id }) => id);
  }

  async lonelyOf(
    tenant: Tenant,
    label: "Profile" | "Title",
    ids: readonly string[],
  ): Promise<Map<string, string>> {
    const rows = await this.#run<{ id: string }>(tenant, lonelyOf(label), { ids });
    return new Map(rows.map(({ id }) => [id, id]));
  }

  async #run<R>(tenant: Tenant, text: string, parameters: Record<string, unknown> = {}): Promise<R[]> {
    const generation = await this.generations.live(tenant);
    if (generation === null) return [];
    const scope = { tenant: integer(tenant.id), generation: integer(generation) };
    return this.store.write<R>({ text, parameters: { ...parameters, ...scope } }, TIMEOUT_MS);
  }
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

/** The key of the edges between two nodes: `["start","end"]`. */
export function keyOf(start: string, end: string): string {
  return JSON.stringify([start, end]);
}

/** The ends that a key is of. */
export function pairOf(key: string): Pair {
  return JSON.parse(key) as Pair;
}

function grouped(pairs: readonly Pair[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [start, end] of pairs) groups.set(start, [...(groups.get(start) ?? []), end]);
  return groups;
}
