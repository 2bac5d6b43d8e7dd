import { type Stores } from "../../datasources/stores/stores.js";
import { seedDemo } from "../../seeds/seed.js";
import { learn } from "../../src/jobs/learn.js";
import { NO_ENGINES } from "./engines.js";
import { use, useDatabase, useGateway } from "./fixtures.js";
import { type TestGateway } from "./gateway.js";

/** A gateway over one demo tenant, with few profiles and events, in a database that nothing else works on. */
export function useSmallDemo(tenant: string, size: { profiles: number; events: number }): TestGateway {
  const database = useDatabase();
  use(async (): Promise<Stores> => {
    const stores = await database.open();
    const until = new Date("2026-06-01T00:00:00Z");
    await seedDemo(stores, learn, { tenants: [tenant], seed: 1, until, ...size });
    return stores;
  });
  return useGateway(() => ({
    ...NO_ENGINES,
    POSTGRES_URL: database.url,
    MARQUEE_DEMO: "true",
    MARQUEE_DEFAULT_TENANT: tenant,
  }));
}
