import { canonical, omit } from "../../projection/check/canonical.js";
import { chunks } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type StoredTitle, type StoredTitles } from "../title-section.js";
import { idOf, keyOf, type CatalogInspection } from "./catalog-inspected.mongodb.js";
import { toRecord, type Scope, type TitleRecord } from "./catalog-record.mongodb.js";

/** Documents of one command. */
const BATCH = 1_000;
/** The titles: each document as a whole, but for its popularity. */
export function titlesOfMongo(inspection: CatalogInspection): StoredTitles<string> {
  return {
    formOf: (title) => contentOf(toRecord({ tenant: 0, generation: 0 }, title)),
    keys: (tenant) => storedKeys(inspection, tenant),
    of: (tenant, ids) => storedTitles(inspection, tenant, ids),
  };
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
): Promise<Map<string, StoredTitle<string>>> {
  const found = new Map<string, StoredTitle<string>>();
  const live = await inspection.live(tenant);
  if (!live) return found;
  for (const batch of chunks(ids, BATCH)) {
    const wanted = { _id: { $in: batch.map((id) => idOf(live.scope, id)) } };
    for (const record of await live.titles.find(wanted, { batchSize: BATCH + 1 }).toArray()) {
      found.set(keyOf(live.scope, record._id), {
        revision: record.version,
        popularity: record.popularity,
        form: storedContent(live.scope, record),
      });
    }
  }
  return found;
}
