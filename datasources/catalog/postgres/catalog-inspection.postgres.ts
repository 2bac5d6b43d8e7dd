import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query } from "../../engines/postgres/store.postgres.js";
import { canonical, instantText } from "../../projection/check/canonical.js";
import { chunks, type AnySection, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { titlesToPut, type TitleSource } from "../catalog-expectations.js";
import { nameSection } from "./catalog-name-section.postgres.js";
import { lockNames, removeRowsOf } from "./catalog-rows.postgres.js";
import { titleSection } from "../catalog-title-section.js";
import { sortName } from "../sort-name.js";
import { MATURITY_AGES, type TitleDocument } from "../../core/title.document.js";

/** Puts titles as the projector does. */
export type PutTitles = (tenant: Tenant, titles: readonly TitleDocument[]) => Promise<void>;

interface StoredTitle {
  version: number;
  content: string;
}

interface StoredRow {
  id: string;
  version: number;
  fields: Record<string, unknown>;
  added_at: string;
  licences: [country: string, from: string, until: string | null][];
  credits: [person: string, role: string, year: number][];
}

const BATCH = 1_000;

/** Everything that the catalog tables hold, for comparing it with the titles in force. */
export function catalogSections(postgres: PostgresStore, source: TitleSource, put: PutTitles): AnySection[] {
  return [titlesOfPostgres(postgres, source, put), strayRows(postgres), nameSection(postgres, source)];
}

/** The titles: row, licences and credits of each as a whole, but for its popularity. */
function titlesOfPostgres(
  postgres: PostgresStore,
  source: TitleSource,
  put: PutTitles,
): Section<string, StoredTitle> {
  const storedOf = async (tenant: Tenant, ids: readonly string[]) => {
    const found = new Map<string, StoredTitle>();
    for (const batch of chunks(ids, BATCH)) {
      for (const row of await postgres.transaction(tenant, (query) => storedRows(query, batch))) {
        found.set(row.id, { version: row.version, content: storedContent(row) });
      }
    }
    return found;
  };
  return titleSection(source, {
    contentOf: expectedContent,
    ids: (tenant) => storedIds(postgres, tenant),
    of: storedOf,
    async mend(tenant, ids) {
      const stored = [...(await storedOf(tenant, ids))];
      const titles = await titlesToPut(source, tenant, ids);
      const wanted = new Set(titles.map(({ id }) => id));
      await postgres.transaction(tenant, async (query) => {
        await clearStray(query, ids);
        await takeBack(
          query,
          stored.filter(([id]) => wanted.has(id)),
        );
        await takeOut(
          query,
          stored.filter(([id]) => !wanted.has(id)),
        );
      });
      await put(tenant, titles);
    },
  });
}

function expectedContent(title: TitleDocument): string {
  const instant = (text: string | null) => (text === null ? null : instantText(text));
  const licences = title.licences.flatMap(({ countries, from, until }) =>
    countries.map((country) => [country, instant(from), instant(until)]),
  );
  const year = title.releaseYear ?? 0;
  return canonical({
    kind: title.kind,
    state: title.state,
    sort_name: sortName(title.name),
    release_year: year,
    maturity_age: MATURITY_AGES[title.maturityRating],
    studio_id: title.studio?.id ?? null,
    genre_ids: title.genres.map(({ id }) => id),
    tags: title.tags,
    added_at: instantText(title.addedAt),
    version: title.version,
    document: { ...title, popularity: 0 },
    licences: sortedTexts(licences),
    credits: sortedTexts(title.credits.map(({ person, role }) => [person.id, role, year])),
  });
}

function storedContent({ version, fields, added_at, licences, credits }: StoredRow): string {
  return canonical({
    ...fields,
    version,
    added_at,
    licences: licences
      .map(([country, from, until]) => canonical([country, instantText(from), until && instantText(until)]))
      .sort(),
    credits: credits.map(canonical).sort(),
  });
}

/** Each entry once: two characters of one person in one part are one credit. */
function sortedTexts(entries: readonly unknown[]): string[] {
  return [...new Set(entries.map(canonical))].sort();
}

function storedRows(query: Query, ids: readonly string[]): Promise<StoredRow[]> {
  return query<StoredRow>(sql`
    select t.id, t.version, t.added_at,
      jsonb_build_object('kind', t.kind, 'state', t.state, 'sort_name', t.sort_name, 'release_year', t.release_year,
        'maturity_age', t.maturity_age, 'studio_id', t.studio_id, 'genre_ids', t.genre_ids, 'tags', t.tags,
        'document', t.document) as fields,
      coalesce((select jsonb_agg(jsonb_build_array(l.country, l.from_at, l.until_at))
        from catalog_licences l where l.title_id = t.id), '[]') as licences,
      coalesce((select jsonb_agg(jsonb_build_array(c.person_id, c.role, c.release_year))
        from catalog_credits c where c.title_id = t.id), '[]') as credits
    from catalog_titles t where t.id = any(${ids}::text[])`);
}

async function* storedIds(postgres: PostgresStore, tenant: Tenant): AsyncGenerator<string[]> {
  let after = "";
  for (;;) {
    const rows = await postgres.transaction(tenant, (query) =>
      query<{ id: string }>(
        sql`select id from catalog_titles where id > ${after} order by id limit ${BATCH}::int`,
      ),
    );
    yield rows.map(({ id }) => id);
    if (rows.length < BATCH) return;
    after = rows.at(-1)!.id;
  }
}

const versionsIn = (titles: readonly (readonly [string, StoredTitle])[]) =>
  sql`unnest(${titles.map(([id]) => id)}::text[], ${titles.map(([, { version }]) => version)}::int[]) as v (id, version)`;

/** Lets the right version in where a wrong one is in its way, unless another has come since it was looked at. */
async function takeBack(query: Query, titles: readonly (readonly [string, StoredTitle])[]): Promise<void> {
  await query(
    sql`update catalog_titles t set version = 0 from ${versionsIn(titles)} where t.id = v.id and t.version = v.version`,
  );
}

async function takeOut(query: Query, titles: readonly (readonly [string, StoredTitle])[]): Promise<void> {
  const gone = await query<{ id: string }>(
    sql`delete from catalog_titles t using ${versionsIn(titles)} where t.id = v.id and t.version = v.version returning t.id`,
  );
  await removeRowsOf(
    query,
    gone.map(({ id }) => id),
  );
}

/** Licences and credits of titles that are not there, by title. */
function strayRows(postgres: PostgresStore): Section<string, string> {
  const of = (tenant: Tenant, ids: readonly string[] | null) =>
    postgres.transaction(tenant, async (query) => {
      if (!ids) await scanWhole(query);
      const which = ids ? sql`where r.title_id = any(${ids}::text[])` : sql`where true`;
      const rows = await query<{ id: string }>(sql`
        select distinct r.title_id as id
        from (select title_id from catalog_licences union all select title_id from catalog_credits) r ${which}
          and not exists (select 1 from catalog_titles t where t.id = r.title_id)`);
      return rows.map(({ id }) => id);
    });
  return {
    kind: "rows",
    faults: { absent: "missing", surplus: "dangling" },
    size: () => Promise.resolve(0),
    async *suspects(tenant) {
      yield await of(tenant, null);
    },
    expectedOf: () => Promise.resolve(new Map<string, string>()),
    storedOf: async (tenant, ids) => new Map((await of(tenant, ids)).map((id) => [id, id])),
    same: () => true,
    mend: (tenant, ids) => postgres.transaction(tenant, (query) => clearStray(query, ids)),
  };
}

/** Removes the rows of those of the titles that are not there. */
async function clearStray(query: Query, ids: readonly string[]): Promise<void> {
  await lockNames(query);
  const stray = await query<{ id: string }>(
    sql`select k.id from unnest(${ids}::text[]) as k (id)
        where not exists (select 1 from catalog_titles t where t.id = k.id)`,
  );
  await removeRowsOf(
    query,
    stray.map(({ id }) => id),
  );
}
