import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import {
  join,
  raw,
  sql,
  type PostgresStore,
  type Query,
  type Sql,
} from "../../engines/postgres/store.postgres.js";
import { canonical, instantText, omit } from "../../projection/check/canonical.js";
import { byKeys, straySection, type AnySection } from "../../projection/check/section.js";
import { type ProjectedTitle } from "../../core/title.document.js";
import { catalogNameKeys, type TitleSource } from "../catalog-expectations.js";
import { nameSection, type StoredNames } from "../name-section.js";
import { type TitleProjection } from "../title-follower.js";
import { titleSection } from "../title-section.js";
import { storedIn, type StoredRow } from "./embedded-titles.postgres.js";
import { ROWS_OF_TITLES, titleRow, unusedNames } from "./catalog-rows.postgres.js";

interface ComparedRow extends StoredRow {
  fields: StoredRow["fields"] & { added_at: string };
  licences: [country: string, from: string, until: string | null][];
  credits: [person: string, role: string, year: number][];
  genres: string[];
}

const BATCH = 1_000;

/** Everything that the catalog tables hold, for comparing it with the titles in force. Rows come first: a title is put beside no others. */
export function catalogSections(
  postgres: PostgresStore,
  source: TitleSource,
  projection: TitleProjection,
): AnySection[] {
  const titles = titleSection(source, projection, {
    formOf: expectedForm,
    ...storedIn(postgres, BATCH, storedRows, storedForm),
  });
  return [strayRows(postgres, projection), titles, nameSection(source, projection, storedNames(postgres))];
}

/** Row, licences, credits and genres of a title as a whole. */
function expectedForm(title: ProjectedTitle): string {
  const instant = (text: string | null) => (text === null ? null : instantText(text));
  const licences = title.licences.flatMap(({ countries, from, until }) =>
    countries.map((country) => [country, instant(from), instant(until)]),
  );
  return canonical({
    ...omit(titleRow(title), "id"),
    added_at: instantText(title.addedAt),
    licences: sortedTexts(licences),
    credits: sortedTexts(title.credits.map(({ person, role }) => [person.id, role, title.releaseYear ?? 0])),
    genres: sortedTexts(title.genres.map(({ id }) => id)),
  });
}

function storedForm({ fields, licences, credits, genres }: ComparedRow): string {
  return canonical({
    ...fields,
    added_at: instantText(fields.added_at),
    licences: licences
      .map(([country, from, until]) => canonical([country, instantText(from), until && instantText(until)]))
      .sort(),
    credits: credits.map(canonical).sort(),
    genres: genres.map(canonical).sort(),
  });
}

/** Each entry once: two characters of one person in one part are one credit. */
function sortedTexts(entries: readonly unknown[]): string[] {
  return [...new Set(entries.map(canonical))].sort();
}

function storedRows(query: Query, which: Sql): Promise<ComparedRow[]> {
  return query<ComparedRow>(sql`
    select t.id, t.revision, t.popularity, to_jsonb(t) - '{tenant_id,id,popularity,form}'::text[] as fields,
      coalesce((select jsonb_agg(jsonb_build_array(l.country, l.from_at, l.until_at))
        from catalog_licences l where l.title_id = t.id), '[]') as licences,
      coalesce((select jsonb_agg(jsonb_build_array(c.person_id, c.role, c.release_year))
        from catalog_credits c where c.title_id = t.id), '[]') as credits,
      coalesce((select jsonb_agg(g.genre_id) from catalog_genres g where g.title_id = t.id), '[]') as genres
    from catalog_titles t where ${which}`);
}

/** What hangs on titles that are not there, by title. */
function strayRows(postgres: PostgresStore, projection: TitleProjection): AnySection {
  return {
    ...straySection("rows", (tenant, ids) =>
      postgres.transaction(tenant, async (query) => {
        if (!ids) await scanWhole(query);
        const which = ids ? sql`r.title_id = any(${ids}::text[])` : sql`true`;
        const all = ROWS_OF_TITLES.map((table) => sql`select title_id from ${raw(table)}`);
        const rows = await query<{ id: string }>(sql`
          select distinct r.title_id as id
          from (${join(all, " union all ")}) r
          where ${which} and not exists (select 1 from catalog_titles t where t.id = r.title_id)`);
        return rows.map(({ id }) => id);
      }),
    ),
    // A title goes with its rows; below its first revision, so that one that has come meanwhile stays.
    repair: (tenant, ids) =>
      projection.removeTitles(
        tenant,
        ids.map((id) => ({ id, revision: 0 })),
      ),
  };
}

function storedNames(postgres: PostgresStore): StoredNames {
  return {
    keysOf: catalogNameKeys,
    of: (tenant, keys) =>
      byKeys(keys, BATCH, async (some) => {
        const rows = await postgres.transaction(tenant, (query) =>
          query<{ key: string; name: string }>(
            sql`select n.type || ':' || n.id as key, n.name from catalog_names n
                join unnest(${some}::text[]) as k (key)
                  on n.type = split_part(k.key, ':', 1) and n.id = substr(k.key, strpos(k.key, ':') + 1)`,
          ),
        );
        return rows.map(({ key, name }) => [key, name]);
      }),
    async *unused(tenant) {
      const names = await postgres.transaction(tenant, unusedNames);
      yield names.flatMap(catalogNameKeys);
    },
  };
}
