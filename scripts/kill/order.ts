import { setTimeout as sleep } from "node:timers/promises";

import { MongoStore } from "../../datasources/engines/mongodb/store.mongodb.js";
import { integer, Neo4jStore } from "../../datasources/engines/neo4j/store.neo4j.js";
import { OpenSearchStore } from "../../datasources/engines/opensearch/store.opensearch.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Engine } from "../engines/settings.js";
import { LiveGenerations } from "../live-generations.js";
import { type Random } from "../random.js";
import { type World } from "./worlds.js";

const SAMPLE = 40;
const EVERY_MS = 1_000;
const DEADLINE_MS = 1_000;

/** A key and the revision that a store shows of it. */
type Revision = readonly [key: string, revision: number];

interface Found {
  hits: { hits: { _source: { id: string }; _version: number }[] };
}

/**
 * Looks at the engines while they follow: what one has shown of a title or a watch must never be followed by an older
 * state of it.
 */
export class OrderWatch {
  looks = 0;
  /** Times a newer state was seen. */
  advances = 0;
  /** `<store> <tenant> <key>: <revision> after <revision>`. */
  backwards: string[] = [];
  readonly #seen = new Map<string, number>();
  readonly #mongodb: MongoStore;
  readonly #opensearch: OpenSearchStore;
  readonly #neo4j: Neo4jStore;
  readonly #live: LiveGenerations;

  /** @param urls of the engines, and of the run's own database. @param worlds what clients write to. */
  constructor(
    urls: Record<Engine, string>,
    private readonly worlds: readonly World[],
    private readonly random: Random,
  ) {
    const options = { deadlineMs: DEADLINE_MS, caFile: undefined, onLog: () => {} };
    this.#mongodb = new MongoStore(urls.mongodb, options);
    this.#opensearch = new OpenSearchStore(urls.opensearch, options);
    this.#neo4j = new Neo4jStore(urls.neo4j, options);
    this.#live = new LiveGenerations(urls.postgres);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const world of this.worlds) {
        const titles = Array.from({ length: SAMPLE }, () => this.random.pick(world.titles));
        const profile = this.random.pick(world.profiles);
        await Promise.all([
          this.#look("MONGODB", world, this.#inMongo(world.tenant, titles)),
          this.#look("OPENSEARCH", world, this.#inOpenSearch(world.tenant, titles)),
          this.#look("NEO4J", world, this.#inNeo4j(world.tenant, profile)),
        ]);
      }
      await sleep(EVERY_MS);
    }
    await Promise.all([this.#mongodb, this.#opensearch, this.#neo4j, this.#live].map((each) => each.close()));
  }

  async #look(store: string, { tenant }: World, reading: Promise<Revision[]>): Promise<void> {
    // An engine that is down shows nothing, which is in order.
    const revisions = await reading.catch(() => []);
    this.looks += revisions.length;
    for (const [id, revision] of revisions) {
      const key = `${store} ${tenant.slug} ${id}`;
      const before = this.#seen.get(key) ?? 0;
      if (revision < before) this.backwards.push(`${key}: ${revision} after ${before}`);
      if (revision > before) this.advances += 1;
      this.#seen.set(key, revision);
    }
  }

  async #inMongo(tenant: Tenant, ids: string[]): Promise<Revision[]> {
    const database = this.#mongodb.databaseOf(tenant);
    const generation = await this.#live.of("catalog.mongodb", tenant);
    const fields = { projection: { id: 1, revision: 1 }, maxTimeMS: DEADLINE_MS };
    const wanted = { tenant: tenant.id, generation, id: { $in: ids } };
    const found = await database
      .collection<{ id: string; revision: number }>("titles")
      .find(wanted, fields)
      .toArray();
    return found.map(({ id, revision }) => [id, revision]);
  }

  async #inOpenSearch(tenant: Tenant, ids: string[]): Promise<Revision[]> {
    const generation = await this.#live.of("search.opensearch", tenant);
    const { body } = await this.#opensearch.write<Found>({
      method: "POST",
      path: `/${this.#opensearch.aliasOf(tenant, generation)}/_search`,
      body: { size: SAMPLE, version: true, _source: ["id"], query: { terms: { id: ids } } },
    });
    return body.hits.hits.map(({ _source, _version }) => [_source.id, _version]);
  }

  async #inNeo4j(tenant: Tenant, profile: string): Promise<Revision[]> {
    const generation = await this.#live.of("recommendations.neo4j", tenant);
    const rows = await this.#neo4j.write<{ title: string; revision: number }>(
      {
        text: `MATCH (p:Profile {tenant: $tenant, generation: $generation, id: $profile})-[w:WATCHED]->(t:Title)
               RETURN t.id AS title, w.revision AS revision`,
        parameters: { tenant: integer(tenant.id), generation: integer(generation), profile },
      },
      DEADLINE_MS,
    );
    return rows.map(({ title, revision }) => [`${profile} ${title}`, revision]);
  }
}
