// When what was acknowledged can be read in each store. Each looks with one question for everything that it waits for,
// again and again, straight at the engine, so that looking costs the gateway nothing.
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { MongoClient } from "mongodb";
import neo4j from "neo4j-driver";
import pg from "pg";

import { LiveGenerations } from "../../scripts/live-generations.mjs";

/** Time between two looks. Milliseconds. */
const LOOK_MS = 20;
/** Writes waited for at once; more are not sampled. */
const MOST = 300;
/** A write not seen after so long counts as this late. Milliseconds. */
const LOST_MS = 30_000;

/** Waits for the writes of one kind to show in one store. */
export class Sighting {
  #pending = new Map();
  #stopped = false;
  #running;
  delays = [];
  lost = 0;

  /** @param {{ name: string, kind: "title" | "watch", look: (writes: object[]) => Promise<Set<string>>, close: () => Promise<unknown> }} options `look` answers the keys of what shows. */
  constructor(options) {
    Object.assign(this, options);
    this.#running = this.#run();
  }

  get pending() {
    return this.#pending.size;
  }

  /** Resolves when the write shows. */
  expect(write) {
    if (this.#pending.size >= MOST || this.#pending.has(write.key)) return Promise.resolve();
    return new Promise((resolve) => this.#pending.set(write.key, { ...write, resolve }));
  }

  /** The delays since the last time. Milliseconds. */
  take() {
    const taken = { delays: this.delays, lost: this.lost };
    this.delays = [];
    this.lost = 0;
    return taken;
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
    await this.close();
  }

  async #run() {
    for (; !this.#stopped; await sleep(LOOK_MS)) {
      if (this.#pending.size === 0) continue;
      const asked = [...this.#pending.values()];
      const seen = await this.look(asked);
      const now = performance.now();
      for (const write of asked) {
        const late = now - write.at > LOST_MS;
        if (!seen.has(write.key) && !late) continue;
        this.#pending.delete(write.key);
        this.delays.push(now - write.at);
        if (late) this.lost += 1;
        write.resolve();
      }
    }
  }
}

/** The sightings of a deployment: of its engines, or of PostgreSQL's own projections. */
export function sightingsOf({ world, env, addresses }) {
  return addresses
    ? enginesOf(world, addresses, new LiveGenerations(env.POSTGRES_URL))
    : [
        postgres(
          world,
          env,
          "catalog.postgres",
          "select id, document ->> 'name' as name from SCHEMA.catalog_titles where tenant_id = $1 and id = any($2)",
        ),
        postgres(
          world,
          env,
          "search.postgres",
          "select t.id, x.name from SCHEMA.search_titles t join SCHEMA.search_texts x using (tenant_id, doc) where t.tenant_id = $1 and t.id = any($2)",
        ),
      ];
}

function enginesOf(world, addresses, live) {
  const sightings = [mongodb, opensearch, graph].map((engine) => engine(world, addresses, live));
  const [last] = sightings.slice(-1);
  const close = last.close;
  last.close = async () => {
    await close();
    await live.close();
  };
  return sightings;
}

function mongodb({ tenant }, { mongodb: { url } }, generations) {
  const client = new MongoClient(url);
  const database = client.db(new URL(url).pathname.slice(1) || "marquee");
  return new Sighting({
    name: "catalog.mongodb",
    kind: "title",
    async look(writes) {
      const live = await generations.of("catalog.mongodb", tenant);
      const ids = writes.map(({ title }) => `${tenant.id}:${live}:${title}`);
      const rows = await database
        .collection("titles")
        .find({ _id: { $in: ids } }, { projection: { id: 1, "title.name": 1 } })
        .toArray();
      return named(writes, new Map(rows.map(({ id, title }) => [id, title.name])));
    },
    close: () => client.close(),
  });
}

function opensearch({ tenant }, { opensearch: { url } }, generations) {
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
      const { hits } = await response.json();
      return named(writes, new Map(hits.hits.map(({ _source }) => [_source.id, _source.texts.name])));
    },
    close: () => Promise.resolve(),
  });
}

function graph({ tenant }, { neo4j: { url } }, generations) {
  const driver = neo4j.driver(url);
  const session = driver.session({ defaultAccessMode: neo4j.session.READ });
  return new Sighting({
    name: "recommendations.neo4j",
    kind: "watch",
    async look(writes) {
      const live = await generations.of("recommendations.neo4j", tenant);
      const { records } = await session.run(
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
    close: () => driver.close(),
  });
}

function postgres({ tenant }, { POSTGRES_URL: url }, name, text) {
  const client = new pg.Client({ connectionString: url });
  const connected = client.connect();
  return new Sighting({
    name,
    kind: "title",
    async look(writes) {
      await connected;
      const { rows } = await client.query(text.replaceAll("SCHEMA", tenant.schema), [
        tenant.id,
        writes.map(({ title }) => title),
      ]);
      return named(writes, new Map(rows.map((row) => [row.id, row.name])));
    },
    close: () => client.end(),
  });
}

function named(writes, names) {
  return new Set(writes.filter(({ title, name }) => names.get(title) === name).map(({ key }) => key));
}
