import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { raw, sql, type Query } from "../../engines/postgres/store.postgres.js";
import { takeTurn } from "../../engines/postgres/turns.postgres.js";
import { type ProjectedTitle } from "../../core/title.document.js";
import { formHash } from "../../projection/check/form.js";
import { sortName } from "../../../packages/names/index.js";
import { EXAMPLE_TITLE } from "../title-example.js";
import { commonRow, TitleTable, type OwnColumns } from "./embedded-titles.postgres.js";

/** A person, genre or studio. */
export interface NameRef {
  type: string;
  id: string;
}

/** What is stored of a title in its own row beside its popularity; instants as the title has them. */
export function titleRow(title: ProjectedTitle) {
  return {
    ...commonRow(title),
    sort_name: sortName(title.name),
    release_year: title.releaseYear ?? 0,
    tags: title.tags,
    added_at: title.addedAt,
    document: { ...title, popularity: 0 },
  };
}

/** The rows of titles; one of another form is put again. */
export const CATALOG_TITLES = new TitleTable(
  "catalog_titles",
  {
    sort_name: "text",
    release_year: "smallint",
    tags: "text[]",
    added_at: "timestamptz",
    document: "jsonb",
  } satisfies OwnColumns<typeof titleRow>,
  formHash(titleRow(EXAMPLE_TITLE)),
);

/** The tables that have rows of titles beside their own. */
export const ROWS_OF_TITLES = ["catalog_licences", "catalog_credits", "catalog_genres"] as const;

/** Removes what hangs on titles. */
export async function removeRowsOf(query: Query, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const table of ROWS_OF_TITLES)
    await query(sql`delete from ${raw(table)} where title_id = any(${ids}::text[])`);
}

/** The same for those of the titles that are not there. */
export async function removeStrayRows(query: Query, ids: readonly string[]): Promise<void> {
  const gone = await query<{ id: string }>(
    sql`select k.id from unnest(${ids}::text[]) as k (id)
        where not exists (select 1 from catalog_titles t where t.id = k.id)`,
  );
  await removeRowsOf(
    query,
    gone.map(({ id }) => id),
  );
}

/** One writer of a tenant's titles at a time, so that none counts on a name that another has just found unused. */
export async function lockNames(query: Query): Promise<void> {
  await takeTurn(query, "catalog_names");
}

/** What titles use, by id: people, genres and studios. */
export function namesUsedBy(query: Query, ids: readonly string[]): Promise<NameRef[]> {
  return query<NameRef>(sql`
    select distinct n.type, n.id from catalog_titles t
    cross join lateral (
      select 'Genre' as type, unnest(t.genre_ids) as id
      union all select 'Studio', t.studio_id where t.studio_id is not null
      union all select 'Person', c.person_id from catalog_credits c where c.title_id = t.id
    ) n
    where t.id = any(${ids}::text[])`);
}

/** Removes those of the names that no title uses. The caller holds the lock of names. */
export async function dropUnusedNames(query: Query, names: readonly NameRef[]): Promise<void> {
  if (names.length === 0) return;
  await query(sql`
    delete from catalog_names n
    using unnest(${names.map(({ type }) => type)}::text[], ${names.map(({ id }) => id)}::text[]) as k (type, id)
    where n.type = k.type and n.id = k.id
      and not exists (select 1 from catalog_credits c where n.type = 'Person' and c.person_id = n.id)
      and not exists (select 1 from catalog_genres g where n.type = 'Genre' and g.genre_id = n.id)
      and not exists (select 1 from catalog_titles t where n.type = 'Studio' and t.studio_id = n.id)`);
}

/** Names that no title uses, found by going through all. */
export async function unusedNames(query: Query): Promise<NameRef[]> {
  await scanWhole(query);
  return query<NameRef>(sql`
    select n.type, n.id from catalog_names n
    left join (
      select distinct 'Person' as type, person_id as id from catalog_credits
      union select 'Genre', genre_id from catalog_genres
      union select 'Studio', studio_id from catalog_titles
    ) used on used.type = n.type and used.id = n.id
    where used.id is null`);
}
