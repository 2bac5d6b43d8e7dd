import { type Collection, type Db } from "mongodb";

import { type MongoStore } from "../mongodb/store.mongodb.js";
import { type AnySection } from "../projections/section.js";
import { type Tenant } from "../tenant.js";
import { type TitleSource } from "./catalog-expectations.js";
import { type CatalogGenerations } from "./catalog-generations.mongodb.js";
import { indexSection } from "./catalog-indexes.mongodb.js";
import { nameSection } from "./catalog-name-section.mongodb.js";
import { NAMES, TITLES, type NameRecord, type Scope, type TitleRecord } from "./catalog-record.mongodb.js";
import { titlesOfMongo } from "./catalog-title-section.mongodb.js";
import { type TitleDocument } from "./title.document.js";

/** The filling of a tenant's catalogue that is read. */
export interface LiveCatalog {
  db: Db;
  scope: Scope;
  titles: Collection<TitleRecord>;
  names: Collection<NameRecord>;
}

/** What the sections of a catalogue in MongoDB go by. */
export interface CatalogInspection {
  source: TitleSource;
  /** What is read of a tenant; null where nothing has been put yet. */
  live(tenant: Tenant): Promise<LiveCatalog | null>;
  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void>;
}

/** Everything that MongoDB holds of a catalogue, for comparing it with the titles in force. */
export function catalogSections(
  mongo: MongoStore,
  generations: CatalogGenerations,
  source: TitleSource,
  put: CatalogInspection["put"],
): AnySection[] {
  const inspection: CatalogInspection = {
    source,
    put,
    async live(tenant) {
      const pointer = await generations.read(tenant);
      if (!pointer) return null;
      const db = mongo.databaseOf(tenant);
      return {
        db,
        scope: { tenant: tenant.id, generation: pointer.live },
        titles: db.collection<TitleRecord>(TITLES),
        names: db.collection<NameRecord>(NAMES),
      };
    },
  };
  return [indexSection(inspection), titlesOfMongo(inspection), nameSection(inspection)];
}

/** The part of an `_id` behind its scope; of one that does not belong in its scope, the whole behind `_id `. */
export function keyOf({ tenant, generation }: Scope, _id: string): string {
  const prefix = `${tenant}:${generation}:`;
  return _id.startsWith(prefix) ? _id.slice(prefix.length) : `${FOREIGN}${_id}`;
}

/** The `_id` of a key that `keyOf` answered. */
export function idOf({ tenant, generation }: Scope, key: string): string {
  return key.startsWith(FOREIGN) ? key.slice(FOREIGN.length) : `${tenant}:${generation}:${key}`;
}

const FOREIGN = "_id ";
