import { type Tenant } from "../core/tenant.js";
import { type AnySection } from "../projection/check/section.js";
import { type EngineProjection } from "../projection/generations/engine-projection.js";
import { type GenerationLedger } from "../projection/generations/generation-ledger.js";
import { Generations } from "../projection/generations/generations.js";
import { type SimilarEdges, type TasteGraph, type TasteModel } from "./recommendations.js";
import { byStart } from "./similar-edges.js";
import { type WatchedGraph } from "./taste-follower.js";
import {
  watchFacts,
  type TasteFact,
  type Aversion,
  type TasteGraphSource,
  type Watch,
  type WatchRevision,
} from "./taste-graph-source.js";
import { type TasteInspectionSource } from "./taste-inspection-source.js";

/** Learned edges of one batch. */
const BATCH = 5_000;

/** A taste graph that follows, and which of its generations is read. */
export type LiveTaste = WatchedGraph & Pick<Generations<unknown>, "live">;

/** What an engine adds to a taste graph. */
export interface TasteEngine extends EngineProjection<TasteFact> {
  /** Sets what profiles have watched: a state only where what is there has a lower revision, or the same and no later `at`. */
  recordWatches(tenant: Tenant, generation: number, watches: readonly Watch[]): Promise<void>;
  /** Removes watches; one of a newer revision stays. */
  removeWatches(tenant: Tenant, generation: number, watches: readonly WatchRevision[]): Promise<void>;
  /** Sets what profiles do not want to be shown: a state only where what is there has a lower revision. */
  recordAversions(tenant: Tenant, generation: number, aversions: readonly Aversion[]): Promise<void>;
  /** Removes that; what is of a newer revision stays. */
  removeAversions(tenant: Tenant, generation: number, aversions: readonly WatchRevision[]): Promise<void>;
  /** Removes profiles with their watches and aversions. */
  removeProfiles(tenant: Tenant, generation: number, profiles: readonly string[]): Promise<void>;
  /** What there is to compare with a source. */
  sections(source: TasteInspectionSource, graph: LiveTaste): AnySection[];
}

/** A taste graph in an engine. What is watched counts for the next read; before the first build it is the build's to bring. */
export class TasteGenerations extends Generations<TasteFact> implements TasteGraph, WatchedGraph {
  /** @param source where the watches and aversions come from that belong to a graph whose edges are replaced. */
  constructor(
    private readonly graph: TasteEngine,
    ledger: GenerationLedger,
    private readonly source: Pick<TasteGraphSource, "watches" | "aversions">,
  ) {
    super(graph, ledger);
  }

  /**
   * Replaces the learned edges, with the watches there are, as one rebuild. The edges are whoever learned them to give:
   * of those that were missed before, nothing is known.
   *
   * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a number that is
   * not 0 or above or an edge without one above 0, or hold a pair twice, or the model has no instant. The old graph stays.
   */
  replace(tenant: Tenant, edges: SimilarEdges, model: TasteModel): Promise<void> {
    return this.replaceAll(tenant, this.#facts(tenant, edges, model), { ofFacts: false });
  }

  recordWatches(tenant: Tenant, watches: readonly Watch[]): Promise<void> {
    return this.write(tenant, (generation) => this.graph.recordWatches(tenant, generation, watches));
  }

  removeWatches(tenant: Tenant, watches: readonly WatchRevision[]): Promise<void> {
    return this.write(tenant, (generation) => this.graph.removeWatches(tenant, generation, watches));
  }

  recordAversions(tenant: Tenant, aversions: readonly Aversion[]): Promise<void> {
    return this.write(tenant, (generation) => this.graph.recordAversions(tenant, generation, aversions));
  }

  removeAversions(tenant: Tenant, aversions: readonly WatchRevision[]): Promise<void> {
    return this.write(tenant, (generation) => this.graph.removeAversions(tenant, generation, aversions));
  }

  removeProfiles(tenant: Tenant, profiles: readonly string[]): Promise<void> {
    return this.write(tenant, (generation) => this.graph.removeProfiles(tenant, generation, profiles));
  }

  /** What there is to compare with a source. */
  sections(source: TasteInspectionSource): AnySection[] {
    return this.graph.sections(source, this);
  }

  async *#facts(
    tenant: Tenant,
    edges: SimilarEdges,
    model: TasteModel,
  ): AsyncGenerator<readonly TasteFact[]> {
    if (!Number.isFinite(Date.parse(model.learnedAt))) {
      throw new RangeError(`learnedAt must be a timestamp in ISO 8601, found ${model.learnedAt}`);
    }
    const { order } = byStart(edges);
    yield [{ kind: "MODEL", ...model }];
    for (let start = 0; start < order.length; start += BATCH) {
      yield Array.from(order.subarray(start, start + BATCH), (edge) => ({
        kind: "SIMILAR" as const,
        from: edges.titles[edges.from[edge]!]!,
        to: edges.titles[edges.to[edge]!]!,
        weight: edges.weight[edge]!,
        next: edges.next?.[edge] ?? 0,
      }));
    }
    yield* watchFacts(this.source, tenant);
  }
}
