import { scanWhole } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { chunks, differing, type Section } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import {
  catalogNameKeys,
  expectedNames,
  greatest,
  spellingsOf,
  type Spellings,
  type TitleSource,
} from "../catalog-expectations.js";
import { lockNames } from "./catalog-rows.postgres.js";

const BATCH = 5_000;

/** The names of people, genres and studios: one that titles use is there, spelled as one of them does, and no other is. */
export function nameSection(postgres: PostgresStore, source: TitleSource): Section<Spellings, string> {
  const section: Section<Spellings, string> = {
    kind: "name",
    faults: { absent: "dangling", surplus: "dangling" },
    size: (tenant) => source.count(tenant),
    async *suspects(tenant, looked) {
      yield* differing(section, tenant, expectedNames(source, tenant, catalogNameKeys), looked);
      yield await unusedNames(postgres, tenant);
    },
    expectedOf: (tenant, keys) => spellingsOf(source, tenant, keys, catalogNameKeys),
    async storedOf(tenant, keys) {
      const found = new Map<string, string>();
      for (const batch of chunks(keys, BATCH)) {
        const { types, ids } = columnsOf(batch);
        const rows = await postgres.transaction(tenant, (query) =>
          query<{ type: string; id: string; name: string }>(
            sql`select n.type, n.id, n.name from catalog_names n
                join unnest(${types}::text[], ${ids}::text[]) as k (type, id) on n.type = k.type and n.id = k.id`,
          ),
        );
        for (const { type, id, name } of rows) found.set(`${type}:${id}`, name);
      }
      return found;
    },
    same: (spellings, name) => spellings.has(name),
    mend: (tenant, keys) => mend(postgres, section, tenant, keys),
  };
  return section;
}

function columnsOf(keys: readonly string[]) {
  return {
    types: keys.map((key) => key.slice(0, key.indexOf(":"))),
    ids: keys.map((key) => key.slice(key.indexOf(":") + 1)),
  };
}

async function unusedNames(postgres: PostgresStore, tenant: Tenant): Promise<string[]> {
  return postgres.transaction(tenant, async (query) => {
    await scanWhole(query);
    const rows = await query<{ key: string }>(sql`
      select n.type || ':' || n.id as key from catalog_names n
      left join (
        select distinct 'Person' as type, person_id as id from catalog_credits
        union select 'Genre', unnest(genre_ids) from catalog_titles
        union select 'Studio', studio_id from catalog_titles
      ) used on used.type = n.type and used.id = n.id
      where used.id is null`);
    return rows.map(({ key }) => key);
  });
}

async function mend(
  postgres: PostgresStore,
  section: Section<Spellings, string>,
  tenant: Tenant,
  keys: readonly string[],
): Promise<void> {
  const expected = await section.expectedOf(tenant, keys);
  const names = keys.map((key) => {
    const spellings = expected.get(key);
    return spellings ? greatest(spellings) : null;
  });
  const { types, ids } = columnsOf(keys);
  const wanted = sql`unnest(${types}::text[], ${ids}::text[], ${names}::text[]) as k (type, id, name)`;
  await postgres.transaction(tenant, async (query) => {
    await lockNames(query);
    await query(
      sql`delete from catalog_names n using ${wanted} where k.name is null and n.type = k.type and n.id = k.id`,
    );
    await query(sql`
      insert into catalog_names (tenant_id, type, id, name)
      select current_setting('marquee.tenant')::int, k.type, k.id, k.name from ${wanted} where k.name is not null
      order by 2, 3
      on conflict (tenant_id, type, id) do update set name = excluded.name`);
  });
}
