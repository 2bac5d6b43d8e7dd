import { canonical } from "../../projection/check/canonical.js";
import { chunks } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { catalogNameKeys } from "../catalog-expectations.js";
import { type StoredNames } from "../name-section.js";
import { idOf, keyOf, type CatalogInspection } from "./catalog-inspected.mongodb.js";
import { usedNames } from "./catalog-names.mongodb.js";
import { nameKey, type NameRecord, type Scope } from "./catalog-record.mongodb.js";

/** Documents of one command. */
const BATCH = 1_000;

/** The names of people, genres and studios. */
export function namesOfMongo(inspection: CatalogInspection): StoredNames {
  return {
    keysOf: catalogNameKeys,
    of: (tenant, keys) => storedNames(inspection, tenant, keys),
    unused: (tenant) => unusedNames(inspection, tenant),
  };
}

async function storedNames(
  inspection: CatalogInspection,
  tenant: Tenant,
  keys: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const live = await inspection.live(tenant);
  if (!live) return found;
  for (const batch of chunks(keys, BATCH)) {
    const wanted = { _id: { $in: batch.map((key) => idOf(live.scope, key)) } };
    for (const record of await live.names.find(wanted, { batchSize: BATCH + 1 }).toArray()) {
      found.set(keyOf(live.scope, record._id), isSound(live.scope, record) ? record.name : canonical(record));
    }
  }
  return found;
}

function isSound(scope: Scope, { _id, tenant, generation, type, id }: NameRecord): boolean {
  const belongs = tenant === scope.tenant && generation === scope.generation;
  return belongs && _id === nameKey(scope, type, id);
}

async function* unusedNames(inspection: CatalogInspection, tenant: Tenant): AsyncGenerator<string[]> {
  const live = await inspection.live(tenant);
  if (!live) return;
  const unusedOf = async (records: readonly NameRecord[]) => {
    const used = await usedNames(live.db, live.scope, records);
    return records
      .filter((record) => !used.has(`${record.type}:${record.id}`) || !isSound(live.scope, record))
      .map(({ _id }) => keyOf(live.scope, _id));
  };
  let records: NameRecord[] = [];
  for await (const record of live.names.find({ ...live.scope }, { batchSize: BATCH })) {
    if (records.push(record) < BATCH) continue;
    yield await unusedOf(records);
    records = [];
  }
  if (records.length > 0) yield await unusedOf(records);
}
