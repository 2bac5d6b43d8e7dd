import { expect } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { startProjector, type Projector } from "../../datasources/projection/following/projector.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { createDatabase, type OwnDatabase } from "../support/database.js";
import { PATIENCE } from "../support/patience.js";

/** A database of its own with a tenant, and projectors as its processes have them. */
export interface ProjectorUnderTest {
  database: OwnDatabase;
  stores: Stores;
  tenant: Tenant;
  /** Starts a projector, over stores of its own where it is another process. Stopped at the end. */
  project(stores?: Stores): Promise<Projector>;
  write(...titles: (Partial<TitleFacts> & { id: string })[]): Promise<void>;
  schedule(effectiveFrom: Date, title: Partial<TitleFacts> & { id: string }): Promise<void>;
  /** Has the time come that versions are scheduled for. */
  letCome(effectiveFrom: Date): Promise<void>;
  /** Names of titles as the catalog answers them, by id. */
  catalog(ids: readonly string[]): Promise<Record<string, string>>;
  /** Versions of titles in the index of search, by id. */
  indexed(ids: readonly string[]): Promise<Record<string, number>>;
  lagging(): Promise<number>;
  close(): Promise<void>;
}

export async function openProjectorTest(): Promise<ProjectorUnderTest> {
  const database = await createDatabase();
  const stores = await database.open();
  const tenant = await createTestTenant(stores);
  const projectors: Projector[] = [];
  const append = async (
    titles: readonly (Partial<TitleFacts> & { id: string })[],
    effectiveFrom: string | null,
  ) => {
    const versions = titles.map((title) => ({ body: titleBody(title), effectiveFrom }));
    await stores.titleVersions.append(tenant, versions);
  };
  return {
    database,
    stores,
    tenant,
    project: async (own = stores) => {
      const projector = await startProjector(own, { warn: (line) => console.warn(line) });
      projectors.push(projector);
      return projector;
    },
    write: (...titles) => append(titles, null),
    schedule: (effectiveFrom, title) => append([title], effectiveFrom.toISOString()),
    letCome: async (effectiveFrom) => {
      const at = [effectiveFrom.toISOString()];
      await database.query(
        "update shared.title_versions set effective_from = now() where effective_from = $1",
        at,
      );
      await database.query("update marquee.title_schedule set due_at = now() where due_at = $1", at);
    },
    catalog: async (ids) => {
      const titles = await stores.catalog.titlesByIds(testRequest(tenant), ids);
      return Object.fromEntries([...titles].map(([id, { name }]) => [id, name]));
    },
    indexed: async (ids) => {
      const rows = await database.query<{ id: string; revision: number }>(
        "select id, revision from shared.search_titles where tenant_id = $1 and id = any($2)",
        [tenant.id, ids],
      );
      return Object.fromEntries(rows.map(({ id, revision }) => [id, revision]));
    },
    lagging: async () => {
      const lags = await stores.outbox.lag();
      return lags.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    },
    close: async () => {
      await Promise.all(projectors.map((projector) => projector.stop()));
      await database.close();
    },
  };
}

/** Resolves when every target has passed everything. */
export async function caughtUp(subject: ProjectorUnderTest): Promise<void> {
  await expect.poll(() => subject.lagging(), PATIENCE).toBe(0);
}
