import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

/** Time between two looks. Milliseconds. */
const LOOK_MS = 200;

/** Watches what PostgreSQL is at work on for some connections. */
export interface QueryWatch {
  /** Longest that a statement of theirs was at work since the last `reset`. Milliseconds. */
  longestMs(): number;
  reset(): void;
  close(): Promise<void>;
}

/** @param ports from which the connections come, those that have ended included. */
export async function watchQueries(url: string, ports: ReadonlySet<number>): Promise<QueryWatch> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let longest = 0;
  let watching = true;
  const watched = (async () => {
    for (; watching; await sleep(LOOK_MS)) {
      const { rows } = await client.query<{ ms: number }>(
        `select coalesce(max(extract(epoch from clock_timestamp() - query_start)) * 1000, 0)::float8 as ms
         from pg_stat_activity where state = 'active' and client_port = any($1)`,
        [[...ports]],
      );
      longest = Math.max(longest, rows[0]?.ms ?? 0);
    }
  })();
  return {
    longestMs: () => longest,
    reset: () => (longest = 0),
    close: async () => {
      watching = false;
      await watched;
      await client.end();
    },
  };
}

/** Has every statement that reads a chart wait, until it ends. */
export function lockCatalogue(url: string): { begin(): Promise<void>; end(): Promise<void> } {
  const client = new pg.Client({ connectionString: url });
  return {
    begin: async () => {
      await client.connect();
      await client.query("begin");
      await client.query("lock table shared.top10_entries in access exclusive mode");
    },
    end: async () => client.end(),
  };
}
