import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { startEmbeddedPostgres } from "../../packages/embedded-postgres/index.js";
import { environment, ROOT, type Environment } from "../environment.js";
import { freePorts } from "../gateways.js";
import { newTokenKey } from "../token-key.js";
import { startSubject, type Subject } from "./subject.js";
import { TEST_ACCOUNT_KEY } from "../test-keys.js";

/** What access tokens of a gateway under abuse are signed with. */
export const TOKEN_KEY = newTokenKey();
/** Fewer than a first start makes: enough for every list to be as long as it may be asked for. */
const SEED = ["--seed", "1", "--until", "2026-06-01", "--profiles", "300", "--events", "10000"];
/** Time that a request may take to arrive, and an answer to be read: less than the default, so that suites need not wait as long. Seconds. */
export const RECEIVE_SECONDS = 2;
const SEND_SECONDS = 2;

/** What gateways under abuse are started on. */
export interface Ground {
  /** Superuser's URL of a PostgreSQL with the demo's tenants in it. */
  postgresUrl: string;
  dataFolder: string;
}

/** A gateway under abuse. */
export interface Marquee extends Subject {
  operationsUrl: string;
}

/** A PostgreSQL of its own with the demo's tenants. */
export async function makeGround(): Promise<Ground & { close(): Promise<void> }> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-abuse-"));
  const embedded = await startEmbeddedPostgres({ dataFolder, log: () => {} });
  const close = async () => {
    await embedded.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
  const ground = { postgresUrl: embedded.networkUrl, dataFolder, close };
  try {
    await marquee(ground, ["seed", ...SEED], { MARQUEE_STORE_DEADLINE_MS: "60000" });
  } catch (error) {
    await close();
    throw error;
  }
  return ground;
}

/** A PostgreSQL that has been seeded already. */
export async function groundOn(postgresUrl: string): Promise<Ground & { close(): Promise<void> }> {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-abuse-"));
  return { postgresUrl, dataFolder, close: () => rm(dataFolder, { recursive: true, force: true }) };
}

/** Runs a command of the product on the ground. @returns what it printed. */
export async function marquee(
  ground: Ground,
  args: readonly string[],
  env: Environment = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], {
    cwd: ROOT,
    env: { ...environmentOf(ground), ...env },
  });
  return stdout.trim();
}

/** Starts the built gateway, as it comes but for the time that requests and answers may take on their way. */
export async function startMarquee(ground: Ground, env: Environment = {}): Promise<Marquee> {
  const [port, operationsPort] = await freePorts(2);
  const subject = await startSubject({
    name: "Marquee",
    // A process that is talked with cannot begin once more with these options, as `serve` does by itself.
    program: ["--max-semi-space-size=16", "bin/marquee.js", "serve"],
    env: {
      ...environmentOf(ground),
      PORT: String(port),
      MARQUEE_OPERATIONS_PORT: String(operationsPort),
      MARQUEE_RECEIVE_SECONDS: String(RECEIVE_SECONDS),
      MARQUEE_SEND_SECONDS: String(SEND_SECONDS),
      ...env,
    },
    url: `http://127.0.0.1:${port}`,
    idlePath: "/healthz",
    readyPath: "/readyz",
  });
  return { ...subject, operationsUrl: `http://127.0.0.1:${operationsPort}` };
}

function environmentOf({ postgresUrl, dataFolder }: Ground): Environment {
  return {
    PATH: environment.PATH,
    HOME: environment.HOME,
    POSTGRES_URL: postgresUrl,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MARQUEE_DATA: dataFolder,
    // What a request does is looked at, not the crowd: none is to be refused for those beside it.
    MARQUEE_QUEUE_MS: "60000",
    MARQUEE_DEMO: "false",
    MARQUEE_TOKEN_KEY: TOKEN_KEY,
    LOG_LEVEL: "warn",
  };
}
