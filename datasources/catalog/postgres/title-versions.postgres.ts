import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { takeTurn } from "../../engines/postgres/turns.postgres.js";
import { chunks } from "../../core/chunks.js";
import { CallLog, type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { recordNames, shownBody } from "./title-names.postgres.js";
import { lockHeads, recordVersions, versionsOf, type VersionRow } from "./title-version-rows.postgres.js";
import { withDefaults, type StoredFacts, type TitleFacts } from "../../core/title-fields.js";
import {
  type AppendOptions,
  type AppendOutcome,
  type TitleVersionInput,
  type TitleVersions,
} from "../title-versions.js";
import { plannedAppend } from "./title-appending.js";
import { type ProjectedTitle, type VersionedTitle } from "../../core/title.document.js";

interface InForceRow {
  title_id: string;
  version: number;
  body: StoredFacts;
}

interface ProjectedRow extends Pick<ProjectedTitle, "revision" | "latestVersion"> {
  body: StoredFacts;
  merged_into: string | null;
}

/** Titles in one batch of `inForce`. */
const BATCH = 1_000;

/** Title versions in PostgreSQL. */
export class PostgresTitleVersions implements TitleVersions {
  constructor(private readonly postgres: PostgresStore) {}

  async titlesAsOf(
    request: StoreRequest,
    keys: readonly { id: string; at: string }[],
  ): Promise<Map<string, VersionedTitle>> {
    const rows = await this.postgres.read<InForceRow & { n: number }>(
      request,
      "catalog.titlesAsOf",
      asOf(keys),
      keys.length,
    );
    const found = new Map<string, VersionedTitle>();
    for (const row of rows) {
      const key = keys[row.n - 1];
      if (key) found.set(`${key.id} ${key.at}`, toVersioned(row));
    }
    return found;
  }

  async append(
    tenant: Tenant,
    versions: readonly TitleVersionInput[],
    options: AppendOptions = {},
  ): Promise<AppendOutcome[]> {
    if (versions.length === 0) return [];
    return this.postgres.transaction(tenant, async (query) => {
      await allowBulk(query);
      // Version numbers are counted from what is there: one writer a tenant at a time.
      await takeTurn(query, "title_versions");
      const ids = [...new Set(versions.map(({ body }) => body.id))];
      const heads = new Map((await lockHeads(query, ids)).map((head) => [head.title_id, head]));
      const ground = { tenant, heads, versions: await versionsOf(query, ids), now: Date.now() };
      const { rows, outcomes } = plannedAppend(ground, versions, options);
      if (rows.length > 0) {
        await recordVersions(query, rows);
        await recordNames(query, [...rows.map(({ body }) => body), ...lastBodies(ground.versions, rows)]);
      }
      return outcomes;
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
    const [row] = await this.postgres.transaction(tenant, async (query) => {
      // Not a read: those are a request's, and have its time.
      await allowBulk(query);
      return query<{ count: number }>(
        sql`select count(distinct title_id) as count from title_versions where effective_from <= now()`,
      );
    });
    return row?.count ?? 0;
  }

  async *inForce(tenant: Tenant, ids?: readonly string[]): AsyncGenerator<ProjectedTitle[]> {
    if (ids) {
      for (const wanted of chunks([...new Set(ids)].sort(), BATCH)) {
        const documents = await this.#batch(tenant, "", wanted);
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

  async #batch(tenant: Tenant, after: string, ids: string[] | null): Promise<ProjectedTitle[]> {
    const which = ids ? sql`title_id = any(${ids}::text[])` : sql`title_id > ${after}`;
    const rows = await this.postgres.read<ProjectedRow>(
      { tenant, calls: new CallLog() },
      "catalog.inForce",
      sql`select f.title_id, h.revision, h.version as "latestVersion", h.merged_into, ${shownBody(sql`f.body`)} as body from (
            select distinct on (title_id) title_id, body from title_versions
            where ${which} and effective_from <= now()
            order by title_id, effective_from desc, version desc limit ${BATCH}
          ) f cross join lateral (
            select revision, version, merged_into from title_heads where title_id = f.title_id limit 1
          ) h
          order by f.title_id`,
    );
    return rows.map(toProjected);
  }
}

/** What the titles of new rows said before. */
function lastBodies(
  versions: ReadonlyMap<string, readonly VersionRow[]>,
  rows: readonly VersionRow[],
): TitleFacts[] {
  const ids = [...new Set(rows.map(({ title_id }) => title_id))];
  return ids.flatMap((id) => {
    const [last] = [...(versions.get(id) ?? [])].sort((one, other) => other.version - one.version);
    return last ? [last.body] : [];
  });
}

function toProjected({ body, revision, latestVersion, merged_into }: ProjectedRow): ProjectedTitle {
  const merged = merged_into === null ? {} : { mergedInto: merged_into };
  return { ...withDefaults(body), revision, latestVersion, ...merged };
}

function toVersioned(row: InForceRow): VersionedTitle {
  return { ...withDefaults(row.body), version: row.version };
}

/**
 * The versions in force at instants, of titles as they were merged by then. By no `coalesce`: with that no index would be
 * looked into by the title (`profileOwner`).
 */
export function asOf(keys: readonly { id: string; at: string }[]): Sql {
  return sql`
    select k.n::int as n, v.title_id, v.version, ${shownBody(sql`v.body`)} as body
    from unnest(${keys.map((key) => key.id)}::text[], ${keys.map((key) => key.at)}::timestamptz[])
      with ordinality as k (id, at, n)
    left join lateral (
      select into_id from title_merges
      where title_id = k.id and merged_at <= k.at
      order by merged_at desc limit 1
    ) m on true
    cross join lateral (
      select title_id, version, body from title_versions
      where title_id = case when m.into_id is null then k.id else m.into_id end and effective_from <= k.at
      order by effective_from desc, version desc limit 1
    ) v`;
}
