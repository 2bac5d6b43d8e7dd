import { type Db, type IndexDescription } from "mongodb";

import { type MongoStore } from "../mongodb/store.mongodb.js";
import { type Projection, type ProjectionStatus } from "../projection.js";
import { type Tenant } from "../tenant.js";
import { CatalogGenerations, targetName } from "./catalog-generations.mongodb.js";
import {
  NAMES,
  real,
  TITLES,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";
import { carryPopularity, writePopularity, writeTitles } from "./catalog-writing.mongodb.js";
import { type CatalogProjection } from "./catalog.js";
import { type TitleDocument } from "./title.document.js";

/** Titles of one command. */
const BATCH = 500;

const scoped = (name: string, fields: Record<string, 1>): IndexDescription => ({
  name,
  key: { tenant: 1, generation: 1, ...fields },
});

/** One for each order, and one for each filter that leaves few titles, in the order that such lists mostly have. */
const TITLE_INDEXES = [
  scoped("by_name", { sortName: 1, id: 1 }),
  scoped("by_release_year", { releaseYear: 1, id: 1 }),
  scoped("by_popularity", { popularity: 1, id: 1 }),
  scoped("by_added_at", { addedAt: 1, id: 1 }),
  scoped("by_person", { personIds: 1, releaseYear: 1 }),
  scoped("by_studio", { studioId: 1, popularity: 1, id: 1 }),
  scoped("by_genre", { genreIds: 1, popularity: 1, id: 1 }),
  scoped("by_tag", { tags: 1, popularity: 1, id: 1 }),
];
const NAME_INDEXES = [scoped("by_type", { type: 1, name: 1, id: 1 })];

/** Carries titles into MongoDB. */
export class MongoCatalogProjection implements CatalogProjection, Projection<TitleDocument> {
  readonly #generations: CatalogGenerations;
  readonly #prepared = new Map<string, Promise<void>>();

  constructor(private readonly mongo: MongoStore) {
    this.#generations = new CatalogGenerations(mongo);
  }

  /** Prepares the database of the shared tenants; a tenant's own is prepared when something is first put into it. */
  async prepare(): Promise<void> {
    await this.mongo.connected();
    await this.#prepare(this.mongo.sharedDatabase());
  }

  /** `live` is null until a rebuild has been finished: what was put before then is read, but need not be everything. */
  async status(tenant: Tenant): Promise<ProjectionStatus> {
    const pointer = await this.#generations.read(tenant);
    if (!pointer) return { entries: 0, live: null };
    const entries = await this.mongo
      .databaseOf(tenant)
      .collection<TitleRecord>(TITLES)
      .countDocuments({ tenant: tenant.id, generation: pointer.live });
    return { entries, live: pointer.built ? targetName(pointer.live) : null };
  }

  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    const latest = latestVersions(titles);
    for (let start = 0; start < latest.length; start += BATCH) {
      const batch = latest.slice(start, start + BATCH);
      await this.#intoEach(tenant, (db, scope) => writeTitles(db, scope, batch));
    }
  }

  async setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    const entries = [...popularity].map(([id, value]) => [id, real(value)] as const);
    if (entries.length === 0) return;
    await this.#intoEach(tenant, (db, scope) => writePopularity(db, scope, entries));
  }

  /** Resolves when every process reads the new generation and the old one has been removed. */
  async rebuild(tenant: Tenant, batches: AsyncIterable<readonly TitleDocument[]>): Promise<void> {
    const db = this.mongo.databaseOf(tenant);
    await this.#prepare(db);
    const scope = await this.#generations.begin(tenant);
    try {
      await this.#fill(db, tenant, scope, batches);
      if (!(await this.#generations.finish(tenant, scope))) {
        await this.#discard(db, tenant, scope);
        return;
      }
    } catch (error) {
      await this.#discard(db, tenant, scope).catch(() => undefined);
      throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, this.#generations.graceMs));
    await this.#sweep(db, tenant);
  }

  async #fill(
    db: Db,
    tenant: Tenant,
    scope: Scope,
    batches: AsyncIterable<readonly TitleDocument[]>,
  ): Promise<void> {
    for await (const titles of batches) {
      const latest = latestVersions(titles);
      for (let start = 0; start < latest.length; start += BATCH) {
        await writeTitles(db, scope, latest.slice(start, start + BATCH));
        await this.#generations.touch(tenant, scope);
      }
    }
    const { live } = await this.#generations.ensure(tenant);
    await carryPopularity(db, { tenant: tenant.id, generation: live }, scope);
  }

  /**
   * Writes into the live generation and those under way. One that began meanwhile gets it as well: it may have read
   * the facts before.
   */
  async #intoEach(tenant: Tenant, write: (db: Db, scope: Scope) => Promise<void>): Promise<void> {
    const db = this.mongo.databaseOf(tenant);
    await this.#prepare(db);
    const written = new Set<number>();
    for (;;) {
      const { live, building } = await this.#generations.ensure(tenant);
      const targets = [live, ...building.map(({ generation }) => generation)];
      const missing = targets.filter((generation) => !written.has(generation));
      if (missing.length === 0) return;
      for (const generation of missing) {
        await write(db, { tenant: tenant.id, generation });
        written.add(generation);
      }
    }
  }

  async #discard(db: Db, tenant: Tenant, scope: Scope): Promise<void> {
    await this.#generations.giveUp(tenant, scope);
    await removeGenerations(db, tenant, { $eq: scope.generation });
  }

  /** Removes what is neither live nor under way: the generation before, and what broken rebuilds have left. */
  async #sweep(db: Db, tenant: Tenant): Promise<void> {
    const { live, building } = await this.#generations.ensure(tenant);
    const kept = building.map(({ generation }) => generation);
    await removeGenerations(db, tenant, { $lt: live, $nin: kept });
  }

  #prepare(db: Db): Promise<void> {
    const prepared = this.#prepared.get(db.databaseName) ?? createIndexes(db);
    this.#prepared.set(db.databaseName, prepared);
    // Tried again next time.
    prepared.catch(() => this.#prepared.delete(db.databaseName));
    return prepared;
  }
}

/** One document a title, the highest version, ordered by id so that concurrent writers lock in one order. */
function latestVersions(titles: readonly TitleDocument[]): TitleDocument[] {
  const byId = new Map<string, TitleDocument>();
  for (const title of titles) {
    if ((byId.get(title.id)?.version ?? 0) <= title.version) byId.set(title.id, title);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function createIndexes(db: Db): Promise<void> {
  await db.collection(TITLES).createIndexes(TITLE_INDEXES);
  await db.collection(NAMES).createIndexes(NAME_INDEXES);
}

async function removeGenerations(
  db: Db,
  tenant: Tenant,
  generation: { $eq: number } | { $lt: number; $nin: number[] },
): Promise<void> {
  await db.collection<TitleRecord>(TITLES).deleteMany({ tenant: tenant.id, generation });
  await db.collection<NameRecord>(NAMES).deleteMany({ tenant: tenant.id, generation });
}
