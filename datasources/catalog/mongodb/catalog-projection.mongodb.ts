import { setTimeout as sleep } from "node:timers/promises";

import { type Db } from "mongodb";

import { type MongoStore } from "../../engines/mongodb/store.mongodb.js";
import { isMongoOutage } from "../../engines/mongodb/outage.mongodb.js";
import { type Projection, type ProjectionStatus } from "../../projection/targets/projection.js";
import { type AnySection } from "../../projection/check/section.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";
import { type TitleSource } from "../catalog-expectations.js";
import { CatalogGenerations, isBuilt, targetName } from "./catalog-generations.mongodb.js";
import { createIndexes } from "./catalog-indexes.mongodb.js";
import { catalogSections } from "./catalog-inspection.mongodb.js";
import {
  NAMES,
  real,
  TITLES,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";
import { carryPopularity, removeTitles, writePopularity, writeTitles } from "./catalog-writing.mongodb.js";
import { latestVersions } from "../latest-versions.js";
import { type CatalogProjection } from "../catalog.js";
import { type TitleDocument, type TitleVersion } from "../../core/title.document.js";

/** Titles of one command. */
const BATCH = 500;

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
    await whileUp(this.#prepare(this.mongo.sharedDatabase()));
  }

  /** `live` is null until a rebuild has been finished: what was put before then is read, but need not be everything. */
  async status(tenant: Tenant): Promise<ProjectionStatus> {
    const pointer = await whileUp(this.#generations.read(tenant));
    if (!pointer) return { entries: 0, live: null };
    const titles = this.mongo.databaseOf(tenant).collection<TitleRecord>(TITLES);
    const entries = await whileUp(titles.countDocuments({ tenant: tenant.id, generation: pointer.live }));
    return { entries, live: isBuilt(pointer) ? targetName(pointer.live) : null };
  }

  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    const latest = latestVersions(titles);
    for (let start = 0; start < latest.length; start += BATCH) {
      const batch = latest.slice(start, start + BATCH);
      await this.#intoEach(tenant, (db, scope) => writeTitles(db, scope, batch));
    }
  }

  /** @throws StoreUnavailableError when MongoDB does not answer. */
  async removeTitles(tenant: Tenant, titles: readonly TitleVersion[]): Promise<void> {
    for (let start = 0; start < titles.length; start += BATCH) {
      const batch = titles.slice(start, start + BATCH);
      await this.#intoEach(tenant, (db, scope) => removeTitles(db, scope, batch));
    }
  }

  /** Whether a generation has been finished or is being filled: until then, what is put is of no use. */
  async receives(tenant: Tenant): Promise<boolean> {
    const pointer = await whileUp(this.#generations.read(tenant));
    return pointer !== null && (isBuilt(pointer) || pointer.building.length > 0);
  }

  async setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    const entries = [...popularity].map(([id, value]) => [id, real(value)] as const);
    if (entries.length === 0) return;
    await this.#intoEach(tenant, (db, scope) => writePopularity(db, scope, entries));
  }

  /** What there is to compare with a source. */
  sections(source: TitleSource): AnySection[] {
    return catalogSections(this.mongo, this.#generations, source, this);
  }

  /** Resolves when every process reads the new generation and the old one has been removed. */
  rebuild(tenant: Tenant, batches: AsyncIterable<readonly TitleDocument[]>): Promise<void> {
    return whileUp(this.#rebuild(tenant, batches));
  }

  async #rebuild(tenant: Tenant, batches: AsyncIterable<readonly TitleDocument[]>): Promise<void> {
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
  #intoEach(tenant: Tenant, write: (db: Db, scope: Scope) => Promise<void>): Promise<void> {
    return whileUp(this.#intoAll(tenant, write));
  }

  async #intoAll(tenant: Tenant, write: (db: Db, scope: Scope) => Promise<void>): Promise<void> {
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

  /**
   * Removes what is neither live nor under way, when nobody reads it any more: the generation before, and what broken
   * rebuilds have left. A catalog filled for the first time has none of that, and waits for nobody.
   */
  async #sweep(db: Db, tenant: Tenant): Promise<void> {
    if (!(await hasGenerations(db, tenant, await this.#unneeded(tenant)))) return;
    await sleep(this.#generations.graceMs);
    await removeGenerations(db, tenant, await this.#unneeded(tenant));
  }

  async #unneeded(tenant: Tenant): Promise<Generations> {
    const { live, building } = await this.#generations.ensure(tenant);
    return { $lt: live, $nin: building.map(({ generation }) => generation) };
  }

  #prepare(db: Db): Promise<void> {
    const prepared = this.#prepared.get(db.databaseName) ?? createIndexes(db);
    this.#prepared.set(db.databaseName, prepared);
    // Tried again next time.
    prepared.catch(() => this.#prepared.delete(db.databaseName));
    return prepared;
  }
}

/** The answer of work on MongoDB, whose outages become StoreUnavailableError. */
async function whileUp<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isMongoOutage(error) ? new StoreUnavailableError("MONGODB", { cause: error }) : error;
  }
}

/** Some of a tenant's generations, as a condition. */
type Generations = { $eq: number } | { $lt: number; $nin: number[] };

async function hasGenerations(db: Db, tenant: Tenant, generation: Generations): Promise<boolean> {
  const of = { tenant: tenant.id, generation };
  const found = await Promise.all([
    db.collection<TitleRecord>(TITLES).findOne(of, { projection: { _id: 1 } }),
    db.collection<NameRecord>(NAMES).findOne(of, { projection: { _id: 1 } }),
  ]);
  return found.some((record) => record !== null);
}

async function removeGenerations(db: Db, tenant: Tenant, generation: Generations): Promise<void> {
  await db.collection<TitleRecord>(TITLES).deleteMany({ tenant: tenant.id, generation });
  await db.collection<NameRecord>(NAMES).deleteMany({ tenant: tenant.id, generation });
}
