import { setTimeout as sleep } from "node:timers/promises";

import { environment, type Environment } from "../../environment.js";
import { ask } from "../ask.js";
import { leaveEngine } from "../engines.js";
import { FAULTS, layFaultProxy, type Fault } from "../fault-proxy.js";
import { startMarquee, type Ground, type Marquee } from "../ground.js";
import { readGuard, watchBreaker } from "../guard-watch.js";
import { lockCatalogue, watchQueries, type QueryWatch } from "../postgres-watch.js";
import { figure, type Finding } from "../report.js";
import { loadFor, startLoad, type Sent } from "../steady-load.js";

/** Of requests, and of calls: less, so that it is the store that is found slow. Milliseconds. */
const DEADLINE_MS = 1_000;
const CALL_MS = 500;
/** What is allowed on top of a deadline, for opening and for closing. Milliseconds. */
const MAX_LATE_MS = 50;
const MAX_OPENING_MS = 500;
const MAX_CLOSING_MS = 1_000;
const MAX_LEFT_MS = 1_000;
/** Share of calls that may be tried again, and what may be saved up of it (datasources/engines/store-guard.ts). */
const RETRY_SHARE = 0.1;
const SAVED_RETRIES = 10;
const EVERY_MS = 50;
const FAULT_MS = 3_000;
const QUICK_FAULT_MS = 1_500;
const BACK_MS = 20_000;

/** A store behind a proxy. */
interface Target {
  store: "POSTGRES" | "MONGODB" | "OPENSEARCH" | "NEO4J";
  /** The variable with its URL. */
  variable: string;
  defaultPort: number;
  /** What it is asked for. */
  query: string;
}

const TARGETS: readonly Target[] = [
  { store: "POSTGRES", variable: "POSTGRES_URL", defaultPort: 5432, query: "{ top10 { rank } }" },
  {
    store: "MONGODB",
    variable: "MONGODB_URL",
    defaultPort: 27017,
    query: "{ titles(first: 3) { edges { node { name } } } }",
  },
  {
    store: "OPENSEARCH",
    variable: "OPENSEARCH_URL",
    defaultPort: 9200,
    query: '{ search(query: "the godfather", first: 3) { edges { node { name } } } }',
  },
  {
    store: "NEO4J",
    variable: "NEO4J_URL",
    defaultPort: 7687,
    query:
      '{ title(id: "Title:film-the-godfather-part-ii-1974") { similar(first: 3) { edges { node { name } } } } }',
  },
];

/** One thing that is done to a store. */
interface Harm {
  name: string;
  begin(): unknown;
  end(): unknown;
}

/** What came of it. */
interface Outcome {
  harm: string;
  sent: number;
  /** By what they were answered. */
  said: string;
  slowestMs: number;
  /** Slowest answer before. */
  calmMs: number;
  openedMs: number | null;
  closedMs: number | null;
  retries: number;
  calls: number;
  /** Longest that a statement was at work in PostgreSQL; null for other stores. */
  queryMs: number | null;
  back: boolean;
}

/** Every fault on the way to each store that there is: PostgreSQL, and the engines whose URLs are set. */
export async function faultyStores(ground: Ground, { quick }: { quick: boolean }): Promise<Finding[]> {
  const isThere = ({ store, variable }: Target) =>
    store === "POSTGRES" || (!quick && !["", "embedded:"].includes(environment[variable] ?? ""));
  const faults: readonly Fault[] = quick ? ["delay", "reset", "garbage"] : FAULTS;
  const findings: Finding[] = [];
  for (const target of TARGETS.filter(isThere))
    findings.push(await faultyStore(ground, target, faults, quick));
  return findings;
}

async function faultyStore(
  ground: Ground,
  target: Target,
  faults: readonly Fault[],
  quick: boolean,
): Promise<Finding> {
  const { store } = target;
  const isPostgres = store === "POSTGRES";
  const proxy = await layFaultProxy(
    isPostgres ? ground.postgresUrl : (environment[target.variable] ?? ""),
    target.defaultPort,
  );
  const env: Environment = isPostgres ? {} : { [target.variable]: proxy.url };
  const gateway = await startMarquee(
    { ...ground, postgresUrl: isPostgres ? proxy.url : ground.postgresUrl },
    {
      MARQUEE_STORE_DEADLINE_MS: String(CALL_MS),
      MARQUEE_REQUEST_DEADLINE_MS: String(DEADLINE_MS),
      ...env,
    },
  );
  const queries = isPostgres ? await watchQueries(ground.postgresUrl, proxy.ports) : undefined;
  try {
    const harms: Harm[] = faults.map((fault) => ({
      name: fault,
      begin: () => proxy.inflict(fault),
      end: () => proxy.inflict(null),
    }));
    // Statements that do not end by themselves; on a database of this run's own alone.
    if (isPostgres && !quick) harms.push({ name: "locked table", ...lockCatalogue(ground.postgresUrl) });
    const forMs = quick ? QUICK_FAULT_MS : FAULT_MS;
    const outcomes: Outcome[] = [];
    for (const harm of harms) outcomes.push(await suffer(gateway, target, harm, forMs, queries));
    return describe(target, outcomes, forMs);
  } finally {
    await queries?.close();
    await gateway.close();
    await proxy.close();
    if (store !== "POSTGRES") await leaveEngine(ground, store, environment[target.variable] ?? "");
  }
}

async function suffer(
  gateway: Marquee,
  { store, query }: Target,
  harm: Harm,
  forMs: number,
  queries?: QueryWatch,
): Promise<Outcome> {
  const calm = await loadFor(gateway, query, EVERY_MS, 1_000);
  const before = await readGuard(gateway.operationsUrl, store);
  queries?.reset();
  const breaker = watchBreaker(gateway.operationsUrl, store);
  const load = startLoad(gateway, query, EVERY_MS);
  await sleep(200);
  await harm.begin();
  const begun = performance.now();
  await sleep(forMs);
  await harm.end();
  const ended = performance.now();
  const back = await isBack(gateway, store, query);
  const sent = (await load.stop()).filter(({ at }) => at > begun && at < ended);
  const { failedAt, openedAt, closedAt } = await breaker.stop();
  const after = await readGuard(gateway.operationsUrl, store);
  return {
    harm: harm.name,
    sent: sent.length,
    said: tally(sent),
    slowestMs: slowest(sent),
    calmMs: slowest(calm),
    openedMs: openedAt === null || failedAt === null ? null : openedAt - failedAt,
    closedMs: closedAt === null ? null : Math.max(0, closedAt - ended),
    retries: after.retries - before.retries,
    calls: after.answered + after.failed - before.answered - before.failed,
    queryMs: queries?.longestMs() ?? null,
    back,
  };
}

/** Waits until the breaker is closed and requests are answered in full again. */
async function isBack(
  { operationsUrl, ...gateway }: Marquee,
  store: string,
  query: string,
): Promise<boolean> {
  for (const limit = performance.now() + BACK_MS; performance.now() < limit; await sleep(50)) {
    const { said } = await ask(gateway, query);
    if (said === "answered" && (await readGuard(operationsUrl, store)).breaker === "CLOSED") return true;
  }
  return false;
}

function describe({ store }: Target, outcomes: readonly Outcome[], forMs: number): Finding {
  const shown = (ms: number | null) => (ms === null ? "" : figure(ms));
  return {
    heading: `Faults between the gateway and ${store}`,
    note: `For ${forMs / 1000} s each, with a request every ${EVERY_MS} ms and a deadline of ${DEADLINE_MS} ms for requests and of ${CALL_MS} ms for calls. "Calm" is the slowest answer in the second before, what this machine is good for. The breaker is looked at every 25 ms: opened after the first failed call, closed after the end of the fault.`,
    columns: [
      "fault",
      "answers",
      "slowest ms",
      "calm ms",
      "opened ms",
      "closed ms",
      "retries of calls",
      "longest query ms",
    ],
    rows: outcomes.map((each) => [
      each.harm,
      each.said,
      figure(each.slowestMs),
      figure(each.calmMs),
      shown(each.openedMs),
      shown(each.closedMs),
      `${each.retries} of ${each.calls}`,
      shown(each.queryMs),
    ]),
    broken: outcomes.flatMap((each) => brokenBy(store, each)),
    slow: outcomes.flatMap((each) => slowIn(store, each)),
  };
}

function brokenBy(store: string, { harm, retries, calls, back, sent, said }: Outcome): string[] {
  return found(store, harm, [
    [retries > RETRY_SHARE * calls + SAVED_RETRIES, `${retries} of ${calls} calls were tried again`],
    [!back, "it was not answered again"],
    [sent === 0 || /hung|closed|INTERNAL/.test(said), `answers: ${said}`],
  ]);
}

function slowIn(store: string, { harm, slowestMs, calmMs, ...outcome }: Outcome): string[] {
  const late = slowestMs - DEADLINE_MS - calmMs;
  const openedMs = outcome.openedMs ?? 0;
  const closedMs = outcome.closedMs ?? 0;
  const queryMs = outcome.queryMs ?? 0;
  return found(store, harm, [
    [late > MAX_LATE_MS, `an answer came ${figure(late)} ms after its deadline`],
    [openedMs > MAX_OPENING_MS, `the breaker opened after ${figure(openedMs)} ms`],
    [closedMs > MAX_CLOSING_MS + calmMs, `the breaker closed after ${figure(closedMs)} ms`],
    [queryMs > MAX_LEFT_MS + DEADLINE_MS, `a statement was at work for ${figure(queryMs)} ms`],
  ]);
}

function found(store: string, harm: string, broken: readonly [boolean, string][]): string[] {
  return broken.filter(([isBroken]) => isBroken).map(([, what]) => `${store}, ${harm}: ${what}`);
}

function tally(sent: readonly Sent[]): string {
  const counts = new Map<string, number>();
  for (const { said } of sent) counts.set(said, (counts.get(said) ?? 0) + 1);
  return [...counts].map(([said, count]) => `${count} × ${said}`).join(", ");
}

function slowest(sent: readonly Sent[]): number {
  return Math.max(0, ...sent.map(({ ms }) => ms));
}
