import { byAttribute } from "../../core/title-attributes.js";
import { attributesOf, type AttributeName } from "../../core/title-fields.js";
import { type ProjectedTitle } from "../../core/title.document.js";
import { literal } from "../../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../../engines/postgres/store.postgres.js";

/** Fields that titles are filtered by and that have a column of their own. The others share `attributes`: one more needs no migration. */
const COLUMNS: Partial<Record<AttributeName, Sql>> = { kind: sql`kind` };

/** Where a row of catalog_titles or search_titles has the fields that titles are filtered by. */
export function attributePlaces(row: Sql): Record<AttributeName, { column: Sql }> {
  return byAttribute((name) => {
    const column = COLUMNS[name];
    return { column: column ? sql`${row}.${column}` : sql`(${row}.attributes ->> ${literal(name)})` };
  });
}

/** The column `attributes`: what has none of its own, without what the title has not. */
export function sharedAttributes(title: ProjectedTitle): Record<string, string> {
  const entries = Object.entries(attributesOf(title)).filter(([name]) => !(name in COLUMNS));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
