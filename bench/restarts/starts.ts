import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { environment, ROOT, type Environment } from "../../scripts/environment.js";
import { freePorts, serves } from "../../scripts/gateways.js";
import { Connection } from "../../scripts/pressure/connection.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";
import { finding, type Finding } from "../findings.js";
import { median } from "../tenants/generators.js";
import { DOCUMENTS, messageOf } from "./documents.js";

const MARQUEE = path.join(ROOT, "bin/marquee.js");
const LOOK_MS = 5;
const START_MS = 60_000;
/** Asked of each document after its first time; the second half of them is steady. */
const MORE = 400;
const GOALS = { readyMs: 1_500, first: 1.2 };

interface Start {
  readyMs: number;
  /** By document: its first answer, and the median of those once it is warm. Milliseconds. */
  first: Record<string, number>;
  steady: Record<string, number>;
}

/**
 * `marquee serve` on its embedded default, seeded, again and again: from the start of the process until `/readyz` says so, and
 * how long the first answers take. The start that comes first has no documents of an earlier run, and is left out.
 */
export async function starts(rounds: number): Promise<Finding> {
  const folder = await mkdtemp(path.join(tmpdir(), "marquee-starts-"));
  const env = {
    PATH: environment.PATH,
    HOME: environment.HOME,
    MARQUEE_DATA: folder,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    LOG_LEVEL: "warn",
  };
  try {
    await promisify(execFile)(process.execPath, [MARQUEE, "seed", "--profiles", "300", "--events", "10000"], {
      env,
    });
    const all: Start[] = [];
    for (let n = 0; n <= rounds; n += 1) all.push(await startOnce(env));
    return found(all.slice(1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startOnce(env: Environment): Promise<Start> {
  const [port, operationsPort] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const begun = performance.now();
  const child = spawn(process.execPath, [MARQUEE, "serve"], {
    env: { ...env, PORT: String(port), MARQUEE_OPERATIONS_PORT: String(operationsPort) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  try {
    await ready(child, url, begun);
    const start: Start = { readyMs: performance.now() - begun, first: {}, steady: {} };
    const connection = new Connection(url);
    const ask = async (query: string) => (await connection.send(messageOf(query))).ms;
    for (const [name, query] of Object.entries(DOCUMENTS)) start.first[name] = await ask(query);
    for (const [name, query] of Object.entries(DOCUMENTS)) {
      const times: number[] = [];
      for (let n = 0; n < MORE; n += 1) times.push(await ask(query));
      start.steady[name] = median(times.slice(MORE / 2));
    }
    connection.close();
    return start;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function ready(child: ChildProcess, url: string, begun: number): Promise<void> {
  while (!(await serves(url))) {
    if (child.exitCode !== null || performance.now() > begun + START_MS)
      throw new Error("The gateway did not become ready.");
    await sleep(LOOK_MS);
  }
}

function found(all: readonly Start[]): Finding {
  const readyMs = median(all.map((start) => start.readyMs));
  const rows: Finding["rows"] = [["from the start until ready", readyMs, "", ""]];
  const missed: string[] = [];
  if (readyMs > GOALS.readyMs) missed.push(`ready after ${readyMs.toFixed(0)} ms of ${GOALS.readyMs}`);
  for (const name of Object.keys(DOCUMENTS)) {
    const first = median(all.map((start) => start.first[name]!));
    const steady = median(all.map((start) => start.steady[name]!));
    const times = median(all.map((start) => start.first[name]! / start.steady[name]!));
    rows.push([name, first, steady, times]);
    if (times > GOALS.first)
      missed.push(`${name}: the first answer takes ${times.toFixed(2)} × the steady one`);
  }
  return finding({
    heading: "Starts",
    note: `\`marquee serve\` on its embedded default (PostgreSQL included) with the demo's tenants, ${all.length} times after one that knew no documents; medians. Steady: one request after the other, after ${MORE / 2}. Goals: ready after ${GOALS.readyMs} ms, first answers within ${GOALS.first} × the steady ones.`,
    columns: ["what", "first, ms", "steady, ms", "first / steady"],
    rows,
    missed,
  });
}
