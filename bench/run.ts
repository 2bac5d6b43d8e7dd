// Measures what one list query costs: Marquee beside stock Apollo Server with TypeGraphQL, Mercurius with JIT, and `pg` by
// hand, all answering the same bytes, interleaved in one run.
//
//   npm run bench -- [--quick] [--rounds N] [--seconds S] [--connections N]
//     [--only in-memory|postgres] [--profile DIR] [--no-write]
//
// --quick is a smoke run and writes nothing, --only leaves out the other tables and writes nothing, --profile makes each
// server leave a CPU profile in a folder; a whole run puts its report into bench/results/hot-path.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { format } from "prettier";

import { openStores } from "../datasources/stores/stores.js";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../packages/embedded-postgres/index.js";
import { ROOT } from "../scripts/environment.js";
import { drive } from "./peers/load.js";
import { report, type Contender, type MeasuredContender, type Round } from "./peers/report.js";
import { startServer, type Server } from "./peers/servers.js";
import { ACCOUNT, FIRST, QUERY, TENANT, titleDocuments } from "./peers/titles.js";
import { testAccountKeys } from "../scripts/test-keys.js";

/** A contender at work. */
interface Running extends MeasuredContender {
  server: Server;
  /** Length of its answer, line feed included. */
  bytes: number;
}

const { values: args } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    seconds: { type: "string" },
    connections: { type: "string", default: "8" },
    only: { type: "string" },
    profile: { type: "string" },
    "no-write": { type: "boolean", default: false },
  },
});
const rounds = Number(args.rounds ?? (args.quick ? 2 : 9));
const seconds = Number(args.seconds ?? (args.quick ? 0.5 : 2));
const connections = Number(args.connections);
const warmUpSeconds = args.quick ? 1 : 4;
if (![rounds, seconds, connections].every((value) => value > 0)) {
  console.error("--rounds, --seconds and --connections are numbers above 0");
  process.exit(2);
}

/** Who is measured, by what the data is; Marquee's documents are compared with the peers' both ways of reading. */
const ALL: Contender[] = [
  { group: "in-memory", name: "Marquee", peer: "marquee", data: "memory" },
  { group: "in-memory", name: "Apollo, DataLoader", peer: "apollo", data: "loaders" },
  { group: "in-memory", name: "Mercurius + JIT, DataLoader", peer: "mercurius", data: "loaders" },
  { group: "in-memory", name: "Apollo, documents", peer: "apollo", data: "documents" },
  { group: "in-memory", name: "Mercurius + JIT, documents", peer: "mercurius", data: "documents" },
  { group: "postgres", name: "Marquee", peer: "marquee", data: "postgres" },
  { group: "postgres", name: "Marquee, nothing kept", peer: "marquee", data: "postgres-anew" },
  { group: "postgres", name: "Apollo", peer: "apollo", data: "postgres" },
  { group: "postgres", name: "Mercurius + JIT", peer: "mercurius", data: "postgres" },
  { group: "postgres", name: "`pg` by hand", peer: "pg", data: "postgres" },
];
const CONTENDERS = ALL.filter(({ group }) => args.only === undefined || group === args.only);

const cores = pin();
const body = JSON.stringify({ query: QUERY, variables: { first: FIRST } });
const dataFolder = mkdtempSync(path.join(tmpdir(), "marquee-bench-"));
const running: Running[] = [];
let database: EmbeddedPostgres | undefined;
process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
try {
  database = await startDatabase();
  for (const contender of CONTENDERS) running.push(await start(contender, database.adminUrl));
  const bytes = await assertSameAnswers();
  await measure();
  const text = await format(
    report(running, { bytes, rounds, seconds, connections, pinned: cores !== null }),
    { parser: "markdown" },
  );
  console.log(text);
  if (!args.quick && !args["no-write"] && !args.only && !args.profile) {
    writeFileSync(path.join(ROOT, "bench/results/hot-path.md"), text);
  }
} finally {
  await cleanUp();
}

function interrupted(): void {
  void cleanUp().finally(() => process.exit(130));
}

async function cleanUp(): Promise<void> {
  await Promise.all(running.map(({ server }) => server.stop()));
  await database?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}

/** Servers get the first core for themselves; this process, and the database it starts, the second. Null where that cannot be. */
function pin(): { server: number } | null {
  if (availableParallelism() < 2) return null;
  try {
    execFileSync("taskset", ["-a", "-pc", "1", String(process.pid)], { stdio: "ignore" });
    return { server: 0 };
  } catch {
    return null;
  }
}

/** An embedded PostgreSQL of this run with the catalogue and the viewer in it. */
async function startDatabase(): Promise<EmbeddedPostgres> {
  const embedded = await startEmbeddedPostgres({ dataFolder, log: () => {} });
  try {
    const stores = await openStores({
      accountKeys: testAccountKeys,
      postgresUrl: embedded.adminUrl,
      dataFolder,
      log: () => {},
    });
    try {
      const tenant = await stores.tenants.create(TENANT);
      const titles = titleDocuments();
      await stores.accounts.putAccounts(tenant, [ACCOUNT]);
      await stores.catalogProjection.put(tenant, titles);
      await stores.catalogProjection.setPopularity(
        tenant,
        new Map(titles.map(({ id, popularity }) => [id, popularity])),
      );
      await stores.settle(tenant);
    } finally {
      await stores.close();
    }
  } catch (error) {
    await embedded.stop();
    throw error;
  }
  return embedded;
}

async function start(contender: Contender, postgresUrl: string): Promise<Running> {
  const server = await startServer({
    ...contender,
    postgresUrl,
    core: cores && cores.server,
    nodeFlags: args.profile ? ["--cpu-prof", `--cpu-prof-dir=${path.resolve(args.profile)}`] : [],
  });
  return { ...contender, server, rounds: [], bytes: 0 };
}

/** The length of the one answer that every server gives. Apollo ends it with a line feed, which is not compared. */
async function assertSameAnswers(): Promise<number> {
  const answers: string[] = [];
  for (const contender of running) {
    const { url, headers } = contender.server;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    const text = await response.text();
    contender.bytes = Buffer.byteLength(text);
    answers.push(text.trimEnd());
  }
  const [answer = ""] = answers;
  const { data, errors } = JSON.parse(answer) as {
    data?: { titles: { edges: unknown[] } };
    errors?: unknown[];
  };
  if (errors || data?.titles.edges.length !== FIRST)
    throw new Error(`No list of ${FIRST} titles: ${answer.slice(0, 400)}`);
  running.forEach(({ name, data: shape }, at) => {
    if (answers[at] !== answer)
      throw new Error(`${name} (${shape}) answers something else: ${answers[at]?.slice(0, 400)}`);
  });
  return Buffer.byteLength(answer);
}

/** Rounds of every server in turn, starting with another one each time so that none always follows the same. */
async function measure(): Promise<void> {
  for (const contender of running) await round(contender, warmUpSeconds);
  for (let at = 0; at < rounds; at += 1) {
    const first = at % running.length;
    for (const contender of [...running.slice(first), ...running.slice(0, first)]) {
      contender.rounds.push(await round(contender, seconds));
    }
    console.log(`Round ${at + 1} of ${rounds} done`);
  }
}

async function round({ server, bytes }: Running, length: number): Promise<Round> {
  const before = await server.cpu();
  const { requests, seconds: taken } = await drive(
    { url: server.url, headers: server.headers, body, bytes },
    { connections, ms: length * 1000 },
  );
  const after = await server.cpu();
  return { microseconds: (after - before) / requests, perSecond: requests / taken };
}
