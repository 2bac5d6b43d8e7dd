import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { chunks } from "../../core/chunks.js";
import { type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type TasteEngine, type LiveTaste } from "../taste-generations.js";
import { type Aversion, type TasteFact, type Watch, type WatchRevision } from "../taste-graph-source.js";
import { type TasteInspectionSource } from "../taste-inspection-source.js";
import { prepareTasteSchema } from "./taste-graph-schema.neo4j.js";
import {
  CLOSE_OTHERS,
  COUNT,
  HAS,
  HELD,
  OPEN,
  PUT_AVERSIONS,
  PUT_MODEL,
  PUT_SIMILARITIES,
  PUT_WATCHES,
  REMOVE_AVERSIONS,
  REMOVE_PROFILES,
  REMOVE_WATCHES,
  TASTE_FORM,
  aversionParameters,
  similarityParameters,
  sweep,
  watchParameters,
} from "./taste-graph-statements.neo4j.js";
import { tasteSections } from "./taste-inspection.neo4j.js";

/** Facts of one statement, and nodes of one that deletes: what the server holds in memory at once. */
const BATCH = 10_000;
const SWEEP_NODES = 200;
/** How long a statement may take. Milliseconds. */
const TIMEOUT_MS = 50_000;
/** Above every generation. */
const BEYOND = 2 ** 31;

/**
 * Taste graphs in Neo4j: `(:Profile)-[:WATCHED {at, completed, rating, leftEarly, revision}]->(:Title)-[:SIMILAR
 * {weight}]->(:Title)`, `(:Profile)-[:NOT_FOR_ME {at, revision}]->(:Title)`, every node keyed by tenant, generation and id, and a `(:TasteGraph)` for each generation, which says what it
 * was learned by. Isolated tenants are kept apart by the same key: Community Edition has one database.
 */
export class Neo4jTasteEngine implements TasteEngine {
  readonly label = "taste";
  readonly form = TASTE_FORM;

  constructor(private readonly store: Neo4jStore) {}

  get readMs(): number {
    return this.store.deadlineMs;
  }

  prepare(): Promise<void> {
    return prepareTasteSchema(this.store);
  }

  async open(tenant: Tenant, generation: number): Promise<void> {
    await this.#run(tenant, OPEN, { generation: integer(generation) });
  }

  async has(tenant: Tenant, generation: number): Promise<boolean> {
    return (await this.#run(tenant, HAS, { generation: integer(generation) })).length > 0;
  }

  /** Titles and profiles. */
  async count(tenant: Tenant, generation: number): Promise<number> {
    const [row] = await this.#run<{ entries: number }>(tenant, COUNT, { generation: integer(generation) });
    return row?.entries ?? 0;
  }

  /** Pairs that are similar must come once; of watches the latest state holds, whatever the order. */
  async put(tenant: Tenant, generation: number, facts: readonly TasteFact[]): Promise<void> {
    const similarities = facts.filter((fact) => fact.kind === "SIMILAR");
    const watches = facts.filter((fact) => fact.kind === "WATCH");
    for (const batch of chunks(similarities, BATCH))
      await this.#into(tenant, generation, PUT_SIMILARITIES, similarityParameters(batch));
    await this.recordWatches(tenant, generation, watches);
    const aversions = facts.filter((fact) => fact.kind === "NOT_FOR_ME");
    await this.recordAversions(tenant, generation, aversions);
    for (const fact of facts) {
      if (fact.kind !== "MODEL") continue;
      const model = { ...fact, titles: integer(fact.titles), edges: integer(fact.edges) };
      await this.#into(tenant, generation, PUT_MODEL, { model });
    }
  }

  async recordWatches(tenant: Tenant, generation: number, watches: readonly Watch[]): Promise<void> {
    for (const batch of chunks(watches, BATCH))
      await this.#into(tenant, generation, PUT_WATCHES, watchParameters(batch));
  }

  async removeWatches(tenant: Tenant, generation: number, watches: readonly WatchRevision[]): Promise<void> {
    const pairs = watches.map(({ profileId, titleId, revision }) => [profileId, titleId, revision]);
    if (pairs.length > 0) await this.#into(tenant, generation, REMOVE_WATCHES, { pairs });
  }

  async recordAversions(tenant: Tenant, generation: number, aversions: readonly Aversion[]): Promise<void> {
    for (const batch of chunks(aversions, BATCH))
      await this.#into(tenant, generation, PUT_AVERSIONS, aversionParameters(batch));
  }

  async removeAversions(
    tenant: Tenant,
    generation: number,
    aversions: readonly WatchRevision[],
  ): Promise<void> {
    const pairs = aversions.map(({ profileId, titleId, revision }) => [profileId, titleId, revision]);
    if (pairs.length > 0) await this.#into(tenant, generation, REMOVE_AVERSIONS, { pairs });
  }

  async removeProfiles(tenant: Tenant, generation: number, profiles: readonly string[]): Promise<void> {
    if (profiles.length > 0) await this.#into(tenant, generation, REMOVE_PROFILES, { profiles });
  }

  async drop(tenant: Tenant, kept: readonly number[]): Promise<void> {
    await this.#run(tenant, CLOSE_OTHERS, { kept: kept.map(integer) });
    let from = 0;
    for (const next of [...kept, BEYOND].sort((a, b) => a - b)) {
      await this.#sweep(tenant, from, next);
      from = next + 1;
    }
  }

  async held(tenant: Tenant): Promise<number> {
    const [row] = await this.#run<{ entries: number }>(tenant, HELD, {});
    return row?.entries ?? 0;
  }

  sections(source: TasteInspectionSource, graph: LiveTaste): AnySection[] {
    return tasteSections(this.store, source, graph);
  }

  /** Removes the generations from one number up to, not including, another. */
  async #sweep(tenant: Tenant, from: number, to: number): Promise<void> {
    const range = { from: integer(from), to: integer(to), size: integer(SWEEP_NODES), edges: integer(BATCH) };
    // Profiles first: what they have watched then hinders no title.
    for (const label of ["Profile", "Title"] as const) {
      for (let removed = 1; removed > 0;) {
        const [row] = await this.#run<{ removed: number }>(tenant, sweep(label), range);
        removed = row?.removed ?? 0;
      }
    }
  }

  async #into(tenant: Tenant, generation: number, text: string, parameters: object): Promise<void> {
    await this.#run(tenant, text, { ...parameters, generation: integer(generation) });
  }

  #run<R>(tenant: Tenant, text: string, parameters: Record<string, unknown>): Promise<R[]> {
    return this.store.write<R>(
      { text, parameters: { ...parameters, tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
  }
}
