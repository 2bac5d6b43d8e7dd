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
import { dropNames, namesUsed, without, type NameRef } from "./catalog-names.mongodb.js";
import { type NamedRef, type TitleDocument, type TitleRevision } from "../../core/title.document.js";

/** Operations of one command. */
const BATCH = 1_000;
const DUPLICATE_KEY = 11_000;

/**
 * Writes titles into one generation, with the names in them; those that are there in a newer revision stay. Names that
 * lose their last title go, also where others write the same titles meanwhile.
 */
export async function writeTitles(db: Db, scope: Scope, titles: readonly TitleDocument[]): Promise<void> {
  const { written, before } = await putRecords(
    db.collection<TitleRecord>(TITLES),
    titles.map((title) => toRecord(scope, title)),
  );
  await writeNames(db, scope, written);
  await dropNames(db, scope, without(before, written.flatMap(namesUsed)));
}

/** Removes titles from one generation, and names that lose their last title; titles that are there in a newer revision stay. */
export async function removeTitles(db: Db, scope: Scope, titles: readonly TitleRevision[]): Promise<void> {
  const { idOf } = keysOf(scope);
  const collection = db.collection<TitleRecord>(TITLES);
  const before: NameRef[] = [];
  let due = titles.map(({ id, revision }) => ({ _id: idOf(id), revision }));
  while (due.length > 0) {
    const stored = await storedOf(collection, due);
    due = due.filter((title) => isBehind(stored.get(title._id), title));
    const found = due.flatMap(({ _id }) => stored.get(_id) ?? []);
    before.push(...found.flatMap(namesUsed));
    if (found.length > 0) await collection.bulkWrite(found.map(toRemoval), { ordered: false });
  }
  await dropNames(db, scope, without(before, []));
}

/** What is there of a title: which revision, and what it uses. */
type Stored = Pick<TitleRecord, "_id" | "revision" | "personIds" | "genreIds" | "studioId">;
type Revision = Pick<TitleRecord, "_id" | "revision">;

const STORED = { projection: { revision: 1, personIds: 1, genreIds: 1, studioId: 1 }, batchSize: BATCH + 1 };

async function storedOf(
  collection: Collection<TitleRecord>,
  titles: readonly Revision[],
): Promise<Map<string, Stored>> {
  const these = { _id: { $in: titles.map(({ _id }) => _id) } };
  const found = await collection.find<Stored>(these, STORED).toArray();
  return new Map(found.map((title) => [title._id, title]));
}

/** Whether a title is there in no newer revision. */
function isBehind(stored: Stored | undefined, { revision }: Revision): stored is Stored {
  return stored !== undefined && stored.revision <= revision;
}

function toRemoval({ _id, revision }: Stored): AnyBulkWriteOperation<TitleRecord> {
  return { deleteOne: { filter: { _id, revision } } };
}

/**
 * Writes records over what was read of them just before and nothing else, so that the names of all that is written over
 * are known. What another has written in between is read again.
 *
 * @returns those that are there now, and the names used by what was there before.
 */
async function putRecords(
  collection: Collection<TitleRecord>,
  records: readonly TitleRecord[],
): Promise<{ written: TitleRecord[]; before: NameRef[] }> {
  const written = new Set(records);
  const before: NameRef[] = [];
  let due = records;
  while (due.length > 0) {
    const stored = await storedOf(collection, due);
    const newer = due.filter(
      ({ _id, revision }) => stored.has(_id) && !isBehind(stored.get(_id), { _id, revision }),
    );
    for (const record of newer) written.delete(record);
    const writable = due.filter((record) => written.has(record));
    before.push(...writable.flatMap(({ _id }) => namesUsed(stored.get(_id) ?? NOTHING)));
    const refused = await upsert(
      collection,
      writable.map((record) => toUpsert(record, stored.get(record._id) ?? record)),
    );
    due = refused.flatMap((n) => writable[n] ?? []);
  }
  return { written: [...written], before };
}

const NOTHING = { personIds: [], genreIds: [], studioId: null };

/** A record in place of one revision; refused as a duplicate where there is another. */
function toUpsert(
  { _id, popularity, ...fields }: TitleRecord,
  { revision }: Revision,
): AnyBulkWriteOperation<TitleRecord> {
  // The popularity of a title that is there is not for its facts to say.
  const update = { $set: fields, $setOnInsert: { popularity } };
  return { updateOne: { filter: { _id, revision }, update, upsert: true } };
}

/** Writes the names of titles that are there, where they are not there yet or in another spelling. */
async function writeNames(db: Db, scope: Scope, titles: readonly TitleRecord[]): Promise<void> {
  const collection = db.collection<NameRecord>(NAMES);
  const changed: NameRecord[] = [];
  for (const batch of chunks(namesOf(scope, titles), BATCH)) {
    const known = await collection
      .find({ _id: { $in: batch.map(({ _id }) => _id) } }, { projection: { name: 1 }, batchSize: BATCH + 1 })
      .toArray();
    const spellings = new Map(known.map(({ _id, name }) => [_id, name]));
    changed.push(...batch.filter(({ _id, name }) => spellings.get(_id) !== name));
  }
  if (changed.length === 0) return;
  await upsert(collection, changed.map(toNameUpsert));
  await settleNames(db, scope, titles, changed);
}

function toNameUpsert({ _id, ...fields }: NameRecord): AnyBulkWriteOperation<NameRecord> {
  return { updateOne: { filter: { _id }, update: { $set: fields }, upsert: true } };
}

/**
 * Who wrote over one of the titles before its names were there has seen none to remove: then they are made what the
 * title says that is there now.
 */
async function settleNames(
  db: Db,
  scope: Scope,
  titles: readonly TitleRecord[],
  names: readonly NameRecord[],
): Promise<void> {
  const collection = db.collection<TitleRecord>(TITLES);
  const stored = await storedOf(collection, titles);
  const overtaken = titles.filter(({ _id, revision }) => stored.get(_id)?.revision !== revision);
  if (overtaken.length === 0) return;
  const these = { _id: { $in: overtaken.map(({ _id }) => _id) } };
  await writeNames(db, scope, await collection.find(these).toArray());
  await dropNames(db, scope, names);
}

/** Every name in the titles once. Where spellings differ, the greatest wins, so that the outcome does not hang on an order. */
function namesOf(scope: Scope, titles: readonly TitleRecord[]): NameRecord[] {
  const names = new Map<string, NameRecord>();
  const add = (type: string, { id, name }: NamedRef) => {
    const _id = nameKey(scope, type, id);
    const { tenant, generation } = scope;
    if ((names.get(_id)?.name ?? "") <= name) names.set(_id, { _id, tenant, generation, type, id, name });
  };
  for (const {
    title: { genres, studio, credits },
  } of titles) {
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
  if (operations.length === 0) return [];
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
