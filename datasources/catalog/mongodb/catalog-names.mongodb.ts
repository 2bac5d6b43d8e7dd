import { type Db } from "mongodb";

import { chunks } from "../../core/chunks.js";
import {
  NAMES,
  nameKey,
  TITLES,
  type NameRecord,
  type Scope,
  type TitleRecord,
} from "./catalog-record.mongodb.js";

/** A person, genre or studio. */
export type NameRef = Pick<NameRecord, "type" | "id">;

type Users = Pick<TitleRecord, "personIds" | "genreIds" | "studioId">;

/** Names of one read. */
const BATCH = 1_000;
const USERS = { projection: { _id: 0, personIds: 1, genreIds: 1, studioId: 1 }, batchSize: BATCH };

/** What a title uses. */
export function namesUsed({ personIds, genreIds, studioId }: Users): NameRef[] {
  return [
    ...listOf(personIds).map((id) => ({ type: "Person", id })),
    ...listOf(genreIds).map((id) => ({ type: "Genre", id })),
    ...(studioId ? [{ type: "Studio", id: studioId }] : []),
  ];
}

/** Damage may have taken a list away. */
function listOf(ids: string[] | null | undefined): string[] {
  return Array.isArray(ids) ? ids : [];
}

/** Those of the names that are not among the others, each once. */
export function without(names: readonly NameRef[], others: readonly NameRef[]): NameRef[] {
  const kept = new Set(others.map(textOf));
  return [...new Map(names.map((name) => [textOf(name), name])).values()].filter(
    (name) => !kept.has(textOf(name)),
  );
}

/** Which of the names a title of the generation uses, as `<type>:<id>`. */
export async function usedNames(db: Db, scope: Scope, names: readonly NameRef[]): Promise<Set<string>> {
  const used = new Set<string>();
  const fields = { Person: "personIds", Genre: "genreIds", Studio: "studioId" } as const;
  const wanted = new Set(names.map(textOf));
  for (const [type, field] of Object.entries(fields)) {
    const ids = names.filter((name) => name.type === type).map(({ id }) => id);
    for (const some of chunks(ids, BATCH)) {
      const users = { tenant: scope.tenant, generation: scope.generation, [field]: { $in: some } };
      for await (const title of db.collection<TitleRecord>(TITLES).find<Users>(users, USERS)) {
        for (const name of namesUsed(title).map(textOf)) if (wanted.has(name)) used.add(name);
      }
    }
  }
  return used;
}

/**
 * Removes the names that no title uses any more. Writers write a title before they look for its names, so that one who
 * found a name here before it went has a title to show for it: then the name comes back.
 */
export async function dropNames(db: Db, scope: Scope, names: readonly NameRef[]): Promise<void> {
  if (names.length === 0) return;
  const used = await usedNames(db, scope, names);
  const unused = names.filter((name) => !used.has(textOf(name)));
  if (unused.length === 0) return;
  const collection = db.collection<NameRecord>(NAMES);
  const these = { _id: { $in: unused.map(({ type, id }) => nameKey(scope, type, id)) } };
  const records = await collection.find(these, { batchSize: BATCH + 1 }).toArray();
  if (records.length === 0) return;
  // In the spelling that was read: one that has another by now is somebody's who has just written it.
  const removals = records.map(({ _id, name }) => ({ deleteOne: { filter: { _id, name } } }));
  await collection.bulkWrite(removals, { ordered: false });
  const usedAgain = await usedNames(db, scope, unused);
  const back = records.filter((record) => usedAgain.has(textOf(record)));
  if (back.length === 0) return;
  await collection.bulkWrite(
    back.map(({ _id, ...fields }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
    })),
    { ordered: false },
  );
  // Whoever took the last title away meanwhile found no name to remove.
  await dropNames(db, scope, back);
}

function textOf({ type, id }: NameRef): string {
  return `${type}:${id}`;
}
