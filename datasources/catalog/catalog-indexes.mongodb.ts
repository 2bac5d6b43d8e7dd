import { MongoServerError, type Db, type IndexDescription } from "mongodb";

import { type Section } from "../projections/section.js";
import { type CatalogInspection } from "./catalog-inspection.mongodb.js";
import { NAMES, TITLES } from "./catalog-record.mongodb.js";

const scoped = (name: string, fields: Record<string, 1>): IndexDescription & { name: string } => ({
  name,
  key: { tenant: 1, generation: 1, ...fields },
});

/** What counts ask for. */
const COUNTED = {
  state: 1,
  kind: 1,
  releaseYear: 1,
  maturityAge: 1,
  worldFrom: 1,
  worldUntil: 1,
} as const;

/**
 * One for each order, one for each filter that leaves few titles, in the order that such lists mostly have, and those
 * that count what is visible: of titles licensed everywhere without reading one, of the others by country.
 */
const TITLE_INDEXES = [
  scoped("by_name", { sortName: 1, id: 1 }),
  scoped("by_release_year", { releaseYear: 1, id: 1 }),
  scoped("by_popularity", { popularity: 1, id: 1 }),
  scoped("by_added_at", { addedAt: 1, id: 1 }),
  scoped("by_person", { personIds: 1, releaseYear: 1 }),
  scoped("by_studio", { studioId: 1, popularity: 1, id: 1 }),
  scoped("by_genre", { genreIds: 1, popularity: 1, id: 1 }),
  scoped("by_tag", { tags: 1, popularity: 1, id: 1 }),
  scoped("by_visible", COUNTED),
  scoped("by_visible_genre", { genreIds: 1, ...COUNTED }),
  scoped("by_region", { regions: 1, state: 1 }),
];
const NAME_INDEXES = [scoped("by_type", { type: 1, name: 1, id: 1 })];
const INDEXES = [
  ...TITLE_INDEXES.map((index) => ({ collection: TITLES, ...index })),
  ...NAME_INDEXES.map((index) => ({ collection: NAMES, ...index })),
];

/** Makes the indexes of a database where they are missing. */
export async function createIndexes(db: Db): Promise<void> {
  await db.collection(TITLES).createIndexes(TITLE_INDEXES);
  await db.collection(NAMES).createIndexes(NAME_INDEXES);
}

/** The indexes of the tenant's database, by `<collection>.<index>`; those that others have added are nobody's business. */
export function indexSection(inspection: CatalogInspection): Section<string, string> {
  const expected = new Map(
    INDEXES.map(({ collection, name, key }) => [`${collection}.${name}`, JSON.stringify(key)]),
  );
  const section: Section<string, string> = {
    kind: "index",
    faults: { absent: "missing", surplus: "orphaned" },
    size: () => Promise.resolve(expected.size),
    async *suspects(_, looked) {
      looked(expected.size);
      yield await Promise.resolve([...expected.keys()]);
    },
    expectedOf: (_, keys) => Promise.resolve(new Map([...expected].filter(([name]) => keys.includes(name)))),
    async storedOf(tenant, keys) {
      const live = await inspection.live(tenant);
      const found = live ? [...(await indexesOf(live.db, TITLES)), ...(await indexesOf(live.db, NAMES))] : [];
      return new Map(found.filter(([name]) => keys.includes(name)));
    },
    same: (wanted, stored) => wanted === stored,
    async mend(tenant, keys) {
      const live = await inspection.live(tenant);
      if (!live) return;
      const stored = await section.storedOf(tenant, keys);
      for (const name of stored.keys()) {
        const [collection = "", index = ""] = name.split(".");
        await live.db.collection(collection).dropIndex(index);
      }
      await createIndexes(live.db);
    },
  };
  return section;
}

const NAMESPACE_NOT_FOUND = 26;

async function indexesOf(db: Db, collection: string): Promise<[string, string][]> {
  try {
    const indexes = await db.collection(collection).indexes();
    return indexes.map(({ name, key }) => [`${collection}.${name}`, JSON.stringify(key)]);
  } catch (error) {
    if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
    throw error;
  }
}
