import { type Tenant } from "../../datasources/core/tenant.js";
import { fillWithSameIds } from "../integration/isolation-support.js";
import { adultProfile } from "./catalogue.js";
import { WRITERS } from "./move-load.js";
import { type Placements } from "./placements.js";
import { createTestTenant } from "./stores.js";
import { titleBody } from "./titles.js";

/** A shared tenant with something of everything, and with what `startLoad` writes. */
export async function openMovingAt({ stores }: Placements): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  await fillWithSameIds(stores, tenant);
  const titles = Array.from({ length: WRITERS }, (_, at) => titleBody({ id: `title${at}` }));
  await stores.accounts.putProfiles(
    tenant,
    titles.map((_, at) => adultProfile(`profile${at}`)),
  );
  await stores.titleVersions.append(
    tenant,
    titles.map((body) => ({ body, effectiveFrom: null })),
  );
  const documents = titles.map((body) => ({ ...body, revision: 1, latestVersion: 1, popularity: 0 }));
  await stores.catalogProjection.put(tenant, documents);
  return tenant;
}

/** What tables of a place hold of a tenant, but for what is not moved. */
export async function rowsAt(
  placements: Placements,
  place: Tenant,
): Promise<Map<string, { rows: number; hash: string }>> {
  const { id, schema } = place;
  const database = placements.databaseOf(place);
  const tables = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p')
       and not c.relispartition and c.relname not in ('outbox', 'schema_migrations') order by c.relname`,
    [schema],
  );
  const found = new Map<string, { rows: number; hash: string }>();
  for (const { name } of tables) {
    const [row] = await database.query<{ rows: number; hash: string }>(
      `select count(*)::int as rows, md5(string_agg(t::text, ' ' order by t::text)) as hash from ${schema}.${name} t where tenant_id = $1`,
      [id],
    );
    if (row && row.rows > 0) found.set(name, row);
  }
  return found;
}

/** Ids of the events that a place holds of what `startLoad` wrote, in order; as often as there are such rows. */
export async function eventsAt(placements: Placements, place: Tenant): Promise<string[]> {
  const rows = await placements
    .databaseOf(place)
    .query<{ id: string }>(
      `select id from ${place.schema}.viewing_events where tenant_id = $1 and profile_id like 'profile%'`,
      [place.id],
    );
  return rows.map(({ id }) => /event\d+$/.exec(id)?.[0] ?? id).sort();
}
