import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import {
  join,
  raw,
  sql,
  type PostgresStore,
  type Query,
  type Sql,
} from "../../engines/postgres/store.postgres.js";
import { chunks } from "../../core/chunks.js";
import { byKeys, pagesOf } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import {
  MATURITY_AGES,
  storedState,
  type ProjectedTitle,
  type TitleRevision,
} from "../../core/title.document.js";
import { sharedAttributes } from "./attribute-places.postgres.js";
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

/** Titles of one statement. */
const BATCH = 5_000;

/** What every table of titles has in a title's row; the field is the column, its type the column's. */
const COMMON_COLUMNS = {
  id: "text",
  revision: "int",
  kind: "text",
  state: "text",
  maturity_age: "smallint",
  studio_id: "text",
  genre_ids: "text[]",
  attributes: "jsonb",
};

export function commonRow(title: ProjectedTitle): Record<keyof typeof COMMON_COLUMNS, unknown> {
  return {
    id: title.id,
    revision: title.revision,
    kind: title.kind,
    state: storedState(title),
    maturity_age: MATURITY_AGES[title.maturityRating],
    studio_id: title.studio?.id ?? null,
    genre_ids: title.genres.map(({ id }) => id),
    attributes: sharedAttributes(title),
  };
}

/** The types of the columns that a table has beside those in common, of what makes its rows. */
export type OwnColumns<RowOf extends (title: ProjectedTitle) => object> = Record<
  Exclude<keyof ReturnType<RowOf>, keyof typeof COMMON_COLUMNS>,
  string
>;

/** A row as it is read back: its columns, and what is compared in another way. */
export interface StoredRow extends TitleRevision {
  popularity: number;
  fields: Record<string, unknown>;
}

/** A table with a row for each title, which knows the title's revision, its popularity, and the form that it was put in. */
export class TitleTable {
  /**
   * @param name the table.
   * @param columns of what it has beside those in common, its popularity and its form: their SQL types by their names.
   * @param form the form in which rows are put now.
   */
  constructor(
    private readonly name: "catalog_titles" | "search_titles",
    private readonly columns: Readonly<Record<string, string>>,
    private readonly form: string,
  ) {}

  /**
   * The insert of rows, each in the place of one that is not newer; a title that is there keeps its popularity. Answers
   * what `returning` says of the rows that were written.
   */
  put(rows: readonly Readonly<Record<string, unknown>>[], returning: Sql): Sql {
    const all = Object.entries({
      ...COMMON_COLUMNS,
      ...this.columns,
      popularity: "real",
      form: "text",
    });
    const names = all.map(([column]) => raw(column));
    const replaced = all.filter(([column]) => column !== "id" && column !== "popularity");
    const stored = JSON.stringify(rows.map((row) => ({ ...row, form: this.form })));
    return sql`
      insert into ${raw(this.name)} (tenant_id, ${join(names, ", ")})
      select current_setting('marquee.tenant')::int, r.*
      from jsonb_to_recordset(${stored}::jsonb) as r (${raw(all.map((column) => column.join(" ")).join(", "))})
      on conflict (tenant_id, id) do update
        set ${raw(replaced.map(([column]) => `${column} = excluded.${column}`).join(", "))}
      where ${raw(this.name)}.revision <= excluded.revision
      returning ${returning}`;
  }

  /** The deletion of titles that are there in no newer revision. */
  remove(titles: readonly TitleRevision[]): Sql {
    return sql`
      delete from ${raw(this.name)} t
      using unnest(${titles.map(({ id }) => id)}::text[], ${titles.map(({ revision }) => revision)}::bigint[])
        as v (id, revision)
      where t.id = v.id and t.revision <= v.revision`;
  }

  /** Sets the popularity of the titles named, in [0, 1]; those that are not there are passed over. */
  async setPopularity(
    postgres: PostgresStore,
    tenant: Tenant,
    popularity: ReadonlyMap<string, number>,
  ): Promise<void> {
    const entries = [...popularity].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const batch of chunks(entries, BATCH)) {
      await postgres.transaction(tenant, (query) =>
        query(
          sql`update ${raw(this.name)} t set popularity = v.popularity
              from unnest(${batch.map(([id]) => id)}::text[], ${batch.map(([, value]) => value)}::real[])
                as v (id, popularity)
              where t.id = v.id and t.popularity is distinct from v.popularity`,
        ),
      );
    }
  }

  /** The titles, in batches ordered by id. */
  entries(postgres: PostgresStore, tenant: Tenant): AsyncIterable<readonly TitleRevision[]> {
    const page = (after: string) =>
      postgres.transaction(tenant, (query) =>
        query<TitleRevision>(
          sql`select id, revision from ${raw(this.name)} where id > ${after} order by id limit ${BATCH}::int`,
        ),
      );
    return pagesOf(BATCH, ({ id }) => id, page);
  }

  /** What the table holds of a tenant. */
  async holding(postgres: PostgresStore, tenant: Tenant): Promise<Holding> {
    const outdated = sql`count(*) filter (where form <> ${this.form})`;
    const [holding] = await postgres.transaction(tenant, async (query) => {
      await allowBulk(query);
      return query<Holding>(sql`select count(*) as entries, ${outdated} as outdated from ${raw(this.name)}`);
    });
    return holding ?? { entries: 0, outdated: 0 };
  }
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
