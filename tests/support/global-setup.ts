import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { type TestProject } from "vitest/node";

import { startEmbeddedPostgres } from "../../packages/embedded-postgres/embedded-postgres.js";
import { openStores } from "../../datasources/stores/stores.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { build } from "../../scripts/build.mjs";
import { isSeeded } from "../../seeds/seed.js";
import { demoSlugs } from "../../seeds/seed-options.js";
import { connectTo } from "./connection.js";
import { onEngines, removeFromEngines } from "./engines.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { TEST_ACCOUNT_KEY, testAccountKeys } from "../../scripts/test-keys.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the PostgreSQL that this run's tests share: seeded with the demo tenants; a test that writes makes tenants of its own. */
    postgresUrl: string;
    /** Name of a database of the same server that is migrated and empty: the template of those that a test has for itself. */
    emptyDatabase: string;
  }
}

/** Fewer than a first start makes, from the same generator: what tests need of them, in a fraction of the time. */
const TEST_SEED = ["--seed", "1", "--until", "2026-06-01", "--profiles", "600", "--events", "30000"];

/**
 * Nobody misses what is lost with the machine that tests run on: they wait for no disk. And there are more gateways and
 * tenants at once than anybody has on one server.
 */
const SETTINGS = { fsync: "off", full_page_writes: "off", max_connections: "200", shared_buffers: "256MB" };

/** One real PostgreSQL for the whole run, migrated and seeded; stopped at the end. `MARQUEE_TEST_POSTGRES_URL` names another. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The command line, the playground and the worker thread are tested as they are shipped: built.
  if (!(await build())) throw new Error("The build failed; what failed is printed above.");
  const given = process.env.MARQUEE_TEST_POSTGRES_URL;
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
  const embedded = given
    ? undefined
    : await startEmbeddedPostgres({ dataFolder, settings: SETTINGS, log: () => {} });
  const postgresUrl = given ?? embedded?.networkUrl ?? "";
  await seedThroughTheCommandLine(postgresUrl, dataFolder);
  // A second run on the same database finds the many tenants of the first, which nobody asks for any more.
  if (onEngines)
    for (const slug of demoSlugs())
      await runMarquee(postgresUrl, dataFolder, ["projections", "rebuild", "--tenant", slug]);
  const empty = await makeEmptyDatabase(postgresUrl, dataFolder);
  project.provide("postgresUrl", postgresUrl);
  project.provide("emptyDatabase", empty.name);
  return async () => {
    await empty.drop();
    if (onEngines) await removeFromEngines(postgresUrl, dataFolder);
    await embedded?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}

/** Migrated once, and copied by every test that needs a database. */
async function makeEmptyDatabase(
  postgresUrl: string,
  dataFolder: string,
): Promise<{ name: string; drop(): Promise<void> }> {
  const name = `marquee_empty_${randomBytes(6).toString("hex")}`;
  await superuser(postgresUrl, `create database ${name} template template0`);
  const url = Object.assign(new URL(postgresUrl), { pathname: `/${name}` }).href;
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: url,
    dataFolder,
    log: () => {},
  });
  await stores.close();
  return { name, drop: () => superuser(postgresUrl, `drop database ${name} with (force)`) };
}

async function superuser(url: string, statement: string): Promise<void> {
  const connection = await connectTo(url);
  await connection.query(statement).finally(() => connection.close());
}

async function seedThroughTheCommandLine(postgresUrl: string, dataFolder: string): Promise<void> {
  const stores = await openStores({ accountKeys: testAccountKeys, postgresUrl, dataFolder, log: () => {} });
  const seeded = await isSeeded(stores).finally(() => stores.close());
  if (seeded) return;
  const patient = { MARQUEE_STORE_DEADLINE_MS: String(PATIENT_DEADLINE_MS) };
  await runMarquee(postgresUrl, dataFolder, ["seed", ...TEST_SEED], patient);
}

async function runMarquee(
  postgresUrl: string,
  dataFolder: string,
  args: string[],
  more: Record<string, string> = {},
): Promise<void> {
  const env = {
    ...process.env,
    ...more,
    POSTGRES_URL: postgresUrl,
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MARQUEE_DATA: dataFolder,
  };
  await promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], { cwd: packageRoot(), env });
}
