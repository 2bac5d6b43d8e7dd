import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { environment, ROOT, type Environment } from "../../scripts/environment.js";
import { freePorts, serves } from "../../scripts/gateways.js";
import { Connection, type Asked } from "../../scripts/pressure/connection.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";
import { finding, type Finding } from "../findings.js";
import { median } from "../tenants/generators.js";
import { DOCUMENTS, messageOf } from "./documents.js";

const MARQUEE = path.join(ROOT, "bin/marquee.js");
const LOOK_MS = 5;
const START_MS = 60_000;
/** Asked of each document after its first time; the second half of them is steady. */
const MORE = 400;
/** Asked of each once it is steady as it was the first time: on a connection of its own, by somebody who comes after a pause. */
const ALONE = 40;
const PAUSE_MS = 50;
const GOALS = { readyMs: 1_500, first: 1.2 };

interface Start {
  readyMs: number;
  /** By document: its first answer, and the medians of those once it is warm, asked for in the same way and without a pause. Milliseconds. */
  first: Record<string, number>;
  alone: Record<string, number>;
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
    const start: Start = { readyMs: performance.now() - begun, first: {}, alone: {}, steady: {} };
    const connection = new Connection(url);
    for (const [name, asked] of Object.entries(DOCUMENTS)) start.first[name] = await askAlone(url, asked);
    for (const [name, asked] of Object.entries(DOCUMENTS)) {
      const times: number[] = [];
      for (let n = 0; n < MORE; n += 1) times.push((await connection.send(messageOf(asked))).ms);
      start.steady[name] = median(times.slice(MORE / 2));
    }
    for (const [name, asked] of Object.entries(DOCUMENTS)) {
      const times: number[] = [];
      for (let n = 0; n < ALONE; n += 1) times.push(await askAlone(url, asked));
      start.alone[name] = median(times);
    }
    connection.close();
    return start;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function askAlone(url: string, asked: Asked): Promise<number> {
  await sleep(PAUSE_MS);
  const connection = new Connection(url);
  const { ms } = await connection.send(messageOf(asked));
  connection.close();
  return ms;
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
  const rows: Finding["rows"] = [["from the start until ready", readyMs, "", "", ""]];
  const missed: string[] = [];
  if (readyMs > GOALS.readyMs) missed.push(`ready after ${readyMs.toFixed(0)} ms of ${GOALS.readyMs}`);
  for (const name of Object.keys(DOCUMENTS)) {
    const first = median(all.map((start) => start.first[name]!));
    const alone = median(all.map((start) => start.alone[name]!));
    const steady = median(all.map((start) => start.steady[name]!));
    const times = median(all.map((start) => start.first[name]! / start.alone[name]!));
    rows.push([name, first, alone, times, steady]);
    if (times > GOALS.first)
      missed.push(`${name}: the first answer takes ${times.toFixed(2)} × the steady one`);
  }
  return finding({
    heading: "Starts",
    note: `\`marquee serve\` on its embedded default (PostgreSQL included) with the demo's tenants, ${all.length} times after one that knew no documents; medians. Steady: after ${MORE * 3} answers, asked as the first was (on a new connection, ${PAUSE_MS} ms after the answer before), and one after the other on one connection, which finds processors and their caches at work. Goals: ready after ${GOALS.readyMs} ms, first answers within ${GOALS.first} × the steady ones.`,
    columns: ["what", "first, ms", "steady, ms", "first / steady", "one after the other, ms"],
    rows,
    missed,
  });
}
