// When what was acknowledged can be read in each store. Each looks with one question for everything that it waits for,
// again and again, straight at the engine, so that looking costs the gateway nothing.
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { MongoClient } from "mongodb";
import neo4j from "neo4j-driver";
import pg from "pg";

import { type Tenant } from "../../datasources/core/tenant.js";
import { LiveGenerations } from "../../scripts/live-generations.js";
import { type BenchEngines } from "../engine-setup.js";
import { type Ground, type GroundEnvironment } from "./ground.js";

/** Time between two looks. Milliseconds. */
const LOOK_MS = 20;
/** Writes waited for at once; more are not sampled. */
const MOST = 300;
/** A write not seen after so long counts as this late. Milliseconds. */
const LOST_MS = 30_000;

interface Hits {
  hits: { hits: { _source: { id: string; texts: { name: string } } }[] };
}

/** A write that was acknowledged at `at`, by the clock of `performance`. */
export interface Write {
  key: string;
  title: string;
  at: number;
  /** The name that a title was given. */
  name?: string;
  /** Who watched. */
  profile?: string;
  /** When it was sent, in milliseconds since 1970. */
  sentAt?: number;
}

/** How a store is looked at. */
export interface Looking {
  name: string;
  kind: "title" | "watch";
  /** The keys of what shows. */
  look(writes: readonly Write[]): Promise<Set<string>>;
  close(): Promise<unknown>;
}

/** Waits for the writes of one kind to show in one store. */
export class Sighting {
  readonly name: string;
  readonly kind: Looking["kind"];
  #pending = new Map<string, Write & { resolve: () => void }>();
  #stopped = false;
  #delays: number[] = [];
  readonly #running: Promise<void>;

  constructor(private readonly looking: Looking) {
    this.name = looking.name;
    this.kind = looking.kind;
    this.#running = this.#run();
  }

  /** How many writes are waited for. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Resolves when the write shows. */
  expect(write: Write): Promise<void> {
    if (this.#pending.size >= MOST || this.#pending.has(write.key)) return Promise.resolve();
    return new Promise((resolve) => this.#pending.set(write.key, { ...write, resolve }));
  }

  /** The delays since the last time. Milliseconds. */
  take(): number[] {
    const taken = this.#delays;
    this.#delays = [];
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.looking.close();
  }

  async #run(): Promise<void> {
    for (; !this.#stopped; await sleep(LOOK_MS)) {
      if (this.#pending.size === 0) continue;
      const asked = [...this.#pending.values()];
      const seen = await this.looking.look(asked);
      const now = performance.now();
      for (const write of asked) {
        const late = now - write.at > LOST_MS;
        if (!seen.has(write.key) && !late) continue;
        this.#pending.delete(write.key);
        this.#delays.push(now - write.at);
        write.resolve();
      }
    }
  }
}

/** The sightings of a deployment: of its engines, or of PostgreSQL's own projections. */
export function sightingsOf({ world: { tenant }, env, engines }: Ground): Sighting[] {
  return engines
    ? [mongodb, opensearch, graph].map((sighting) =>
        sighting(tenant, engines, new LiveGenerations(env.POSTGRES_URL)),
      )
    : [
        postgres(
          tenant,
          env,
          "catalog.postgres",
          "select id, document ->> 'name' as name from SCHEMA.catalog_titles where tenant_id = $1 and id = any($2)",
        ),
        postgres(
          tenant,
          env,
          "search.postgres",
          "select t.id, x.texts -> 'name' ->> 0 as name from SCHEMA.search_titles t join SCHEMA.search_texts x using (tenant_id, doc) where t.tenant_id = $1 and t.id = any($2)",
        ),
      ];
}

function mongodb(tenant: Tenant, { mongodb: { url } }: BenchEngines, generations: LiveGenerations): Sighting {
  const client = new MongoClient(url);
  const database = client.db(new URL(url).pathname.slice(1) || "marquee");
  return new Sighting({
    name: "catalog.mongodb",
    kind: "title",
    async look(writes) {
      const live = await generations.of("catalog.mongodb", tenant);
      const ids = writes.map(({ title }) => `${tenant.id}:${live}:${title}`);
      const rows = await database
        .collection<{ _id: string; id: string; title: { name: string } }>("titles")
        .find({ _id: { $in: ids } }, { projection: { id: 1, "title.name": 1 } })
        .toArray();
      return named(writes, new Map(rows.map(({ id, title }) => [id, title.name])));
    },
    close: () => Promise.all([client.close(), generations.close()]),
  });
}

function opensearch(
  tenant: Tenant,
  { opensearch: { url } }: BenchEngines,
  generations: LiveGenerations,
): Sighting {
  return new Sighting({
    name: "search.opensearch",
    kind: "title",
    async look(writes) {
      const live = await generations.of("search.opensearch", tenant);
      const response = await fetch(new URL(`/marquee-search-${tenant.id}-${live}/_search`, url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          size: writes.length,
          _source: ["id", "texts.name"],
          query: { bool: { filter: [{ terms: { id: writes.map(({ title }) => title) } }] } },
        }),
      });
      const { hits } = (await response.json()) as Hits;
      return named(writes, new Map(hits.hits.map(({ _source }) => [_source.id, _source.texts.name])));
    },
    close: () => generations.close(),
  });
}

function graph(tenant: Tenant, { neo4j: { url } }: BenchEngines, generations: LiveGenerations): Sighting {
  const driver = neo4j.driver(url);
  const session = driver.session({ defaultAccessMode: neo4j.session.READ });
  return new Sighting({
    name: "recommendations.neo4j",
    kind: "watch",
    async look(writes) {
      const live = await generations.of("recommendations.neo4j", tenant);
      const { records } = await session.run<{ key: string }>(
        `UNWIND $writes AS write
         MATCH (:Profile {tenant: $tenant, generation: $live, id: write.profile})
               -[w:WATCHED]->(:Title {tenant: $tenant, generation: $live, id: write.title})
         WHERE w.at.epochMillis >= write.sentAt
         RETURN write.key AS key`,
        {
          tenant: neo4j.int(tenant.id),
          live: neo4j.int(live),
          writes: writes.map(({ key, profile, title, sentAt }) => ({ key, profile, title, sentAt })),
        },
      );
      return new Set(records.map((record) => record.get("key")));
    },
    close: () => Promise.all([driver.close(), generations.close()]),
  });
}

function postgres(
  tenant: Tenant,
  { POSTGRES_URL: url }: GroundEnvironment,
  name: string,
  text: string,
): Sighting {
  const client = new pg.Client({ connectionString: url });
  const connected = client.connect();
  return new Sighting({
    name,
    kind: "title",
    async look(writes) {
      await connected;
      const { rows } = await client.query<{ id: string; name: string }>(
        text.replaceAll("SCHEMA", tenant.schema),
        [tenant.id, writes.map(({ title }) => title)],
      );
      return named(writes, new Map(rows.map((row) => [row.id, row.name])));
    },
    close: () => client.end(),
  });
}

function named(writes: readonly Write[], names: ReadonlyMap<string, string>): Set<string> {
  return new Set(writes.filter(({ title, name }) => names.get(title) === name).map(({ key }) => key));
}
