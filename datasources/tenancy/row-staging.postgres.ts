import { pipeline } from "node:stream/promises";

import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

import { type Side } from "./move-session.postgres.js";

/**
 * Makes the rows of a query at one side something that statements at the other can select from: the query itself where both
 * are one database, else a temporary table, into which they are copied.
 *
 * @param form a table at the other side whose columns they have.
 * @param query without parameters, which COPY does not take.
 * @returns the text that goes behind `from`.
 */
export async function stage(
  { from, to }: { from: Side; to: Side },
  form: string,
  { name, columns }: { name: string; columns: readonly string[] },
  query: string,
): Promise<string> {
  if (from.client === to.client) return `(${query})`;
  const staged = `pg_temp.${pg.escapeIdentifier(`staged_${name}`)}`;
  const selected = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  await to.client.query(
    `create temp table if not exists ${staged.slice("pg_temp.".length)} as select ${selected} from ${form} with no data; truncate ${staged}`,
  );
  await pipeline(
    from.client.query(copyTo(`copy (${query}) to stdout`)),
    to.client.query(copyFrom(`copy ${staged} (${selected}) from stdin`)),
  );
  return staged;
}
