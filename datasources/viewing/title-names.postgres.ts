import { sql, type Sql } from "../engines/postgres/store.postgres.js";

/**
 * The ids under which events of a title may stand: its own, and those that were merged into it.
 *
 * @param title an expression.
 * @returns an array of text.
 */
export function titleNames(title: Sql): Sql {
  return sql`(array(select h.title_id from title_heads h where h.merged_into = ${title}) || ${title}::text)`;
}
