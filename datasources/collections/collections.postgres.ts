import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditAct, type AuditActor } from "../core/audit-acts.js";
import { toPage, type Page, type PageOf, type Position } from "../core/page.js";
import { Refusal } from "../core/refusal.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type CollectionAudience } from "../core/vocabulary.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { empty, sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { editedCollection } from "./collection-rules.js";
import {
  MAX_COLLECTIONS,
  MAX_SHOWN,
  type CollectionEdit,
  type CollectionFacts,
  type CollectionRecord,
  type Collections,
  type CollectionViewer,
  type ShownCollection,
} from "./collections.js";

const COLLECTION = sql`c.id, c.name, c.title_ids as titles, c.from_at as "from", c.until_at as "until", c.audience,
  c.countries, c.position, c.version, c.updated_at as "updatedAt"`;

/** The titles of a collection `c`, each once: of those that were merged, what they were merged into. */
const KEPT_TITLES = sql`array(
  select k.id from (
    select coalesce(h.merged_into, t.id) as id, min(t.n) as n
    from unnest(c.title_ids) with ordinality as t (id, n)
    left join title_heads h on h.title_id = t.id
    group by 1
  ) k order by k.n)`;

/** Collections in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresCollections implements Collections {
  constructor(private readonly postgres: PostgresStore) {}

  shown(request: StoreRequest, { country, kids, now }: CollectionViewer): Promise<ShownCollection[]> {
    const audiences: CollectionAudience[] = ["EVERYBODY", kids ? "KIDS" : "GROWN_UPS"];
    const at = sql`${now.toISOString()}::timestamptz`;
    return this.postgres.read<ShownCollection>(
      request,
      "collections.shown",
      sql`select c.id, c.name, ${KEPT_TITLES} as titles, c.position
          from home_collections c
          where (c.from_at is null or c.from_at <= ${at})
            and (c.until_at is null or c.until_at > ${at})
            and c.audience = any(${audiences}::text[])
            and (c.countries = '{}' or ${country}::text = any(c.countries))
          order by c.position, c.id
          limit ${MAX_SHOWN}::int`,
    );
  }

  async list(
    request: StoreRequest,
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: CollectionRecord }>> {
    const { after } = page;
    const rows = await this.postgres.read<CollectionRecord>(
      request,
      "collections.list",
      sql`select ${COLLECTION} from home_collections c
          where true ${after ? sql`and (c.position, c.id) > (${after.value}::int, ${after.id})` : empty}
          order by c.position, c.id
          limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, (entry) => ({ position: { value: entry.position, id: entry.id }, entry }));
  }

  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, CollectionRecord>> {
    const found = sql`select ${COLLECTION} from home_collections c where c.id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "collections.byIds", ids, found);
  }

  put(tenant: Tenant, { id, expectedVersion, fields, by }: CollectionEdit): Promise<CollectionRecord> {
    return this.postgres.transaction(tenant, async (query) => {
      const before = id === null ? null : await locked(query, id);
      if (before && expectedVersion !== null && expectedVersion !== before.version)
        throw stale(expectedVersion, before.version);
      const facts = editedCollection(before && factsOf(before), fields);
      if (before && isDeepStrictEqual(facts, factsOf(before))) return before;
      await refuseUnknown(query, facts.titles);
      if (!before) await refuseTooMany(query);
      const kept = await keep(query, before?.id ?? randomUUID(), facts);
      await note(query, "COLLECTION_PUT", kept.id, by, { version: kept.version });
      return kept;
    });
  }

  remove(tenant: Tenant, id: string, by: AuditActor): Promise<void> {
    return this.postgres.transaction(tenant, async (query) => {
      const { version } = await locked(query, id);
      await query(sql`delete from home_collections where id = ${id}`);
      await note(query, "COLLECTION_REMOVED", id, by, { version });
    });
  }
}

/** A collection that nobody else changes until the transaction ends. */
async function locked(query: Query, id: string): Promise<CollectionRecord> {
  const [found] = await query<CollectionRecord>(
    sql`select ${COLLECTION} from home_collections c where c.id = ${id} for update`,
  );
  if (found) return found;
  throw new Refusal(
    "collection",
    "COLLECTION_NOT_FOUND",
    "There is no such collection. Accepted: the id of a collection of this tenant.",
  );
}

function factsOf({
  name,
  titles,
  from,
  until,
  audience,
  countries,
  position,
}: CollectionRecord): CollectionFacts {
  const utc = (instant: string | null) => (instant === null ? null : new Date(instant).toISOString());
  return { name, titles, from: utc(from), until: utc(until), audience, countries, position };
}

/** Refuses titles that the tenant does not have. */
async function refuseUnknown(query: Query, titles: readonly string[]): Promise<void> {
  const [unknown] = await query<{ n: number; id: string }>(
    sql`select (t.n - 1)::int as n, t.id from unnest(${titles}::text[]) with ordinality as t (id, n)
        where not exists (select from title_heads h where h.title_id = t.id)
        order by t.n limit 1`,
  );
  if (!unknown) return;
  throw new Refusal(
    `titles[${unknown.n}]`,
    "TITLE_NOT_FOUND",
    "There is no such title. Accepted: ids of titles of this tenant, in any state.",
  );
}

async function refuseTooMany(query: Query): Promise<void> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    sql`select count(*)::int as count from home_collections`,
  );
  if (count < MAX_COLLECTIONS) return;
  throw new Refusal(
    null,
    "TOO_MANY_COLLECTIONS",
    `There are ${count} collections. Accepted: at most ${MAX_COLLECTIONS}; remove one first.`,
  );
}

async function keep(query: Query, id: string, facts: CollectionFacts): Promise<CollectionRecord> {
  const { name, titles, from, until, audience, countries, position } = facts;
  const [kept] = await query<CollectionRecord>(
    sql`insert into home_collections as c
          (tenant_id, id, name, title_ids, from_at, until_at, audience, countries, position)
        values (current_setting('marquee.tenant')::int, ${id}, ${name}, ${titles}::text[], ${from}::timestamptz,
                ${until}::timestamptz, ${audience}, ${countries}::text[], ${position}::int)
        on conflict (tenant_id, id) do update set name = excluded.name, title_ids = excluded.title_ids,
          from_at = excluded.from_at, until_at = excluded.until_at, audience = excluded.audience,
          countries = excluded.countries, position = excluded.position, version = c.version + 1,
          updated_at = clock_timestamp()
        returning ${COLLECTION}`,
  );
  if (!kept) throw new Error("A collection was kept and is not there");
  return kept;
}

function note(
  query: Query,
  act: AuditAct,
  collection: string,
  actor: AuditActor,
  details: Readonly<Record<string, number>>,
): Promise<void> {
  return recordAct(query, { act, actor, subject: { collection }, details });
}

function stale(expected: number, version: number): Refusal {
  return new Refusal(
    "expectedVersion",
    "STALE_VERSION",
    `Version ${expected} was expected, and the latest is ${version}. Accepted: ${version}, once you have seen what it says.`,
    { version },
  );
}
