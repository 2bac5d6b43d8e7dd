import { MongoServerError, type Db, type IndexDescription } from "mongodb";

import { type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { NAMES, TITLES } from "./catalog-record.mongodb.js";

const NAMESPACE_NOT_FOUND = 26;
const INDEX_NOT_FOUND = 27;

const scoped = (name: string, fields: Record<string, 1>): IndexDescription & { name: string } => ({
  name,
  key: { tenant: 1, generation: 1, ...fields },
});

/** What counts ask for. */
const COUNTED = {
  "counted.state": 1,
  "counted.kind": 1,
  "counted.releaseYear": 1,
  "counted.maturityAge": 1,
  "counted.worldFrom": 1,
  "counted.worldUntil": 1,
} as const;

/**
 * One for each order, one for each filter that leaves few titles, in the order that such lists mostly have, and those
 * that count what is visible: of titles licensed everywhere without reading one, of the others by country. DocumentDB
 * takes the one that knows the most conditions of a query. So no index of lists knows what most lists ask for (state,
 * maturity), and those that are not in the order of years end with the year: a list of a decade goes by its order, and
 * passes the titles of other years without reading them.
 */
const TITLE_INDEXES = [
  scoped("by_name", { sortName: 1, id: 1, releaseYear: 1 }),
  scoped("by_release_year", { releaseYear: 1, id: 1 }),
  scoped("by_popularity", { popularity: 1, id: 1, releaseYear: 1 }),
  scoped("by_added_at", { addedAt: 1, id: 1, releaseYear: 1 }),
  scoped("by_person", { personIds: 1, releaseYear: 1 }),
  scoped("by_studio", { studioId: 1, popularity: 1, id: 1, releaseYear: 1 }),
  scoped("by_genre", { genreIds: 1, popularity: 1, id: 1, releaseYear: 1 }),
  scoped("by_tag", { tags: 1, popularity: 1, id: 1, releaseYear: 1 }),
  scoped("by_visible", COUNTED),
  scoped("by_visible_genre", { genreIds: 1, ...COUNTED }),
  scoped("by_visible_region", { regions: 1, ...COUNTED }),
];
const NAME_INDEXES = [scoped("by_type", { type: 1, name: 1, id: 1 })];
const INDEXES = [
  [TITLES, TITLE_INDEXES],
  [NAMES, NAME_INDEXES],
] as const;
/** The key of each index, by `<collection>.<index>`. */
const KEYS = new Map<string, string>(
  INDEXES.flatMap(([collection, indexes]) =>
    indexes.map(({ name, key }) => [`${collection}.${name}`, JSON.stringify(key)] as const),
  ),
);

/** What earlier versions made and lists would still be read by. */
const SUPERSEDED = new Set([`${TITLES}.by_region`]);

/** Makes the indexes of a database where they are missing, in the place of those that earlier versions made. */
export async function createIndexes(db: Db): Promise<void> {
  for (const [collection, indexes] of INDEXES) {
    for (const [name, key] of await indexesOf(db, collection)) {
      const superseded = SUPERSEDED.has(name) || (KEYS.has(name) && KEYS.get(name) !== key);
      if (superseded) await dropIndex(db, name);
    }
    await db.collection(collection).createIndexes(indexes);
  }
}

/** @param index `<collection>.<index>`; one that another process has dropped is gone as well. */
async function dropIndex(db: Db, index: string): Promise<void> {
  const [collection = "", name = ""] = index.split(".");
  try {
    await db.collection(collection).dropIndex(name);
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === INDEX_NOT_FOUND)) throw error;
  }
}

/** The indexes of the tenant's database, by `<collection>.<index>`; those that others have added are nobody's business. */
export function indexSection(databaseOf: (tenant: Tenant) => Db): Section<string, string> {
  return {
    kind: "index",
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(KEYS.size),
    async *expected() {
      yield await Promise.resolve(KEYS);
    },
    expectedOf: (_, keys) => Promise.resolve(new Map([...KEYS].filter(([name]) => keys.includes(name)))),
    async storedOf(tenant, keys) {
      const db = databaseOf(tenant);
      const found = [...(await indexesOf(db, TITLES)), ...(await indexesOf(db, NAMES))];
      return new Map(found.filter(([name]) => keys.includes(name)));
    },
    same: (wanted, stored) => wanted === stored,
    repair: (tenant) => createIndexes(databaseOf(tenant)),
  };
}

async function indexesOf(db: Db, collection: string): Promise<[string, string][]> {
  try {
    const indexes = await db.collection(collection).indexes();
    return indexes.map(({ name, key }) => [`${collection}.${name}`, JSON.stringify(key)]);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}
