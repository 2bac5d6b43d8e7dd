import { raw, sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { byKeys, pagesOf } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type TitleRevision } from "../../core/title.document.js";
import { type TitleProjection } from "../title-follower.js";
import { type StoredTitles } from "../title-section.js";

/** A projection of titles that lies beside its facts. */
export interface EmbeddedTitles extends TitleProjection {
  /** What is there, in batches. */
  entries(tenant: Tenant): AsyncIterable<readonly TitleRevision[]>;
  holding(tenant: Tenant): Promise<Holding>;
  /** Finishes a rebuild: makes what hangs on titles agree with them, and removes what hangs on none. */
  tidy(tenant: Tenant): Promise<void>;
}

/** How many titles there are, and how many of them were put in another form than they would be now. */
export interface Holding {
  entries: number;
  outdated: number;
}

/** Titles of one read. */
const BATCH = 5_000;

type TitleTable = "catalog_titles" | "search_titles";

/** The titles of a table, in batches ordered by id. */
export function entriesOf(
  postgres: PostgresStore,
  tenant: Tenant,
  table: TitleTable,
): AsyncIterable<readonly TitleRevision[]> {
  const page = (after: string) =>
    postgres.transaction(tenant, (query) =>
      query<TitleRevision>(
        sql`select id, revision from ${raw(table)} where id > ${after} order by id limit ${BATCH}::int`,
      ),
    );
  return pagesOf(BATCH, ({ id }) => id, page);
}

/** What a table holds of a tenant. */
export async function holdingOf(
  postgres: PostgresStore,
  tenant: Tenant,
  table: TitleTable,
  form: string,
): Promise<Holding> {
  const [holding] = await postgres.transaction(tenant, (query) =>
    query<Holding>(
      sql`select count(*) as entries, count(*) filter (where form <> ${form}) as outdated from ${raw(table)}`,
    ),
  );
  return holding ?? { entries: 0, outdated: 0 };
}

/**
 * Reads titles as tables hold them, by id.
 *
 * @param size how many are read in one statement.
 * @param rows the rows that a condition on `t.id` chooses.
 * @param formOf the form of a row.
 */
export function storedIn<Row extends TitleRevision & { popularity: number }, F>(
  postgres: PostgresStore,
  size: number,
  rows: (query: Query, which: Sql) => Promise<Row[]>,
  formOf: (row: Row) => F,
): Pick<StoredTitles<F>, "all" | "of"> {
  const read = async (tenant: Tenant, which: Sql) => {
    const found = await postgres.transaction(tenant, (query) => rows(query, which));
    return found.map((row) => {
      const { id, revision, popularity } = row;
      return [id, { revision, popularity, form: formOf(row) }] as const;
    });
  };
  return {
    async *all(tenant) {
      const page = (after: string) => read(tenant, sql`t.id > ${after} order by t.id limit ${size}::int`);
      for await (const entries of pagesOf(size, ([id]) => id, page)) yield new Map(entries);
    },
    of: (tenant, ids) => byKeys(ids, size, (some) => read(tenant, sql`t.id = any(${some}::text[])`)),
  };
}
