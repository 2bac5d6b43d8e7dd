import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { type Projection, type ProjectionStatus } from "../../projection/targets/projection.js";
import { type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type SimilarEdges, type TasteGraph, type TasteModel } from "../recommendations.js";
import { byStart } from "../similar-edges.js";
import { TasteGraphBuild } from "./taste-graph-build.neo4j.js";
import { prepareTasteSchema } from "./taste-graph-schema.neo4j.js";
import {
  watchFacts,
  type TasteFact,
  type TasteGraphSource,
  type Watch,
  type WatchVersion,
} from "../taste-graph-source.js";
import {
  RECEIVES,
  RECORD_WATCHES,
  REMOVE_PROFILES,
  REMOVE_WATCHES,
  STATUS,
  watchParameters,
} from "./taste-graph-statements.neo4j.js";
import { type TasteInspectionSource } from "../taste-inspection-source.js";
import { InspectedGraph } from "./inspected-graph.neo4j.js";
import { tasteSections } from "./taste-inspection.neo4j.js";

/** Facts of one statement, and how long it may take. Milliseconds. */
const BATCH = 5_000;
const TIMEOUT_MS = 30_000;

/**
 * Writes taste graphs to Neo4j: `(:Profile)-[:WATCHED {at, completed, rating, version}]->(:Title)-[:SIMILAR {weight}]->
 * (:Title)`, every node keyed by tenant, generation and id, and a `(:TasteGraph)` a tenant that points to the generation
 * that is read. Isolated tenants are kept apart by the same key: Community Edition has one database.
 */
export class Neo4jTasteGraph implements TasteGraph, Projection<TasteFact> {
  /** @param source where the watches come from that belong to a graph whose edges are replaced. */
  constructor(
    private readonly store: Neo4jStore,
    private readonly source: Pick<TasteGraphSource, "watches">,
  ) {}

  prepare(): Promise<void> {
    return prepareTasteSchema(this.store);
  }

  async status(tenant: Tenant): Promise<ProjectionStatus> {
    const [status] = await this.store.write<{ live: number; entries: number }>(
      { text: STATUS, parameters: { tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
    if (!status) return { entries: 0, live: null };
    return { entries: status.entries, live: `taste_${String(status.live).padStart(4, "0")}` };
  }

  async rebuild(tenant: Tenant, batches: AsyncIterable<readonly TasteFact[]>): Promise<void> {
    const build = await TasteGraphBuild.begin(this.store, tenant);
    try {
      await fill(build, batches);
      await build.publish();
    } finally {
      await build.end();
    }
  }

  /**
   * Replaces the learned edges, with the watches there are, as one rebuild.
   *
   * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a weight that is
   * not above 0, or hold a pair twice, or the model has no instant. The old graph stays.
   */
  replace(tenant: Tenant, edges: SimilarEdges, model: TasteModel): Promise<void> {
    return this.rebuild(tenant, this.#facts(tenant, edges, model));
  }

  /**
   * Sets what profiles have watched, in the graph that is read and in one that is being filled. Safe to repeat and to
   * call late: a state is taken only where what is there has a lower version, or the same and no later `at`. Counts for
   * the next read. Does nothing before the tenant's first graph is built, which brings the watches along.
   *
   * @throws StoreUnavailableError when Neo4j does not answer; watches may have been set in part.
   */
  async recordWatches(tenant: Tenant, watches: readonly Watch[]): Promise<void> {
    for (let start = 0; start < watches.length; start += BATCH) {
      const parameters = watchParameters(watches.slice(start, start + BATCH));
      await this.store.write(
        { text: RECORD_WATCHES, parameters: { ...parameters, tenant: integer(tenant.id) } },
        TIMEOUT_MS,
      );
    }
  }

  /** What there is to compare with a source. */
  sections(source: TasteInspectionSource): AnySection[] {
    return tasteSections(this.store, source, this);
  }

  isReplaced(tenant: Tenant): Promise<boolean> {
    return new InspectedGraph(this.store).isBuilding(tenant);
  }

  /** Removes watches, in the graph that is read and in one that is being filled; one of a newer version stays. */
  async removeWatches(tenant: Tenant, watches: readonly WatchVersion[]): Promise<void> {
    if (watches.length === 0) return;
    const pairs = watches.map(({ profileId, titleId, version }) => [profileId, titleId, version]);
    await this.store.write(
      { text: REMOVE_WATCHES, parameters: { pairs, tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
  }

  /** Removes profiles with their watches, in the graph that is read and in one that is being filled. */
  async removeProfiles(tenant: Tenant, profiles: readonly string[]): Promise<void> {
    if (profiles.length === 0) return;
    await this.store.write(
      { text: REMOVE_PROFILES, parameters: { profiles, tenant: integer(tenant.id) } },
      TIMEOUT_MS,
    );
  }

  async receives(tenant: Tenant): Promise<boolean> {
    const parameters = { tenant: integer(tenant.id) };
    const rows = await this.store.write({ text: RECEIVES, parameters }, TIMEOUT_MS);
    return rows.length > 0;
  }

  /** Removes all that a tenant has here. */
  async remove(tenant: Tenant): Promise<void> {
    const build = await TasteGraphBuild.begin(this.store, tenant);
    try {
      await build.removeAll();
    } finally {
      await build.end();
    }
  }

  async *#facts(
    tenant: Tenant,
    edges: SimilarEdges,
    model: TasteModel,
  ): AsyncGenerator<readonly TasteFact[]> {
    const order = byStart(edges);
    yield [{ kind: "MODEL", ...model }];
    for (let start = 0; start < order.length; start += BATCH) {
      yield Array.from(order.subarray(start, start + BATCH), (edge) => ({
        kind: "SIMILAR" as const,
        from: edges.titles[edges.from[edge]!]!,
        to: edges.titles[edges.to[edge]!]!,
        weight: edges.weight[edge]!,
      }));
    }
    yield* watchFacts(this.source, tenant);
  }
}

async function fill(build: TasteGraphBuild, batches: AsyncIterable<readonly TasteFact[]>): Promise<void> {
  try {
    for await (const batch of batches) await build.put(batch);
  } catch (error) {
    // What cannot be removed now, because Neo4j is down, is removed by the next build.
    await build.discard().catch(() => undefined);
    throw error;
  }
}
