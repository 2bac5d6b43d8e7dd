import { sql, type PostgresStore, type Query } from "../postgres/store.postgres.js";
import { type Tenant } from "../tenant.js";
import { type CatalogProjection, type NamedType } from "./catalog.js";
import { sortName } from "./sort-name.js";
import { MATURITY_AGES, type NamedRef, type TitleDocument } from "./title.document.js";

/** Titles of one transaction. */
const BATCH = 2_000;
const POPULARITY_BATCH = 5_000;

/** Carries titles into the catalog tables. */
export class PostgresCatalogProjection implements CatalogProjection {
  constructor(private readonly postgres: PostgresStore) {}

  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    const latest = latestVersions(titles);
    for (let start = 0; start < latest.length; start += BATCH) {
      await this.postgres.transaction(tenant, (query) => putBatch(query, latest.slice(start, start + BATCH)));
    }
  }

  async setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    const entries = [...popularity].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let start = 0; start < entries.length; start += POPULARITY_BATCH) {
      const batch = entries.slice(start, start + POPULARITY_BATCH);
      await this.postgres.transaction(tenant, (query) =>
        query(
          sql`update catalog_titles t set popularity = v.popularity
              from unnest(${batch.map(([id]) => id)}::text[], ${batch.map(([, value]) => value)}::real[])
                as v (id, popularity)
              where t.id = v.id and t.popularity is distinct from v.popularity`,
        ),
      );
    }
  }
}

/** One document a title, the highest version, ordered by id so that concurrent writers lock in one order. */
function latestVersions(titles: readonly TitleDocument[]): TitleDocument[] {
  const byId = new Map<string, TitleDocument>();
  for (const title of titles) {
    if ((byId.get(title.id)?.version ?? 0) <= title.version) byId.set(title.id, title);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function putBatch(query: Query, titles: readonly TitleDocument[]): Promise<void> {
  const taken = new Set(await putTitles(query, titles));
  const changed = titles.filter((title) => taken.has(title.id));
  if (changed.length === 0) return;
  const ids = changed.map((title) => title.id);
  await query(sql`delete from catalog_licences where title_id = any(${ids}::text[])`);
  await query(sql`delete from catalog_credits where title_id = any(${ids}::text[])`);
  await putLicences(query, changed);
  await putCredits(query, changed);
  await putNames(query, changed);
}

/** Answers the ids of the titles taken over: not those that are there in a newer version. */
async function putTitles(query: Query, titles: readonly TitleDocument[]): Promise<string[]> {
  const rows = titles.map((title) => ({
    id: title.id,
    version: title.version,
    kind: title.kind,
    state: title.state,
    sort_name: sortName(title.name),
    release_year: title.releaseYear ?? 0,
    maturity_age: MATURITY_AGES[title.maturityRating],
    studio_id: title.studio?.id ?? null,
    genre_ids: title.genres.map((genre) => genre.id),
    tags: title.tags,
    added_at: title.addedAt,
    popularity: title.popularity,
    document: { ...title, popularity: 0 },
  }));
  const taken = await query<{ id: string }>(
    sql`insert into catalog_titles (tenant_id, id, version, kind, state, sort_name, release_year, maturity_age,
                                    studio_id, genre_ids, tags, added_at, popularity, document)
        select current_setting('marquee.tenant')::int, v.*
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (
          id text, version int, kind text, state text, sort_name text, release_year smallint, maturity_age smallint,
          studio_id text, genre_ids text[], tags text[], added_at timestamptz, popularity real, document jsonb)
        on conflict (tenant_id, id) do update set
          version = excluded.version, kind = excluded.kind, state = excluded.state, sort_name = excluded.sort_name,
          release_year = excluded.release_year, maturity_age = excluded.maturity_age, studio_id = excluded.studio_id,
          genre_ids = excluded.genre_ids, tags = excluded.tags, added_at = excluded.added_at,
          document = excluded.document
        where catalog_titles.version <= excluded.version
        returning id`,
  );
  return taken.map((row) => row.id);
}

async function putLicences(query: Query, titles: readonly TitleDocument[]): Promise<void> {
  const rows = titles.flatMap((title) =>
    title.licences.flatMap((licence) =>
      [...new Set(licence.countries)].map((country) => ({ id: title.id, country, ...licence })),
    ),
  );
  await query(
    sql`insert into catalog_licences (tenant_id, title_id, country, from_at, until_at)
        select current_setting('marquee.tenant')::int, v.*
        from unnest(${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.country)}::text[],
                    ${rows.map((row) => row.from)}::timestamptz[], ${rows.map((row) => row.until)}::timestamptz[])
          as v (title_id, country, from_at, until_at)`,
  );
}

async function putCredits(query: Query, titles: readonly TitleDocument[]): Promise<void> {
  const rows = titles.flatMap((title) =>
    title.credits.map((credit) => ({ credit, id: title.id, year: title.releaseYear ?? 0 })),
  );
  // One person may have two characters in one title: one row, because the role is what lists show.
  await query(
    sql`insert into catalog_credits (tenant_id, person_id, title_id, role, release_year)
        select current_setting('marquee.tenant')::int, v.*
        from unnest(${rows.map((row) => row.credit.person.id)}::text[], ${rows.map((row) => row.id)}::text[],
                    ${rows.map((row) => row.credit.role)}::text[], ${rows.map((row) => row.year)}::smallint[])
          as v (person_id, title_id, role, release_year)
        on conflict do nothing`,
  );
}

async function putNames(query: Query, titles: readonly TitleDocument[]): Promise<void> {
  const names = new Map<string, NamedRef & { type: NamedType }>();
  const add = (type: NamedType, { id, name }: NamedRef) => names.set(`${type} ${id}`, { type, id, name });
  for (const title of titles) {
    for (const genre of title.genres) add("Genre", genre);
    for (const credit of title.credits) add("Person", credit.person);
    if (title.studio) add("Studio", title.studio);
  }
  const rows = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  await query(
    sql`insert into catalog_names (tenant_id, type, id, name)
        select current_setting('marquee.tenant')::int, v.*
        from unnest(${rows.map((row) => row.type)}::text[], ${rows.map((row) => row.id)}::text[],
                    ${rows.map((row) => row.name)}::text[]) as v (type, id, name)
        on conflict (tenant_id, type, id) do update set name = excluded.name
        where catalog_names.name is distinct from excluded.name`,
  );
}
