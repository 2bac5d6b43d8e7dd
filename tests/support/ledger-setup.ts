import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type TestProject } from "vitest/node";

import { migrate } from "../../datasources/engines/postgres/migrations/migrate.postgres.js";
import { withLogin } from "../../datasources/engines/postgres/server-login.js";
import { startEmbeddedPostgres } from "../../packages/embedded-postgres/embedded-postgres.js";

declare module "vitest" {
  interface ProvidedContext {
    /** URL, for the application's role, of the PostgreSQL that remembers the generations of engines under test. */
    ledgerUrl: string;
  }
}

/** The PostgreSQL that `MARQUEE_TEST_POSTGRES_URL` names, else one of its own; migrated. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.MARQUEE_TEST_POSTGRES_URL;
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-ledger-"));
  const embedded = given ? undefined : await startEmbeddedPostgres({ dataFolder, log: () => {} });
  const adminUrl = given ?? embedded?.networkUrl ?? "";
  const { app } = await migrate(adminUrl);
  project.provide("ledgerUrl", withLogin(adminUrl, app));
  return async () => {
    await embedded?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}
