import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { startEmbeddedPostgres } from "../../packages/embedded-postgres/index.js";
import { environment, ROOT } from "../environment.js";
import { freePorts, serves } from "../gateways.js";
import { TEST_ACCOUNT_KEY } from "../test-keys.js";

const START_MS = 180_000;
const SIZE = ["--profiles", "100", "--events", "3000"];

/** A gateway of its own process. */
export interface Gateway {
  url: string;
  operationsUrl: string;
  child: ChildProcess;
  /** Sends SIGTERM and waits for its end. @returns its exit code. */
  stop(): Promise<number | null>;
}

/** A PostgreSQL with demo data, and gateways over it. */
export interface Ground {
  /** Of the superuser. */
  postgresUrl: string;
  /** The folder of its PostgreSQL. */
  folder: string;
  /** Starts the built gateway. @param nodeOptions of its process. */
  start(env?: Record<string, string>, nodeOptions?: readonly string[]): Promise<Gateway>;
  close(): Promise<void>;
}

/**
 * Makes a PostgreSQL in a folder of its own, with the tenants given seeded.
 *
 * @param size arguments of `marquee seed`.
 */
export async function makeGround(
  tenants: readonly string[],
  size: readonly string[] = SIZE,
): Promise<Ground> {
  const folder = await mkdtemp(path.join(tmpdir(), "marquee-pressure-"));
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log: () => {} });
  const env = {
    ...environment,
    POSTGRES_URL: postgres.adminUrl,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MONGODB_URL: "embedded:",
    OPENSEARCH_URL: "embedded:",
    NEO4J_URL: "embedded:",
    MARQUEE_DATA: folder,
    MARQUEE_DEMO: "false",
    MARQUEE_PLAYGROUND: "false",
    // The whole load comes from one address.
    MARQUEE_MAX_CONNECTIONS_OF_ADDRESS: "10000",
    MARQUEE_MAX_REQUESTS_OF_CONNECTION: "1000000",
    LOG_LEVEL: "warn",
  };
  for (const tenant of tenants)
    await promisify(execFile)(
      process.execPath,
      [path.join(ROOT, "bin/marquee.js"), "seed", "--tenant", tenant, "--seed", "1", ...size],
      { env },
    );
  return {
    postgresUrl: postgres.adminUrl,
    folder,
    start: (own, nodeOptions) => start({ ...env, ...own }, nodeOptions),
    close: async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(env: NodeJS.ProcessEnv, nodeOptions: readonly string[] = []): Promise<Gateway> {
  const [port, operationsPort] = await freePorts(2);
  const child = spawn(process.execPath, [...nodeOptions, path.join(ROOT, "bin/marquee.js"), "serve"], {
    env: { ...env, PORT: String(port), MARQUEE_OPERATIONS_PORT: String(operationsPort) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  for (const limit = Date.now() + START_MS; !(await serves(url)); await sleep(100))
    if (child.exitCode !== null || Date.now() > limit) throw new Error("The gateway did not become ready.");
  return {
    url,
    operationsUrl: `http://127.0.0.1:${operationsPort}`,
    child,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
  };
}
