import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { type Client } from "pg";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Environment } from "../environment.js";
import { type Ledger } from "./ledger.js";

/** What differs, of each kind; empty lists where nothing does. */
export type Differences = Record<
  "lost" | "twice" | "progress" | "ratings" | "watchlists" | "titles",
  string[]
>;

/** A row of what a profile did with a title. */
interface Stored {
  profile_id: string;
  title_id: string;
}

/** Rows asked for in one statement. */
const BATCH = 5_000;

/**
 * Waits until every target has followed everything that has been written until now, while writing may go on.
 *
 * @returns milliseconds that it took, from now on.
 * @throws {Error} that names the targets which have not, after `limitMs`.
 */
export async function converged(client: Client, limitMs: number): Promise<number> {
  const begun = performance.now();
  const edge = "pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
  const { rows: now } = await client.query<{ xid: string }>(`select ${edge} as xid`);
  for (;;) {
    const { rows } = await client.query(
      `select c.target, count(*)::int as events
       from marquee.outbox_cursors c
       join marquee.outbox o on o.partition = c.partition and (o.xid, o.id) > (c.xid, c.id)
       where c.target not like 'hold %' and o.xid < $1::bigint
       group by 1
       union all
       select target || ' (parked)', count(*)::int from marquee.outbox_parked where xid < $1::bigint group by 1`,
      [now[0]!.xid],
    );
    const took = performance.now() - begun;
    if (rows.length === 0) return Math.round(took);
    if (took > limitMs) throw new Error(`Not converged after ${limitMs} ms: ${JSON.stringify(rows)}`);
    await sleep(50);
  }
}

/** Compares what was acknowledged with the facts. */
export async function compareFacts(
  client: Client,
  ledger: Ledger,
  tenants: readonly Tenant[],
): Promise<Differences> {
  const differences: Differences = {
    lost: [],
    twice: [],
    progress: [],
    ratings: [],
    watchlists: [],
    titles: [],
  };
  for (const tenant of tenants) {
    await compareEvents(client, ledger, tenant, differences);
    const stored = <R extends object>(table: string, columns: string) =>
      rowsOf<R>(client, tenant, table, columns);
    compareStates(
      ledger.progress,
      tenant,
      await stored<{ position_seconds: number; completed: boolean }>(
        "title_progress",
        "position_seconds, completed",
      ),
      (found, wanted) =>
        found?.position_seconds === wanted.positionSeconds && (found.completed || !wanted.completed),
      differences.progress,
    );
    compareStates(
      ledger.ratings,
      tenant,
      await stored<{ rating: number | null }>("ratings", "rating"),
      (found, wanted) => (found?.rating ?? null) === wanted,
      differences.ratings,
    );
    compareStates(
      ledger.watchlist,
      tenant,
      await stored("watchlist", "added_at"),
      (found, wanted) => Boolean(found) === wanted,
      differences.watchlists,
    );
    await compareTitles(client, ledger, tenant, differences.titles);
  }
  return differences;
}

async function compareEvents(
  client: Client,
  ledger: Ledger,
  tenant: Tenant,
  { lost, twice }: Differences,
): Promise<void> {
  const ids = [...ledger.events].filter(([, event]) => event.tenant === tenant.slug).map(([id]) => id);
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = ids.slice(start, start + BATCH);
    const { rows } = await client.query<{ id: string; times: number }>(
      `select id, count(*)::int as times from ${tenant.schema}.viewing_events
       where tenant_id = $1 and id = any($2::text[]) group by id`,
      [tenant.id, batch],
    );
    const times = new Map(rows.map((row) => [row.id, row.times]));
    for (const id of batch) {
      if (!times.has(id)) lost.push(id);
      else if (times.get(id) !== 1) twice.push(id);
    }
  }
}

async function rowsOf<R extends object>(
  client: Client,
  tenant: Tenant,
  table: string,
  columns: string,
): Promise<Map<string, R>> {
  const { rows } = await client.query<Stored & R>(
    `select profile_id, title_id, ${columns} from ${tenant.schema}.${table} where tenant_id = $1`,
    [tenant.id],
  );
  return new Map(rows.map((row) => [`${tenant.slug} ${row.profile_id} ${row.title_id}`, row]));
}

function compareStates<R, W>(
  acknowledged: ReadonlyMap<string, W>,
  tenant: Tenant,
  stored: ReadonlyMap<string, R>,
  same: (found: R | undefined, wanted: W) => boolean,
  differences: string[],
): void {
  for (const [key, wanted] of acknowledged) {
    if (!key.startsWith(`${tenant.slug} `) || same(stored.get(key), wanted)) continue;
    differences.push(
      `${key}: acknowledged ${JSON.stringify(wanted)}, there is ${JSON.stringify(stored.get(key) ?? null)}`,
    );
  }
}

/** Versions are numbered without gaps up to the last acknowledged one, which says what was acknowledged. */
async function compareTitles(
  client: Client,
  ledger: Ledger,
  tenant: Tenant,
  differences: string[],
): Promise<void> {
  const { rows } = await client.query<{
    title_id: string;
    version: number;
    name: string;
    state: string;
    versions: number;
  }>(
    `select distinct on (title_id) title_id, version, body ->> 'name' as name, body ->> 'state' as state,
            count(*) over (partition by title_id)::int as versions
     from ${tenant.schema}.title_versions where tenant_id = $1 order by title_id, version desc`,
    [tenant.id],
  );
  const stored = new Map(rows.map((row) => [`${tenant.slug} ${row.title_id}`, row]));
  for (const [key, { version, name, state }] of ledger.titles) {
    if (!key.startsWith(`${tenant.slug} `)) continue;
    const found = stored.get(key);
    const right =
      found?.version === version &&
      found.versions === version &&
      found.state === state &&
      (name === undefined || found.name === name);
    if (!right)
      differences.push(
        `${key}: acknowledged ${JSON.stringify({ version, name, state })}, there is ${JSON.stringify(found ?? null)}`,
      );
  }
}

/** Compares every projection with its source, as an operator would. */
export function checkProjections(env: Environment, slug: string): Promise<{ same: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["bin/marquee.js", "projections", "check", "--tenant", slug],
      { env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ same: !error, output: `${stdout}${stderr}`.trim() }),
    );
  });
}
