import { MongoBulkWriteError, type AnyBulkWriteOperation, type Collection, type Db } from "mongodb";

import { chunks } from "../../core/chunks.js";
import {
  keysOf,
  nameKey,
  NAMES,
  titleKey,
  TITLES,
  toRecord,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";
import { dropNames, namesUsed, namesUsedBy, without } from "./catalog-names.mongodb.js";
import { type NamedRef, type TitleDocument, type TitleRevision } from "../../core/title.document.js";

/** Operations of one command. */
const BATCH = 1_000;
const DUPLICATE_KEY = 11_000;

/**
 * Writes titles into one generation, with the names in them; those that are there in a newer revision stay. Names that
 * lose their last title go.
 */
export async function writeTitles(db: Db, scope: Scope, titles: readonly TitleDocument[]): Promise<void> {
  const collection = db.collection<TitleRecord>(TITLES);
  const records = titles.map((title) => toRecord(scope, title));
  const before = await namesUsedBy(
    db,
    records.map(({ _id }) => _id),
  );
  const refused = await upsert(collection, records.map(toUpsert));
  const newer = await secondTry(
    collection,
    refused.flatMap((n) => records[n] ?? []),
  );
  await writeNames(
    db,
    scope,
    titles.filter((title) => !newer.has(title.id)),
  );
  await dropNames(db, scope, without(before, records.flatMap(namesUsed)));
}

/** Removes titles from one generation, and names that lose their last title; titles that are there in a newer revision stay. */
export async function removeTitles(db: Db, scope: Scope, titles: readonly TitleRevision[]): Promise<void> {
  const { idOf } = keysOf(scope);
  const removals = titles.map(({ id, revision }) => ({
    deleteOne: { filter: { _id: idOf(id), revision: { $lte: revision } } },
  }));
  if (removals.length === 0) return;
  const ids = titles.map(({ id }) => idOf(id));
  const before = await namesUsedBy(db, ids);
  await db.collection<TitleRecord>(TITLES).bulkWrite(removals, { ordered: false });
  await dropNames(db, scope, without(before, []));
}

/** A record as an update that leaves a newer revision alone. */
function guarded({ _id, popularity, ...fields }: TitleRecord) {
  return { filter: { _id, revision: { $lte: fields.revision } }, fields, popularity };
}

function toUpsert(record: TitleRecord): AnyBulkWriteOperation<TitleRecord> {
  const { filter, fields, popularity } = guarded(record);
  // The popularity of a title that is there is not for its facts to say.
  return { updateOne: { filter, update: { $set: fields, $setOnInsert: { popularity } }, upsert: true } };
}

function toUpdate(record: TitleRecord): AnyBulkWriteOperation<TitleRecord> {
  const { filter, fields } = guarded(record);
  return { updateOne: { filter, update: { $set: fields } } };
}

/**
 * Upserts of titles that are there are refused as duplicates: in a newer revision, or since a moment ago. The latter
 * are written now.
 *
 * @returns the ids of the titles that are there in a newer revision.
 */
async function secondTry(
  collection: Collection<TitleRecord>,
  records: readonly TitleRecord[],
): Promise<Set<string>> {
  if (records.length === 0) return new Set();
  await collection.bulkWrite(records.map(toUpdate), { ordered: false });
  const stored = await collection
    .find({ _id: { $in: records.map(({ _id }) => _id) } }, { projection: { id: 1, revision: 1 } })
    .toArray();
  const revisions = new Map(records.map(({ id, revision }) => [id, revision]));
  return new Set(stored.filter(({ id, revision }) => revision !== revisions.get(id)).map(({ id }) => id));
}

/** Writes the names that are not there yet, or are there in another spelling. */
async function writeNames(db: Db, scope: Scope, titles: readonly TitleDocument[]): Promise<void> {
  const collection = db.collection<NameRecord>(NAMES);
  const names = namesOf(scope, titles);
  for (const batch of chunks(names, BATCH)) {
    const known = await collection
      .find({ _id: { $in: batch.map(({ _id }) => _id) } }, { projection: { name: 1 }, batchSize: BATCH + 1 })
      .toArray();
    const spellings = new Map(known.map(({ _id, name }) => [_id, name]));
    const changed = batch.filter(({ _id, name }) => spellings.get(_id) !== name);
    if (changed.length > 0) {
      await upsert(
        collection,
        changed.map(({ _id, ...fields }) => ({
          updateOne: { filter: { _id }, update: { $set: fields }, upsert: true },
        })),
      );
    }
  }
}

/** Every name in the titles once. Where spellings differ, the greatest wins, so that the outcome does not hang on an order. */
function namesOf(scope: Scope, titles: readonly TitleDocument[]): NameRecord[] {
  const names = new Map<string, NameRecord>();
  const add = (type: string, { id, name }: NamedRef) => {
    const _id = nameKey(scope, type, id);
    const { tenant, generation } = scope;
    if ((names.get(_id)?.name ?? "") <= name) names.set(_id, { _id, tenant, generation, type, id, name });
  };
  for (const { genres, studio, credits } of titles) {
    for (const genre of genres) add("Genre", genre);
    if (studio) add("Studio", studio);
    for (const { person } of credits) add("Person", person);
  }
  return [...names.values()].sort((a, b) => (a._id < b._id ? -1 : 1));
}

/** Upserts in any order. Answers which were refused because their key is there; every other error is thrown. */
async function upsert<T extends { _id: string }>(
  collection: Collection<T>,
  operations: readonly AnyBulkWriteOperation<T>[],
): Promise<number[]> {
  try {
    await collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const errors = [error.writeErrors].flat();
    if (errors.length === 0 || errors.some(({ code }) => code !== DUPLICATE_KEY)) throw error;
    return errors.map(({ index }) => index);
  }
}

/** Sets the popularity of titles of one generation; those that it does not hold are passed over. */
export async function writePopularity(
  db: Db,
  scope: Scope,
  popularity: readonly (readonly [id: string, value: number])[],
): Promise<void> {
  for (const batch of chunks(popularity, BATCH)) {
    const updates = batch.map(([id, value]) => ({
      updateOne: {
        filter: { _id: titleKey(scope, id), popularity: { $ne: value } },
        update: { $set: { popularity: value } },
      },
    }));
    await db.collection<TitleRecord>(TITLES).bulkWrite(updates, { ordered: false });
  }
}

/** Gives the titles of one generation the popularity that they have in another. */
export async function carryPopularity(db: Db, from: Scope, to: Scope): Promise<void> {
  const titles = db.collection<TitleRecord>(TITLES);
  const options = { projection: { _id: 0, id: 1, popularity: 1 }, batchSize: BATCH };
  const there = new Map<string, number>();
  for await (const { id, popularity } of titles.find({ ...to }, options)) there.set(id, popularity);
  const differing: [string, number][] = [];
  for await (const { id, popularity } of titles.find({ ...from }, options)) {
    if (there.has(id) && there.get(id) !== popularity) differing.push([id, popularity]);
  }
  await writePopularity(db, to, differing);
}
