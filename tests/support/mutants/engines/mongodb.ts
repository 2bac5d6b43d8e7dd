import { randomBytes } from "node:crypto";

import { BSON, MongoClient, type CommandStartedEvent, type Document } from "mongodb";

import { MongoCatalogEngine } from "../../../../datasources/catalog/mongodb/catalog-engine.mongodb.js";
import { MongoCatalog } from "../../../../datasources/catalog/mongodb/catalog.mongodb.js";
import { type TitleGenerations } from "../../../../datasources/catalog/title-generations.js";
import { type Tenant } from "../../../../datasources/core/tenant.js";
import { MongoStore } from "../../../../datasources/engines/mongodb/store.mongodb.js";
import { MongoTraces } from "../../../../datasources/privacy/traces.mongodb.js";
import { PATIENT_DEADLINE_MS } from "../../patience.js";
import { testRequest } from "../../stores.js";
import { inOrder, type EngineGround, type Held } from "./ground.js";
import { sentConditions } from "./sent-to-mongodb.js";
import { everyone, IDS, lookAtTitles, ownId, tenants, type TitlesUnderTest } from "./titles.js";

/** Indexes decide nothing. */
class WithoutIndexes extends MongoCatalogEngine {
  override prepare(): Promise<void> {
    return Promise.resolve();
  }
}

/** MongoDB in databases that nothing else uses. */
export function openMongoGround(url: string): EngineGround {
  const database = `marquee_test_${randomBytes(6).toString("hex")}`;
  const own = Object.assign(new URL(url), { pathname: `/${database}` }).href;
  const options = { deadlineMs: PATIENT_DEADLINE_MS, onLog: () => {}, announceCommands: true };
  const store = new MongoStore(own, options);
  const around = new MongoClient(url);
  const nameless = new Set<string>();
  store.client.on("commandStarted", ({ command }: CommandStartedEvent) => {
    for (const criterion of criteriaOf(command))
      if (!namesTenant(criterion)) nameless.add(BSON.EJSON.stringify(command).slice(0, 300));
  });
  const subject = { store: "MONGODB", ...aroundMongo(around, database), ...ofMongo(store) } as const;
  const clear = async () => {
    for (const name of await databases(around, database)) await around.db(name).dropDatabase();
  };
  return {
    name: "MONGODB",
    async look(notes) {
      nameless.clear();
      sentConditions.clear();
      try {
        await lookAtTitles(subject, notes);
      } finally {
        await clear();
      }
      return [...nameless];
    },
    sent: () => [...sentConditions].sort(),
    close: async () => {
      await clear();
      await Promise.all([store.close(), around.close()]);
    },
  };
}

function ofMongo(store: MongoStore): Pick<TitlesUnderTest, "engine" | "asks"> {
  const traces = new MongoTraces(store);
  return {
    engine: new WithoutIndexes(store),
    asks: (generations) => ({
      ...catalogAsks(new MongoCatalog(store, generations)),
      traces: async (tenant) => inOrder(await traces.search(tenant, ["Lantern", "Drama", "2"])),
    }),
  };
}

function catalogAsks(catalog: MongoCatalog): ReturnType<(generations: TitleGenerations) => Asks> {
  const known = tenants.map(ownId);
  const order = { field: "NAME", direction: "ASC" } as const;
  const page = { limit: 10, fromEnd: false };
  const queries = [{ filter: {} }, { filter: { person: "p0" } }, { filter: { studio: "studio" } }].map(
    (query) => ({ ...query, order, page }),
  );
  const names = [
    { type: "Person", id: "p3" },
    { type: "Genre", id: "drama" },
    { type: "Genre", id: "noir" },
    { type: "Studio", id: "studio" },
  ] as const;
  const ask = testRequest;
  return {
    titlesByIds: (tenant) => catalog.titlesByIds(ask(tenant), [...IDS, ...known]),
    visibleTitles: (tenant) => catalog.visibleTitles(ask(tenant), everyone, [...IDS, ...known]),
    titles: (tenant) => catalog.titles(ask(tenant), everyone, queries),
    list: (tenant) => catalog.titles(ask(tenant), everyone, queries.slice(0, 1)),
    titleRefs: (tenant) => catalog.titleRefs(ask(tenant), everyone, queries),
    countTitles: (tenant) =>
      catalog.countTitles(ask(tenant), everyone, [{}, { genres: ["drama"] }, { person: "p1" }]),
    genres: (tenant) => catalog.genres(ask(tenant), everyone),
    namesByIds: (tenant) => catalog.namesByIds(ask(tenant), everyone, names),
    creditsOfPeople: (tenant) => catalog.creditsOfPeople(ask(tenant), everyone, [{ person: "p0", page }]),
  };
}
type Asks = Record<string, (tenant: Tenant) => Promise<unknown>>;

function aroundMongo(
  client: MongoClient,
  database: string,
): Pick<TitlesUnderTest, "held" | "places" | "damage"> {
  const nameOf = ({ tier, id }: Tenant) => (tier === "SHARED" ? database : `${database}_tenant_${id}`);
  return {
    held: async () => {
      const names = await databases(client, database);
      return (await Promise.all(names.map((name) => documentsOf(client, name)))).flat();
    },
    places: async () => (await databases(client, database)).map((name) => name.replace(database, "")),
    damage: async (tenant, generation, other) => {
      const db = client.db(nameOf(tenant));
      const scope = { tenant: other.id, generation };
      const key = (id: string) => `${tenant.id}:${generation}:${id}` as never;
      await db
        .collection("titles")
        .insertOne({ _id: key("z"), ...scope, id: "z", revision: 1, popularity: 0 });
      const genre = { type: "Genre", id: "zz", name: "Damaged" };
      await db.collection("names").insertOne({ _id: key("Genre:zz"), ...scope, ...genre });
    },
  };
}

async function databases(client: MongoClient, database: string): Promise<string[]> {
  const { databases: all } = await client.db("admin").admin().listDatabases({ nameOnly: true });
  return all
    .map(({ name }) => name)
    .filter((name) => name.startsWith(database))
    .sort();
}

async function documentsOf(client: MongoClient, name: string): Promise<Held[]> {
  const found = ["projections", "titles", "names"].map(async (collection) => {
    const documents = await client.db(name).collection<Document>(collection).find({}).toArray();
    return documents.map((document) => ({
      tenant: document.tenant as number | undefined,
      text: `${collection} ${BSON.EJSON.stringify(document)}`,
    }));
  });
  return (await Promise.all(found)).flat();
}

/** Everything by which a command chooses documents, or that it puts. */
function criteriaOf(command: Document): Document[] {
  if (command.find !== undefined) return [command.filter as Document];
  if (command.aggregate !== undefined) return matchesOf(command.pipeline as Document[]);
  if (command.update !== undefined) return (command.updates as Document[]).map(({ q }) => q as Document);
  if (command.delete !== undefined) return (command.deletes as Document[]).map(({ q }) => q as Document);
  return command.insert === undefined ? [] : (command.documents as Document[]);
}

/** The first condition of a pipeline and of those that it is joined with. */
function matchesOf(pipeline: readonly Document[]): Document[] {
  const joined = pipeline.flatMap(({ $unionWith: other }) =>
    other ? matchesOf((other as { pipeline: Document[] }).pipeline) : [],
  );
  return [(pipeline[0]?.$match as Document | undefined) ?? {}, ...joined];
}

/** By itself, or by keys that begin with its number; no keys at all choose nothing. */
function namesTenant(criterion: Document): boolean {
  const text = JSON.stringify(criterion);
  return /"tenant":(\{"\$eq":)?\d+[,}]/.test(text) || /"_id":(\{"\$in":\[)?("\d+:|\])/.test(text);
}
