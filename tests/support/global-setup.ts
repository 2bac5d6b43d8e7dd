import { execFile } from "node:child_process";
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
import { onEngines, removeFromEngines } from "./engines.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the PostgreSQL that this run's tests share: seeded with the demo tenants; a test that writes makes tenants of its own. */
    postgresUrl: string;
  }
}

/** Fewer than a first start makes, from the same generator: what tests need of them, in a fraction of the time. */
const TEST_SEED = ["--seed", "1", "--until", "2026-06-01", "--profiles", "600", "--events", "30000"];

/** One real PostgreSQL for the whole run, migrated and seeded; stopped at the end. `MARQUEE_TEST_POSTGRES_URL` names another. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // The command line, the playground and the worker thread are tested as they are shipped: built.
  if (!(await build())) throw new Error("The build failed; what failed is printed above.");
  const given = process.env.MARQUEE_TEST_POSTGRES_URL;
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
  const embedded = given ? undefined : await startEmbeddedPostgres({ dataFolder, log: () => {} });
  const postgresUrl = given ?? embedded?.adminUrl ?? "";
  await seedThroughTheCommandLine(postgresUrl, dataFolder);
  if (onEngines) await runMarquee(postgresUrl, dataFolder, ["projections", "rebuild"]);
  project.provide("postgresUrl", postgresUrl);
  return async () => {
    if (onEngines) await removeFromEngines(postgresUrl, dataFolder);
    await embedded?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}

async function seedThroughTheCommandLine(postgresUrl: string, dataFolder: string): Promise<void> {
  const stores = await openStores({ postgresUrl, dataFolder, log: () => {} });
  const seeded = await isSeeded(stores).finally(() => stores.close());
  if (seeded) return;
  await runMarquee(postgresUrl, dataFolder, ["seed", ...TEST_SEED]);
}

async function runMarquee(postgresUrl: string, dataFolder: string, args: string[]): Promise<void> {
  const env = { ...process.env, POSTGRES_URL: postgresUrl, MARQUEE_DATA: dataFolder };
  await promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], { cwd: packageRoot(), env });
}
