import { canonical } from "../../projection/check/canonical.js";
import { chunks, differing, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import {
  catalogNameKeys,
  expectedNames,
  greatest,
  spellingsOf,
  type NameType,
  type Spellings,
} from "../catalog-expectations.js";
import { idOf, keyOf, type CatalogInspection } from "./catalog-inspected.mongodb.js";
import { nameKey, type NameRecord, type Scope } from "./catalog-record.mongodb.js";
import { usedNames } from "./catalog-names.mongodb.js";

/** Documents of one command. */
const BATCH = 1_000;

/** The names of people, genres and studios: one that titles use is there, spelled as one of them does, and no other is. */
export function nameSection(inspection: CatalogInspection): Section<Spellings, string> {
  const { source } = inspection;
  const section: Section<Spellings, string> = {
    kind: "name",
    faults: { absent: "dangling", surplus: "dangling" },
    size: (tenant) => source.count(tenant),
    async *suspects(tenant, looked) {
      yield* differing(section, tenant, expectedNames(source, tenant, catalogNameKeys), looked);
      yield* unusedNames(inspection, tenant);
    },
    expectedOf: (tenant, keys) => spellingsOf(source, tenant, keys, catalogNameKeys),
    storedOf: (tenant, keys) => storedNames(inspection, tenant, keys),
    same: (spellings, name) => spellings.has(name),
    mend: (tenant, keys) => mend(inspection, section, tenant, keys),
  };
  return section;
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

async function mend(
  inspection: CatalogInspection,
  section: Section<Spellings, string>,
  tenant: Tenant,
  keys: readonly string[],
): Promise<void> {
  const live = await inspection.live(tenant);
  if (!live) return;
  const expected = await section.expectedOf(tenant, keys);
  const operations = keys.map((key) => {
    const filter = { _id: idOf(live.scope, key) };
    const spellings = expected.get(key);
    if (!spellings) return { deleteOne: { filter } };
    const [type, id] = partsOf(key);
    const update = { $set: { ...live.scope, type, id, name: greatest(spellings) } };
    return { updateOne: { filter, update, upsert: true } };
  });
  for (const batch of chunks(operations, BATCH)) await live.names.bulkWrite(batch, { ordered: false });
}

function partsOf(key: string): [type: NameType, id: string] {
  const colon = key.indexOf(":");
  return [key.slice(0, colon) as NameType, key.slice(colon + 1)];
}
