import { type Collection, type Db, type Filter } from "mongodb";

import { type MongoStore } from "../../engines/mongodb/store.mongodb.js";
import { canonical, omit } from "../../projection/check/canonical.js";
import { byKeys, type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { catalogNameKeys, type TitleSource } from "../catalog-expectations.js";
import { nameSection } from "../name-section.js";
import { type TitleProjection } from "../title-follower.js";
import { type LiveGeneration } from "../title-generations.js";
import { titleSection, type StoredTitle } from "../title-section.js";
import { indexSection } from "./catalog-indexes.mongodb.js";
import { usedNames } from "./catalog-names.mongodb.js";
import {
  keysOf,
  nameKey,
  NAMES,
  TITLES,
  toRecord,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";

/** Documents of one read. */
const BATCH = 1_000;

/** Everything that MongoDB holds of a catalogue, for comparing it with the titles in force. */
export function catalogSections(
  mongo: MongoStore,
  source: TitleSource,
  projection: TitleProjection & LiveGeneration,
): AnySection[] {
  const scopeOf = async (tenant: Tenant): Promise<Scope | null> => {
    const generation = await projection.live(tenant);
    return generation === null ? null : { tenant: tenant.id, generation };
  };
  const titles = new Documents<TitleRecord>(mongo, TITLES, scopeOf);
  const names = new Documents<NameRecord>(mongo, NAMES, scopeOf);
  return [
    indexSection((tenant) => mongo.databaseOf(tenant)),
    titleSection(source, projection, {
      formOf: (title) => contentOf(toRecord({ tenant: 0, generation: 0 }, { ...title, popularity: 0 })),
      all: (tenant) => titles.all(tenant, storedTitle),
      of: (tenant, ids) => titles.of(tenant, ids, storedTitle),
    }),
    nameSection(source, projection, {
      keysOf: catalogNameKeys,
      of: (tenant, keys) =>
        names.of(tenant, keys, (scope, name) => (isSound(scope, name) ? name.name : canonical(name))),
      unused: (tenant) => names.keys(tenant, unusedNames),
    }),
  ];
}

function storedTitle(scope: Scope, record: TitleRecord): StoredTitle<string> {
  const belongs = record.tenant === scope.tenant && record.generation === scope.generation;
  return {
    revision: record.revision,
    popularity: record.popularity,
    form: belongs ? contentOf(record) : `of ${record.tenant}:${record.generation}`,
  };
}

/** Each document as a whole, but for its popularity. */
function contentOf(record: TitleRecord): string {
  return canonical(omit(record, "_id", "tenant", "generation", "popularity"));
}

function isSound(scope: Scope, { _id, tenant, generation, type, id }: NameRecord): boolean {
  const belongs = tenant === scope.tenant && generation === scope.generation;
  return belongs && _id === nameKey(scope, type, id);
}

async function unusedNames(names: readonly NameRecord[], scope: Scope, db: Db): Promise<NameRecord[]> {
  const used = await usedNames(db, scope, names);
  return names.filter((name) => !used.has(`${name.type}:${name.id}`) || !isSound(scope, name));
}

/** The documents of a collection that belong to what is live, by the part of their `_id` behind its scope. */
class Documents<R extends Scope & { _id: string }> {
  constructor(
    private readonly mongo: MongoStore,
    private readonly name: string,
    private readonly scopeOf: (tenant: Tenant) => Promise<Scope | null>,
  ) {}

  /** What they are, in the order of their `_id`. */
  async *all<T>(tenant: Tenant, toEntry: (scope: Scope, record: R) => T): AsyncGenerator<Map<string, T>> {
    for await (const { records, scope } of this.#batches(tenant))
      yield new Map(records.map((record) => [keysOf(scope).keyOf(record._id), toEntry(scope, record)]));
  }

  /** The keys of some of them, in batches. */
  async *keys(
    tenant: Tenant,
    some: (records: readonly R[], scope: Scope, db: Db) => Promise<R[]>,
  ): AsyncGenerator<string[]> {
    for await (const { records, scope } of this.#batches(tenant)) {
      const chosen = await some(records, scope, this.mongo.databaseOf(tenant));
      yield chosen.map(({ _id }) => keysOf(scope).keyOf(_id));
    }
  }

  async *#batches(tenant: Tenant): AsyncGenerator<{ records: R[]; scope: Scope }> {
    const scope = await this.scopeOf(tenant);
    if (!scope) return;
    const found = this.#in(this.mongo.databaseOf(tenant)).find(scope as Filter<R>, { batchSize: BATCH });
    let records: R[] = [];
    for await (const record of found.sort({ _id: 1 })) {
      if (records.push(record as R) < BATCH) continue;
      yield { records, scope };
      records = [];
    }
    yield { records, scope };
  }

  /** What those of the keys are that there are. */
  async of<T>(
    tenant: Tenant,
    keys: readonly string[],
    toEntry: (scope: Scope, record: R) => T,
  ): Promise<Map<string, T>> {
    const scope = await this.scopeOf(tenant);
    if (!scope) return new Map();
    const documents = this.#in(this.mongo.databaseOf(tenant));
    const { idOf, keyOf } = keysOf(scope);
    return byKeys(keys, BATCH, async (some) => {
      const wanted = { _id: { $in: some.map(idOf) } } as Filter<R>;
      const records = await documents.find(wanted, { batchSize: BATCH + 1 }).toArray();
      return records.map((record) => [keyOf(record._id), toEntry(scope, record as R)]);
    });
  }

  #in(db: Db): Collection<R> {
    return db.collection<R>(this.name);
  }
}
