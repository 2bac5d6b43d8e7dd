import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { freePorts } from "../gateways.mjs";

const START_MS = 180_000;
const SEED = ["--tenant", "meridian", "--seed", "1", "--until", "2026-06-01"];
const SIZE = ["--profiles", "300", "--events", "10000"];

/**
 * Seeds the PostgreSQL of a set of engines and starts the built gateway over all four.
 *
 * @param {Record<string, string>} urls of the engines by name.
 * @param {string} deadlineMs of its store calls. Milliseconds.
 * @param {string} logFile what the gateway logs.
 * @returns {Promise<{ url: string, token: string, close(): Promise<void> }>} `token` is of a demo viewer.
 */
export async function startGateway(urls, deadlineMs, logFile) {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-faults-"));
  const [port] = await freePorts(1);
  const env = {
    ...process.env,
    PORT: String(port),
    MARQUEE_DATA: dataFolder,
    MARQUEE_DEMO: "false",
    LOG_LEVEL: "warn",
    MARQUEE_STORE_DEADLINE_MS: deadlineMs,
    POSTGRES_URL: urls.postgres,
    MONGODB_URL: urls.mongodb,
    OPENSEARCH_URL: urls.opensearch,
    NEO4J_URL: urls.neo4j,
  };
  const marquee = (...args) => promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], { env });
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
  for (const limit = Date.now() + START_MS; (await readiness(url))?.status !== "ready"; await sleep(200)) {
    if (child.exitCode !== null || Date.now() > limit) throw new Error("The gateway did not become ready.");
  }
  return {
    url,
    token: stdout.trim(),
    close: async () => {
      child.kill("SIGTERM");
      await ended;
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** What `/readyz` says, or null where nobody answers. */
export async function readiness(url) {
  try {
    return await (await fetch(`${url}/readyz`, { signal: globalThis.AbortSignal.timeout(5_000) })).json();
  } catch {
    return null;
  }
}
