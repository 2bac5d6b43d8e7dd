import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { CallLog } from "../../core/store-request.js";
import { chunks } from "../../core/chunks.js";
import { type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { type CatalogProjection } from "../catalog.js";
import { namesIn, type TitleSource } from "../catalog-expectations.js";
import { catalogSections } from "./catalog-inspection.postgres.js";
import { type EmbeddedTitles, type Holding } from "./embedded-titles.postgres.js";
import { latestRevisions } from "../latest-revisions.js";
import {
  CATALOG_TITLES,
  dropUnusedNames,
  lockNames,
  namesUsedBy,
  removeRowsOf,
  removeStrayRows,
  titleRow,
  unusedNames,
} from "./catalog-rows.postgres.js";
import { type TitleDocument, type TitleRevision } from "../../core/title.document.js";

/** Titles of one transaction. */
const BATCH = 2_000;

/** Carries titles into the catalog tables. */
export class PostgresCatalogProjection implements CatalogProjection, EmbeddedTitles {
  constructor(private readonly postgres: PostgresStore) {}

  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    for (const batch of chunks(latestRevisions(titles), BATCH)) {
      await this.postgres.transaction(tenant, (query) => putBatch(query, batch));
    }
  }

  async removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void> {
    if (titles.length === 0) return;
    const sorted = [...titles].sort((a, b) => (a.id < b.id ? -1 : 1));
    await this.postgres.transaction(tenant, async (query) => {
      await lockNames(query);
      const ids = sorted.map(({ id }) => id);
      const names = await namesUsedBy(query, ids);
      await query(CATALOG_TITLES.remove(sorted));
      await removeStrayRows(query, ids);
      await dropUnusedNames(query, names);
    });
  }

  entries(tenant: Tenant): AsyncIterable<readonly TitleRevision[]> {
    return CATALOG_TITLES.entries(this.postgres, tenant);
  }

  holding(tenant: Tenant): Promise<Holding> {
    return CATALOG_TITLES.holding(this.postgres, tenant);
  }

  /** The popularity of those of the titles that are there, by id. */
  async popularityOf(tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.postgres.read<{ id: string; popularity: number }>(
      { tenant, calls: new CallLog() },
      "catalog.popularityOf",
      sql`select id, popularity from catalog_titles where id = any(${ids}::text[])`,
    );
    return new Map(rows.map(({ id, popularity }) => [id, popularity]));
  }

  /** What there is to compare with a source. */
  sections(source: TitleSource): AnySection[] {
    return catalogSections(this.postgres, source, this);
  }

  /** Removes the names that no title uses. */
  async tidy(tenant: Tenant): Promise<void> {
    await this.postgres.transaction(tenant, async (query) => {
      await lockNames(query);
      await dropUnusedNames(query, await unusedNames(query));
    });
  }

  setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    return CATALOG_TITLES.setPopularity(this.postgres, tenant, popularity);
  }
}

async function putBatch(query: Query, titles: readonly TitleDocument[]): Promise<void> {
  await allowBulk(query);
  await lockNames(query);
  const ids = titles.map(({ id }) => id);
  const before = await namesUsedBy(query, ids);
  const stored = titles.map((title) => ({ ...titleRow(title), popularity: title.popularity }));
  // A row that was there has been locked by this statement, which xmax shows; one that is new has no xmax.
  const rows = await query<{ id: string; replaced: boolean }>(
    CATALOG_TITLES.put(stored, sql`id, xmax <> 0 as replaced`),
  );
  if (rows.length === 0) return;
  const replaced = rows.filter((row) => row.replaced).map((row) => row.id);
  await removeRowsOf(query, replaced);
  const taken = rows.map((row) => row.id);
  await putLicences(query, taken);
  await putCredits(query, taken);
  await putGenres(query, taken);
  await putNames(query, taken);
  const kept = new Set(titles.flatMap(namesIn).map(({ type, id }) => `${type}:${id}`));
  await dropUnusedNames(
    query,
    before.filter(({ type, id }) => !kept.has(`${type}:${id}`)),
  );
}

/*
 * The rows below are drawn out of the documents where these are, so that nothing is sent twice, and ordered like the
 * index that they go into.
 */

/** The rows of titles, looked up one by one: a table that is being filled has no statistics to choose a better way by. */
function documentsOf(ids: readonly string[]): Sql {
  return sql`(
    select t.* from unnest(${ids}::text[]) as k (id)
    cross join lateral (
      select tenant_id, id, release_year, document from catalog_titles where id = k.id limit 1
    ) t
  )`;
}

async function putLicences(query: Query, ids: readonly string[]): Promise<void> {
  await query(
    sql`insert into catalog_licences (tenant_id, title_id, country, from_at, until_at)
        select distinct t.tenant_id, t.id, country, l."from", l.until
        from ${documentsOf(ids)} t
        cross join jsonb_to_recordset(t.document -> 'licences') as l (countries text[], "from" timestamptz, until timestamptz)
        cross join unnest(l.countries) as country`,
  );
}

async function putCredits(query: Query, ids: readonly string[]): Promise<void> {
  // One person may have two characters in one title: one row, because the role is what lists show.
  await query(
    sql`insert into catalog_credits (tenant_id, person_id, title_id, role, release_year)
        select distinct t.tenant_id, c.person ->> 'id', t.id, c.role, t.release_year
        from ${documentsOf(ids)} t
        cross join jsonb_to_recordset(t.document -> 'credits') as c (role text, person jsonb)
        order by 2, 5, 3`,
  );
}

async function putGenres(query: Query, ids: readonly string[]): Promise<void> {
  await query(
    sql`insert into catalog_genres (tenant_id, genre_id, title_id)
        select distinct t.tenant_id, g ->> 'id', t.id
        from ${documentsOf(ids)} t
        cross join jsonb_array_elements(t.document -> 'genres') g
        order by 2, 3`,
  );
}

async function putNames(query: Query, ids: readonly string[]): Promise<void> {
  // Where spellings of one batch differ, the greatest wins, so that the outcome does not hang on the order of rows.
  // Most names are there already: left out beforehand, they are neither locked nor written.
  await query(
    sql`with documents as (
          select document from ${documentsOf(ids)} t
        ), refs as (
          select 'Person' as type, c -> 'person' as ref from documents d, jsonb_array_elements(d.document -> 'credits') c
          union all
          select 'Genre', g from documents d, jsonb_array_elements(d.document -> 'genres') g
          union all
          select 'Studio', d.document -> 'studio' from documents d where jsonb_typeof(d.document -> 'studio') = 'object'
        ), names as materialized (
          select type, ref ->> 'id' as id, max(ref ->> 'name') as name from refs group by 1, 2
        )
        insert into catalog_names (tenant_id, type, id, name)
        select current_setting('marquee.tenant')::int, r.type, r.id, r.name from names r
        left join lateral (
          select true as there from catalog_names n where n.type = r.type and n.id = r.id and n.name = r.name limit 1
        ) known on true
        where known.there is null
        order by type, id
        on conflict (tenant_id, type, id) do update set name = excluded.name
        where catalog_names.name is distinct from excluded.name`,
  );
}
