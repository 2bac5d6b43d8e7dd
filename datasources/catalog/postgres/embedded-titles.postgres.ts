import { raw, sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { pagesOf } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type TitleVersion } from "../../core/title.document.js";
import { type TitleProjection } from "../title-follower.js";

/** A projection of titles that lies beside its facts. */
export interface EmbeddedTitles extends TitleProjection {
  /** What is there, in batches. */
  entries(tenant: Tenant): AsyncIterable<readonly TitleVersion[]>;
  /** Makes what hangs on titles agree with them, and removes what hangs on none. */
  tidy(tenant: Tenant): Promise<void>;
}

/** Titles of one read. */
const BATCH = 5_000;

/** The titles of a table, in batches ordered by id. */
export function entriesOf(
  postgres: PostgresStore,
  tenant: Tenant,
  table: "catalog_titles" | "search_titles",
): AsyncIterable<readonly TitleVersion[]> {
  const page = (after: string) =>
    postgres.transaction(tenant, (query) =>
      query<TitleVersion>(
        sql`select id, version from ${raw(table)} where id > ${after} order by id limit ${BATCH}::int`,
      ),
    );
  return pagesOf(BATCH, ({ id }) => id, page);
}

/** The ids alone. */
export async function* idsOf(entries: AsyncIterable<readonly TitleVersion[]>): AsyncGenerator<string[]> {
  for await (const batch of entries) yield batch.map(({ id }) => id);
}
