import { TITLE_FIELD_NAMES, type TitleFieldName } from "../../core/title-fields.js";
import { sql, type Query } from "../../engines/postgres/store.postgres.js";
import { type TitleHead } from "./title-version-rows.postgres.js";

/** What an editor takes in hand, and what is given back to imports. */
export interface LockChange {
  lock: readonly TitleFieldName[];
  unlock?: readonly TitleFieldName[];
}

/**
 * Keeps which fields of a title editors hold; what an edit both sets and gives back is given back. The caller has the
 * head locked.
 *
 * @returns the fields that are held now, in the order of the table.
 */
export async function changeLocks(
  query: Query,
  { title_id, version, locked_fields }: TitleHead,
  { lock, unlock = [] }: LockChange,
): Promise<TitleFieldName[]> {
  // A draft that was made by hand is not for an import to publish.
  const held = new Set([...locked_fields, ...lock, ...(version === 0 ? (["state"] as const) : [])]);
  const after = TITLE_FIELD_NAMES.filter((name) => held.has(name) && !unlock.includes(name));
  if (after.join() !== locked_fields.join()) {
    await query(sql`update title_heads set locked_fields = ${after}::text[] where title_id = ${title_id}`);
  }
  return after;
}
