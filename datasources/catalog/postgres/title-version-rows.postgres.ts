import { isDeepStrictEqual } from "node:util";

import { appendEvents } from "../../projection/outbox/outbox-append.postgres.js";
import { titleEvent } from "../../projection/outbox/outbox-event.js";
import { sql, type Query } from "../../engines/postgres/store.postgres.js";
import {
  withDefaults,
  type StoredFacts,
  type TitleFacts,
  type TitleFieldName,
} from "../../core/title-fields.js";

/** A version as it is stored. */
export interface VersionRow {
  title_id: string;
  version: number;
  /** Milliseconds since 1970. */
  effective: number;
  body: TitleFacts;
}

type StoredRow = Omit<VersionRow, "body"> & { body: StoredFacts };

/** What is known of a title as a whole. */
export interface TitleHead {
  title_id: string;
  /** The highest version recorded; 0 for a title that is new. */
  version: number;
  merged_into: string | null;
  /** What editors have set last and not given back. */
  locked_fields: TitleFieldName[];
}

/**
 * Locks titles for a writer, in one order, before anything of the transaction has an id that others could overtake.
 * One that is new is locked as well: of two that make it, the second finds it made.
 */
export async function lockHeads(query: Query, ids: readonly string[]): Promise<TitleHead[]> {
  const sorted = [...new Set(ids)].sort();
  await query(
    sql`insert into title_heads (tenant_id, title_id, version, revision)
        select current_setting('marquee.tenant')::int, id, 0, 0 from unnest(${sorted}::text[]) as id order by id
        on conflict do nothing`,
  );
  return query<TitleHead>(
    sql`select title_id, version, merged_into, locked_fields from title_heads where title_id = any(${sorted}::text[])
        order by title_id for update`,
  );
}

/** Whether two bodies, or parts of them, say the same. */
export function sameBody(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(asStored(one), asStored(other));
}

/** A body as it comes back from the store, without keys that say nothing: a part of it may be older than a key. */
function asStored(body: unknown): unknown {
  return JSON.parse(
    JSON.stringify(body ?? null, (_, value: unknown) => (value === null ? undefined : value)) ?? "null",
  );
}

/** The version in force at an instant: the latest to begin, of those that begin together the last recorded. */
export function inForceAt(versions: readonly VersionRow[], at: number): VersionRow | undefined {
  let latest: VersionRow | undefined;
  for (const each of versions) {
    if (each.effective > at) continue;
    const later = !latest || each.effective > latest.effective;
    if (later || (each.effective === latest?.effective && each.version > latest.version)) latest = each;
  }
  return latest;
}

/** All versions of titles, by title. */
export async function versionsOf(query: Query, ids: string[]): Promise<Map<string, VersionRow[]>> {
  const rows = await query<StoredRow>(
    sql`select title_id, version, (extract(epoch from effective_from) * 1000)::float8 as effective, body
        from title_versions where title_id = any(${ids}::text[])`,
  );
  const byTitle = new Map<string, VersionRow[]>();
  for (const row of rows.map(withWholeBody))
    byTitle.set(row.title_id, [...(byTitle.get(row.title_id) ?? []), row]);
  return byTitle;
}

/** The version of a title that is in force at an instant (milliseconds since 1970) and those that begin later; all where none is. */
export async function versionsSince(query: Query, id: string, at: number): Promise<VersionRow[]> {
  const rows = await query<StoredRow>(
    sql`select title_id, version, (extract(epoch from effective_from) * 1000)::float8 as effective, body
        from title_versions
        where title_id = ${id} and effective_from >= coalesce(
          (select max(effective_from) from title_versions
           where title_id = ${id} and effective_from <= to_timestamp(${at}::float8 / 1000)), '-infinity')`,
  );
  return rows.map(withWholeBody);
}

/** A body from before there were some fields says of these what a title does that is silent: to repeat it is no change. */
function withWholeBody(row: StoredRow): VersionRow {
  return { ...row, body: withDefaults(row.body) };
}

/** The database's clock, in whole milliseconds since 1970: to be asked under the lock of a title, so that its changes follow each other. */
export async function databaseNow(query: Query): Promise<number> {
  const [row] = await query<{ now: number }>(
    sql`select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
  );
  return row?.now ?? Date.now();
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

/**
 * Stores versions, and tells the projections of the titles whose version in force they may have changed, now or later.
 *
 * @returns the transaction's id.
 */
export async function recordVersions(query: Query, rows: readonly VersionRow[]): Promise<number> {
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
  return appendEvents(query, heads.map(titleEvent));
}
