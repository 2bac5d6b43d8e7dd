import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { environment } from "../environment.js";
import { type Engine } from "../engines/settings.js";
import { freePorts } from "../gateways.js";
import { TEST_ACCOUNT_KEY } from "../test-keys.js";

const START_MS = 180_000;
const SEED = ["--tenant", "meridian", "--seed", "1", "--until", "2026-06-01"];
const SIZE = ["--profiles", "300", "--events", "10000"];

/** A gateway at work. */
export interface Gateway {
  url: string;
  /** Where it tells operators how it runs. */
  operationsUrl: string;
  /** Of a demo viewer. */
  token: string;
  close(): Promise<void>;
}

/** What `/readyz` answers. */
export interface Readiness {
  status: string;
  stores: { store: string; state: string }[];
}

/**
 * Seeds the PostgreSQL of a set of engines and starts the built gateway over all four.
 *
 * @param urls of the engines.
 * @param deadlineMs of its store calls. Milliseconds.
 * @param logFile what the gateway logs.
 */
export async function startGateway(
  urls: Record<Engine, string>,
  deadlineMs: string,
  logFile: string,
): Promise<Gateway> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-faults-"));
  const [port, operationsPort] = await freePorts(2);
  const env = {
    ...environment,
    PORT: String(port),
    MARQUEE_OPERATIONS_PORT: String(operationsPort),
    MARQUEE_EXPLAIN: "all",
    MARQUEE_DATA: dataFolder,
    MARQUEE_DEMO: "false",
    LOG_LEVEL: "warn",
    // The crowd is meant: nobody is to be refused.
    MARQUEE_QUEUE_MS: "30000",
    MARQUEE_STORE_DEADLINE_MS: deadlineMs,
    POSTGRES_URL: urls.postgres,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MONGODB_URL: urls.mongodb,
    OPENSEARCH_URL: urls.opensearch,
    NEO4J_URL: urls.neo4j,
  };
  const marquee = (...args: string[]) =>
    promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], { env });
  const token = () =>
    marquee("token", "--tenant", "meridian", "--profile", "meridian-viewer", "--minutes", "1440");
  // There is one for a tenant that has been seeded.
  const { stdout } = await token().catch(async () => {
    await marquee("seed", ...SEED, ...SIZE);
    return token();
  });
  const log = openSync(logFile, "w");
  const child = spawn(process.execPath, ["bin/marquee.js", "serve"], {
    env,
    stdio: ["ignore", log, "inherit"],
  });
  closeSync(log);
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const operationsUrl = `http://127.0.0.1:${operationsPort}`;
  for (
    const limit = Date.now() + START_MS;
    (await readiness(operationsUrl))?.status !== "ready";
    await sleep(200)
  ) {
    if (child.exitCode !== null || Date.now() > limit) throw new Error("The gateway did not become ready.");
  }
  return {
    url,
    operationsUrl,
    token: stdout.trim(),
    close: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** What `/readyz` says to operators, or null where nobody answers. */
export async function readiness(url: string): Promise<Readiness | null> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as Readiness;
  } catch {
    return null;
  }
}
