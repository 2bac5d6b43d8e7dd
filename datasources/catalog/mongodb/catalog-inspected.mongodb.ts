import { type Collection, type Db } from "mongodb";

import { type Tenant } from "../../core/tenant.js";
import { type NameRecord, type Scope, type TitleRecord } from "./catalog-record.mongodb.js";

/** The filling of a tenant's catalogue that is read. */
export interface LiveCatalog {
  db: Db;
  scope: Scope;
  titles: Collection<TitleRecord>;
  names: Collection<NameRecord>;
}

/** What the sections of a catalogue in MongoDB go by. */
export interface CatalogInspection {
  /** What is read of a tenant; null where nothing has been put yet. */
  live(tenant: Tenant): Promise<LiveCatalog | null>;
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
