import { isDeepStrictEqual } from "node:util";

import { appendEvents } from "../outbox/outbox-append.postgres.js";
import { allowBulk } from "../postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query } from "../postgres/store.postgres.js";
import { CallLog, type StoreRequest } from "../store-request.js";
import { type Tenant } from "../tenant.js";
import { type TitleBody, type TitleVersionInput, type TitleVersions } from "./title-versions.js";
import { type TitleDocument } from "./title.document.js";

interface VersionRow {
  title_id: string;
  version: number;
  /** Milliseconds since 1970. */
  effective: number;
  body: TitleBody;
}

interface InForceRow {
  title_id: string;
  version: number;
  body: TitleBody;
}

/** Titles in one batch of `inForce`. */
const BATCH = 1_000;

/** Title versions in PostgreSQL. */
export class PostgresTitleVersions implements TitleVersions {
  constructor(private readonly postgres: PostgresStore) {}

  async titlesAsOf(
    request: StoreRequest,
    keys: readonly { id: string; at: string }[],
  ): Promise<Map<string, TitleDocument>> {
    const rows = await this.postgres.read<InForceRow & { n: number }>(
      request,
      "catalog.titlesAsOf",
      sql`select k.n::int as n, v.title_id, v.version, v.body
          from unnest(${keys.map((key) => key.id)}::text[], ${keys.map((key) => key.at)}::timestamptz[])
            with ordinality as k (id, at, n)
          cross join lateral (
            select title_id, version, body from title_versions
            where title_id = k.id and effective_from <= k.at
            order by effective_from desc, version desc limit 1
          ) v`,
      keys.length,
    );
    const found = new Map<string, TitleDocument>();
    for (const row of rows) {
      const key = keys[row.n - 1];
      if (key) found.set(`${key.id} ${key.at}`, toDocument(row));
    }
    return found;
  }

  async append(tenant: Tenant, versions: readonly TitleVersionInput[]): Promise<number> {
    if (versions.length === 0) return 0;
    return this.postgres.transaction(tenant, async (query) => {
      await allowBulk(query);
      // Version numbers are counted from what is there: one writer a tenant at a time.
      await query(sql`select pg_advisory_xact_lock(hashtext('marquee.title_versions'), ${tenant.id})`);
      const known = await versionsOf(query, [...new Set(versions.map(({ body }) => body.id))]);
      const added = addVersions(known, versions, Date.now());
      if (added.length > 0) await record(query, added);
      return added.length;
    });
  }

  async revisions(tenant: Tenant, ids: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.postgres.read<{ title_id: string; revision: number }>(
      { tenant, calls: new CallLog() },
      "catalog.revisions",
      sql`select title_id, revision from title_heads where title_id = any(${ids}::text[])`,
    );
    return new Map(rows.map((row) => [row.title_id, row.revision]));
  }

  async countInForce(tenant: Tenant): Promise<number> {
    const [row] = await this.postgres.read<{ count: number }>(
      { tenant, calls: new CallLog() },
      "catalog.countInForce",
      sql`select count(distinct title_id) as count from title_versions where effective_from <= now()`,
    );
    return row?.count ?? 0;
  }

  async *inForce(tenant: Tenant, ids?: readonly string[]): AsyncGenerator<TitleDocument[]> {
    if (ids) {
      const wanted = [...new Set(ids)].sort();
      for (let start = 0; start < wanted.length; start += BATCH) {
        const documents = await this.#batch(tenant, "", wanted.slice(start, start + BATCH));
        if (documents.length > 0) yield documents;
      }
      return;
    }
    let after = "";
    for (;;) {
      const documents = await this.#batch(tenant, after, null);
      const last = documents.at(-1);
      if (!last) return;
      yield documents;
      after = last.id;
    }
  }

  async #batch(tenant: Tenant, after: string, ids: string[] | null): Promise<TitleDocument[]> {
    const which = ids ? sql`title_id = any(${ids}::text[])` : sql`title_id > ${after}`;
    const rows = await this.postgres.read<InForceRow>(
      { tenant, calls: new CallLog() },
      "catalog.inForce",
      sql`select f.title_id, h.revision as version, f.body from (
            select distinct on (title_id) title_id, body from title_versions
            where ${which} and effective_from <= now()
            order by title_id, effective_from desc, version desc limit ${BATCH}
          ) f cross join lateral (
            select revision from title_heads where title_id = f.title_id limit 1
          ) h
          order by f.title_id`,
    );
    return rows.map(toDocument);
  }
}

/** The versions to add, in order; `known` (by title) is brought up to date on the way. */
function addVersions(
  known: Map<string, VersionRow[]>,
  inputs: readonly TitleVersionInput[],
  now: number,
): VersionRow[] {
  const added: VersionRow[] = [];
  for (const { body, effectiveFrom } of inputs) {
    const { id } = body;
    const versions = known.get(id) ?? [];
    const effective = effectiveAt(body, effectiveFrom, versions.length > 0, now);
    const current = inForceAt(versions, effective);
    if (current && isDeepStrictEqual(asStored(current.body), asStored(body))) continue;
    const version = versions.reduce((highest, each) => Math.max(highest, each.version), 0) + 1;
    const row = { title_id: id, version, effective, body };
    known.set(id, [...versions, row]);
    added.push(row);
  }
  return added;
}

/** A body as it comes back from the store: without the keys that JSON leaves out. */
function asStored(body: TitleBody): unknown {
  return JSON.parse(JSON.stringify(body));
}

/** A title known already changes now, or when it joins the catalogue where that is still to come: a second import of it then changes nothing. */
function effectiveAt(body: TitleBody, effectiveFrom: string | null, exists: boolean, now: number): number {
  if (effectiveFrom !== null) return Date.parse(effectiveFrom);
  const addedAt = Date.parse(body.addedAt);
  return exists ? Math.max(addedAt, now) : addedAt;
}

function inForceAt(versions: readonly VersionRow[], at: number): VersionRow | undefined {
  let latest: VersionRow | undefined;
  for (const each of versions) {
    if (each.effective > at) continue;
    const later = !latest || each.effective > latest.effective;
    if (later || (each.effective === latest?.effective && each.version > latest.version)) latest = each;
  }
  return latest;
}

async function versionsOf(query: Query, ids: string[]): Promise<Map<string, VersionRow[]>> {
  const rows = await query<VersionRow>(
    sql`select title_id, version, (extract(epoch from effective_from) * 1000)::float8 as effective, body
        from title_versions where title_id = any(${ids}::text[])`,
  );
  const byTitle = new Map<string, VersionRow[]>();
  for (const row of rows) byTitle.set(row.title_id, [...(byTitle.get(row.title_id) ?? []), row]);
  return byTitle;
}

async function insert(query: Query, rows: readonly VersionRow[]): Promise<void> {
  // One JSON text: an array of bodies would be escaped element by element here and taken apart again there.
  await query(
    sql`insert into title_versions (tenant_id, title_id, version, effective_from, body)
        select current_setting('marquee.tenant')::int, v.title_id, v.version, to_timestamp(v.effective / 1000), v.body
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as v (title_id text, version int, effective float8, body jsonb)`,
  );
}

/** Stores versions, and tells the projections of the titles whose version in force they may have changed, now or later. */
async function record(query: Query, rows: readonly VersionRow[]): Promise<void> {
  // One writer a title at a time, in one order, before anything of the transaction has an id that others could overtake.
  const ids = [...new Set(rows.map((row) => row.title_id))].sort();
  const heads = await query<{ entity: string; revision: number }>(
    sql`insert into title_heads as h (tenant_id, title_id, version, revision)
        select current_setting('marquee.tenant')::int, id, 0, 1 from unnest(${ids}::text[]) as id order by id
        on conflict (tenant_id, title_id) do update set revision = h.revision + 1
        returning title_id as entity, revision`,
  );
  await insert(query, rows);
  await query(
    sql`update title_heads h set version = v.version
        from (select title_id, max(version) as version from title_versions
              where title_id = any(${ids}::text[]) group by title_id) v
        where h.title_id = v.title_id`,
  );
  await query(
    sql`insert into marquee.title_schedule (tenant_id, title_id, version, due_at)
        select current_setting('marquee.tenant')::int, v.title_id, v.version, to_timestamp(v.effective / 1000)
        from jsonb_to_recordset(${JSON.stringify(rows.map(({ title_id, version, effective }) => ({ title_id, version, effective })))}::jsonb)
          as v (title_id text, version int, effective float8)
        where to_timestamp(v.effective / 1000) > clock_timestamp()`,
  );
  await appendEvents(
    query,
    heads.map((head) => ({ topic: "TITLE", related: "", state: null, ...head })),
  );
}

function toDocument(row: InForceRow): TitleDocument {
  return { ...row.body, version: row.version, popularity: 0 };
}
