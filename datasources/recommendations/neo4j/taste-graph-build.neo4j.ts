import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { integer, type Neo4jStore } from "../../engines/neo4j/store.neo4j.js";
import { type Tenant } from "../../core/tenant.js";
import { type TasteModel } from "../recommendations.js";
import { type TasteFact } from "../taste-graph-source.js";
import {
  BEGIN,
  END,
  FORGET,
  PUBLISH,
  PUT_SIMILARITIES,
  PUT_WATCHES,
  similarityParameters,
  sweep,
  watchParameters,
  WITHDRAW,
} from "./taste-graph-statements.neo4j.js";

/** How long a build that shows no sign of life keeps others waiting, and how often those look. Milliseconds. */
const LEASE_MS = 60_000;
const POLL_MS = 100;
/** Within the lease, so that a statement cannot outlive the right to make it. Milliseconds. */
const STATEMENT_TIMEOUT_MS = 50_000;
/** Edges of one statement, and nodes of one that deletes: what the server holds in memory at once. */
const BATCH = 10_000;
const SWEEP_NODES = 200;

const UNKNOWN_MODEL: TasteModel = {
  model: "NONE",
  learnedAt: "1970-01-01T00:00:00Z",
  titles: 0,
  edges: 0,
};

/**
 * One generation of a tenant's graph while it is being filled beside the one that is read. A build holds a lease on
 * the tenant's pointer: two of them follow each other, and one that lost its lease can change nothing any more.
 */
export class TasteGraphBuild {
  readonly #builder = randomUUID();
  #model = UNKNOWN_MODEL;
  #generation = 0;
  #live = 0;

  private constructor(
    private readonly store: Neo4jStore,
    private readonly tenant: Tenant,
  ) {}

  /** Waits for other builds of the tenant, then clears away what builds that died have left. */
  static async begin(store: Neo4jStore, tenant: Tenant): Promise<TasteGraphBuild> {
    const build = new TasteGraphBuild(store, tenant);
    for (;;) {
      const [begun] = await build.#write<{ generation: number; live: number }>(BEGIN);
      if (begun) {
        build.#generation = begun.generation;
        build.#live = begun.live;
        break;
      }
      await sleep(POLL_MS);
    }
    try {
      await build.#sweep(0, build.#live);
      await build.#sweep(build.#live + 1, build.#generation);
    } catch (error) {
      await build.end();
      throw error;
    }
    return build;
  }

  /** Adds facts. Pairs that are similar must come once; of watches the latest state holds, whatever the order. */
  async put(facts: readonly TasteFact[]): Promise<void> {
    for (let start = 0; start < facts.length; start += BATCH) {
      const batch = facts.slice(start, start + BATCH);
      const similarities = batch.filter((fact) => fact.kind === "SIMILAR");
      const watches = batch.filter((fact) => fact.kind === "WATCH");
      if (similarities.length > 0) await this.#held(PUT_SIMILARITIES, similarityParameters(similarities));
      if (watches.length > 0) await this.#held(PUT_WATCHES, watchParameters(watches));
      for (const fact of batch) if (fact.kind === "MODEL") this.#model = checkedModel(fact);
    }
  }

  /** Lets readers go over to this generation, and removes the one before once nobody can be reading it any more. */
  async publish(): Promise<void> {
    const { model, learnedAt, titles, edges } = this.#model;
    await this.#held(PUBLISH, {
      model: { model, learnedAt, titles: integer(titles), edges: integer(edges) },
    });
    if (this.#live === 0) return;
    // Neo4j reads what is committed, statement or not: a reader of the old generation would see it shrink.
    await sleep(this.store.deadlineMs);
    await this.#sweep(0, this.#generation);
  }

  /** Removes all that the tenant has. */
  async removeAll(): Promise<void> {
    await this.#held(WITHDRAW);
    await this.#sweep(0, this.#generation + 1);
    await this.#write(FORGET);
  }

  /** Removes what has been filled and was not published. The graph that is read stays. */
  async discard(): Promise<void> {
    await this.#sweep(this.#generation, this.#generation + 1);
  }

  /** Gives the lease back; where Neo4j cannot be told, it runs out. */
  async end(): Promise<void> {
    await this.#write(END).catch(() => undefined);
  }

  async #sweep(from: number, to: number): Promise<void> {
    if (from >= to) return;
    const parameters = {
      from: integer(from),
      to: integer(to),
      size: integer(SWEEP_NODES),
      edges: integer(BATCH),
    };
    // Profiles first: what they have watched then hinders no title.
    for (const label of ["Profile", "Title"] as const) {
      while ((await this.#held<{ removed: number }>(sweep(label), parameters)).removed > 0);
    }
  }

  /** Runs a statement that begins with the lease, and answers its one row. */
  async #held<R>(text: string, parameters: Record<string, unknown> = {}): Promise<R> {
    const [row] = await this.#write<R>(text, parameters);
    if (row === undefined) {
      throw new Error(`Another process has taken over building the taste graph of ${this.tenant.slug}`);
    }
    return row;
  }

  #write<R>(text: string, parameters: Record<string, unknown> = {}): Promise<R[]> {
    const lease = {
      tenant: integer(this.tenant.id),
      builder: this.#builder,
      lease: integer(LEASE_MS),
    };
    return this.store.write<R>({ text, parameters: { ...parameters, ...lease } }, STATEMENT_TIMEOUT_MS);
  }
}

function checkedModel(model: TasteModel): TasteModel {
  if (!Number.isFinite(Date.parse(model.learnedAt))) {
    throw new RangeError(`learnedAt must be a timestamp in ISO 8601, found ${model.learnedAt}`);
  }
  return model;
}
