import { canonical, omit } from "../../projection/check/canonical.js";
import { chunks, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { titlesToPut } from "../catalog-expectations.js";
import { idOf, keyOf, type CatalogInspection } from "./catalog-inspected.mongodb.js";
import { titleSection } from "../catalog-title-section.js";
import { toRecord, type Scope, type TitleRecord } from "./catalog-record.mongodb.js";
import { type TitleDocument } from "../../core/title.document.js";

interface StoredTitle {
  version: number;
  content: string;
  /** Names of fields that no title has. */
  strange: string[];
}

/** Documents of one command. */
const BATCH = 1_000;
/** The fields that a title has. */
const FIELDS: Record<keyof TitleRecord, true> = {
  _id: true,
  tenant: true,
  generation: true,
  id: true,
  version: true,
  kind: true,
  state: true,
  sortName: true,
  releaseYear: true,
  maturityAge: true,
  addedAt: true,
  popularity: true,
  studioId: true,
  genreIds: true,
  tags: true,
  personIds: true,
  licences: true,
  counted: true,
  regions: true,
  roles: true,
  title: true,
};

/** The titles: each document as a whole, but for its popularity. */
export function titlesOfMongo(inspection: CatalogInspection): Section<string, StoredTitle> {
  return titleSection(inspection.source, {
    contentOf: expectedContent,
    ids: (tenant) => storedKeys(inspection, tenant),
    of: (tenant, ids) => storedTitles(inspection, tenant, ids),
    mend: (tenant, ids) => mend(inspection, tenant, ids),
  });
}

function expectedContent(title: TitleDocument): string {
  return contentOf(toRecord({ tenant: 0, generation: 0 }, title));
}

function storedContent(scope: Scope, record: TitleRecord): string {
  const belongs = record.tenant === scope.tenant && record.generation === scope.generation;
  return belongs ? contentOf(record) : `of ${record.tenant}:${record.generation}`;
}

function contentOf(record: TitleRecord): string {
  return canonical(omit(record, "_id", "tenant", "generation", "popularity"));
}

async function* storedKeys(inspection: CatalogInspection, tenant: Tenant): AsyncGenerator<string[]> {
  const live = await inspection.live(tenant);
  if (!live) return;
  let keys: string[] = [];
  const found = live.titles.find({ ...live.scope }, { projection: { _id: 1 }, batchSize: BATCH });
  for await (const { _id } of found) {
    if (keys.push(keyOf(live.scope, _id)) < BATCH) continue;
    yield keys;
    keys = [];
  }
  if (keys.length > 0) yield keys;
}

async function storedTitles(
  inspection: CatalogInspection,
  tenant: Tenant,
  ids: readonly string[],
): Promise<Map<string, StoredTitle>> {
  const found = new Map<string, StoredTitle>();
  const live = await inspection.live(tenant);
  if (!live) return found;
  for (const batch of chunks(ids, BATCH)) {
    const wanted = { _id: { $in: batch.map((id) => idOf(live.scope, id)) } };
    for (const record of await live.titles.find(wanted, { batchSize: BATCH + 1 }).toArray()) {
      found.set(keyOf(live.scope, record._id), {
        version: record.version,
        content: storedContent(live.scope, record),
        strange: Object.keys(record).filter((field) => !(field in FIELDS)),
      });
    }
  }
  return found;
}

/** Takes back what is stored in a version that is too high, removes what should not be there, and puts the rest. */
async function mend(inspection: CatalogInspection, tenant: Tenant, ids: readonly string[]): Promise<void> {
  const live = await inspection.live(tenant);
  const stored = await storedTitles(inspection, tenant, ids);
  const titles = await titlesToPut(inspection.source, tenant, ids);
  const wanted = new Set(titles.map(({ id }) => id));
  if (live) {
    const operations = [...stored].map(([id, { version, strange }]) => {
      // Only what was looked at: another version has come since, and nobody says that it is wrong.
      const filter = { _id: idOf(live.scope, id), version };
      if (!wanted.has(id)) return { deleteOne: { filter } };
      const $unset = Object.fromEntries(strange.map((field) => [field, true as const]));
      return { updateOne: { filter, update: { $set: { ...live.scope, version: 0 }, $unset } } };
    });
    for (const batch of chunks(operations, BATCH)) await live.titles.bulkWrite(batch, { ordered: false });
  }
  await inspection.put(tenant, titles);
}
