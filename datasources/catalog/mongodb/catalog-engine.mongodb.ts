import { type Collection } from "mongodb";

import { isMongoOutage } from "../../engines/mongodb/outage.mongodb.js";
import { type MongoStore } from "../../engines/mongodb/store.mongodb.js";
import { chunks } from "../../core/chunks.js";
import { type AnySection } from "../../projection/check/section.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";
import { type TitleDocument, type TitleRevision } from "../../core/title.document.js";
import { type TitleSource } from "../catalog-expectations.js";
import { latestRevisions } from "../latest-revisions.js";
import { type TitleProjection } from "../title-follower.js";
import { type LiveGeneration, type TitleEngine } from "../title-generations.js";
import { createIndexes } from "./catalog-indexes.mongodb.js";
import { catalogSections } from "./catalog-inspection.mongodb.js";
import { NAMES, real, RECORD_FORM, TITLES, type Scope } from "./catalog-record.mongodb.js";
import { carryPopularity, removeTitles, writePopularity, writeTitles } from "./catalog-writing.mongodb.js";

/** Titles of one command. */
const BATCH = 500;
/** Which generations there are: of each one document, which is made with it and goes before its titles. */
const GENERATIONS = "projections";

/**
 * Titles in MongoDB. All generations of all tenants of a database share its collections; each document carries tenant and
 * generation. So a rebuild disturbs neither readers nor other tenants, and thousands of tenants need no collections of
 * their own.
 */
export class MongoCatalogEngine implements TitleEngine {
  readonly label = "titles";
  readonly form = RECORD_FORM;

  constructor(private readonly mongo: MongoStore) {}

  get readMs(): number {
    return this.mongo.deadlineMs;
  }

  /** Makes the indexes of a tenant's database, or of the one that is shared. */
  async prepare(tenant?: Tenant): Promise<void> {
    await this.mongo.connected();
    const db = tenant ? this.mongo.databaseOf(tenant) : this.mongo.sharedDatabase();
    await whileUp(createIndexes(db));
  }

  async open(tenant: Tenant, generation: number): Promise<void> {
    const scope = { tenant: tenant.id, generation };
    await whileUp(this.#generations(tenant).updateOne(markOf(scope), { $set: scope }, { upsert: true }));
  }

  async has(tenant: Tenant, generation: number): Promise<boolean> {
    const { deadlineMs } = this.mongo;
    await whileUp(this.mongo.connected());
    const found = await whileUp(
      this.#generations(tenant).findOne(markOf({ tenant: tenant.id, generation }), {
        maxTimeMS: deadlineMs,
        signal: AbortSignal.timeout(deadlineMs),
      }),
    );
    return found !== null;
  }

  count(tenant: Tenant, generation: number): Promise<number> {
    const titles = this.mongo.databaseOf(tenant).collection(TITLES);
    return whileUp(titles.countDocuments({ tenant: tenant.id, generation }));
  }

  async put(tenant: Tenant, generation: number, titles: readonly TitleDocument[]): Promise<void> {
    const db = this.mongo.databaseOf(tenant);
    for (const batch of chunks(latestRevisions(titles), BATCH)) {
      await whileUp(writeTitles(db, { tenant: tenant.id, generation }, batch));
    }
  }

  async remove(tenant: Tenant, generation: number, titles: readonly TitleRevision[]): Promise<void> {
    const db = this.mongo.databaseOf(tenant);
    for (const batch of chunks(titles, BATCH)) {
      await whileUp(removeTitles(db, { tenant: tenant.id, generation }, batch));
    }
  }

  async setPopularity(
    tenant: Tenant,
    generation: number,
    popularity: ReadonlyMap<string, number>,
  ): Promise<void> {
    const entries = [...popularity].map(([id, value]) => [id, real(value)] as const);
    const db = this.mongo.databaseOf(tenant);
    await whileUp(writePopularity(db, { tenant: tenant.id, generation }, entries));
  }

  /** Popularity is no fact: what the generation before has is kept. */
  async complete(of: Tenant, generation: number, before: number | null): Promise<void> {
    if (before === null) return;
    const tenant = of.id;
    const carried = carryPopularity(
      this.mongo.databaseOf(of),
      { tenant, generation: before },
      { tenant, generation },
    );
    await whileUp(carried);
  }

  async drop(tenant: Tenant, kept: readonly number[]): Promise<void> {
    const db = this.mongo.databaseOf(tenant);
    for (const collection of [GENERATIONS, TITLES, NAMES]) {
      const others = { tenant: tenant.id, generation: { $nin: [...kept] } };
      await whileUp(db.collection(collection).deleteMany(others));
    }
  }

  async forget(tenant: Tenant): Promise<void> {
    if (tenant.tier !== "SHARED") await whileUp(this.mongo.databaseOf(tenant).dropDatabase());
  }

  async leave(tenant: Tenant): Promise<void> {
    await whileUp(this.mongo.connected());
    await this.drop(tenant, []);
    await this.forget(tenant);
  }

  async held(tenant: Tenant): Promise<number> {
    await whileUp(this.mongo.connected());
    const db = this.mongo.databaseOf(tenant);
    const counts = [GENERATIONS, TITLES, NAMES].map((name) =>
      whileUp(db.collection(name).countDocuments({ tenant: tenant.id })),
    );
    return (await Promise.all(counts)).reduce((all, count) => all + count, 0);
  }

  sections(source: TitleSource, projection: TitleProjection & LiveGeneration): AnySection[] {
    return catalogSections(this.mongo, source, projection);
  }

  #generations(tenant: Tenant): Collection<Scope & { _id: string }> {
    return this.mongo.databaseOf(tenant).collection(GENERATIONS);
  }
}

function markOf({ tenant, generation }: Scope): { _id: string } {
  return { _id: `${tenant}:${generation}` };
}

/** The answer of work on MongoDB, whose outages become StoreUnavailableError. */
async function whileUp<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isMongoOutage(error) ? new StoreUnavailableError("MONGODB", { cause: error }) : error;
  }
}
