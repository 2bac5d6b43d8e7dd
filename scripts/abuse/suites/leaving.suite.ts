import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { exchange, postOf } from "../exchange.js";
import { startMarquee, type Ground, type Marquee } from "../ground.js";
import { lockCatalogue } from "../postgres-watch.js";
import { figure, quantile, type Finding } from "../report.js";

/** How often somebody leaves, and how many at once. */
const ROUNDS = 20;
const CROWD = 10;
/** Time until a statement waits at the store, at the most; and until the work of whoever left has ended. Milliseconds. */
const ARRIVAL_MS = 10_000;
const MAX_LEFT_MS = 100;
const GIVEN_UP_MS = 5_000;
const LOOK_MS = 5;
/** Longer than anybody stays here, so that nothing but the leaving ends a statement. Milliseconds. */
const DEADLINE_MS = 60_000;

const QUERY = "{ top10 { rank } }";

/** Clients that ask for what waits in PostgreSQL, and hang up: how long their statements stay at work there. */
export async function leavingClients(ground: Ground, { quick }: { quick: boolean }): Promise<Finding[]> {
  const gateway = await startMarquee(ground, {
    MARQUEE_STORE_DEADLINE_MS: String(DEADLINE_MS),
    MARQUEE_REQUEST_DEADLINE_MS: String(DEADLINE_MS),
  });
  const lock = lockCatalogue(ground.postgresUrl);
  const watch = new pg.Client({ connectionString: ground.postgresUrl });
  await watch.connect();
  await lock.begin();
  try {
    const times: number[] = [];
    for (let round = 0; round < (quick ? 3 : ROUNDS); round += 1) times.push(await leave(gateway, watch));
    return [describe(times)];
  } finally {
    await lock.end();
    await watch.end();
    await gateway.close();
  }
}

/** A crowd asks, waits at the store, and leaves. @returns time until nothing of it is at work there. Milliseconds. */
async function leave(gateway: Marquee, watch: pg.Client): Promise<number> {
  const clients = Array.from({ length: CROWD }, () => askAndLeave(gateway));
  await until(watch, (waiting) => waiting >= 1, ARRIVAL_MS);
  // All that are to come have come.
  await sleep(LOOK_MS * 10);
  for (const client of clients) client.hangUp();
  const begun = performance.now();
  await until(watch, (waiting) => waiting === 0, GIVEN_UP_MS);
  return performance.now() - begun;
}

function askAndLeave({ url, graphql }: Marquee): { hangUp(): void } {
  const left = new AbortController();
  void exchange(url, postOf(graphql, JSON.stringify({ query: QUERY })), {
    patienceMs: DEADLINE_MS,
    signal: left.signal,
  });
  return { hangUp: () => left.abort() };
}

/** Looks at how many statements wait for the lock, until it is as wanted or time is up. */
async function until(watch: pg.Client, isSo: (waiting: number) => boolean, limitMs: number): Promise<void> {
  for (const limit = performance.now() + limitMs; performance.now() < limit; await sleep(LOOK_MS)) {
    const { rows } = await watch.query<{ waiting: number }>(
      "select count(*)::int as waiting from pg_locks where relation = 'shared.top10_entries'::regclass and not granted",
    );
    if (isSo(rows[0]?.waiting ?? 0)) return;
  }
}

function describe(times: readonly number[]): Finding {
  const slowest = Math.max(...times);
  return {
    heading: "Clients that leave",
    note: `${times.length} times, ${CROWD} clients ask for a chart while its table is locked, and hang up. Until no statement of theirs waits in PostgreSQL, looked at every ${LOOK_MS} ms.`,
    columns: ["what", "ms"],
    rows: [
      ["half were gone within", figure(quantile(times, 0.5))],
      ["all were gone within", figure(slowest)],
    ],
    broken: slowest >= GIVEN_UP_MS ? ["a statement went on for whoever had left"] : [],
    slow: slowest > MAX_LEFT_MS ? [`a statement went on for ${figure(slowest)} ms`] : [],
  };
}
