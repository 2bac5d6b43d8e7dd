import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type TestProject } from "vitest/node";

import { startEmbeddedPostgres } from "../../datasources/embedded-postgres.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser URL of the PostgreSQL that this run's tests share; each test file makes tenants of its own. */
    postgresUrl: string;
  }
}

/** One real PostgreSQL for the whole run: started here, stopped at the end. `MARQUEE_TEST_POSTGRES_URL` names another. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.MARQUEE_TEST_POSTGRES_URL;
  if (given) {
    project.provide("postgresUrl", given);
    return async () => {};
  }
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-test-"));
  const postgres = await startEmbeddedPostgres({ dataFolder, log: () => {} });
  project.provide("postgresUrl", postgres.adminUrl);
  return async () => {
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}
