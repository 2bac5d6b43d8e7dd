import { randomBytes } from "node:crypto";

import pg from "pg";

import { learn } from "../../src/jobs/learn.js";
import { openStores } from "../../datasources/stores/stores.js";
import { seedDemo } from "../../seeds/seed.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { layWire, type Wire } from "../support/wire.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** The engines, as their URLs are called in the environment. */
export const URLS = ["POSTGRES_URL", "MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"] as const;
export type UrlName = (typeof URLS)[number];

/** Those that are not set: without them there is nothing to fail. */
export const missingUrls = URLS.filter((name) => !process.env[name]);

/** Stores that can be cut off one by one, over a PostgreSQL database with one demo tenant. */
export interface FailingStores {
  wires: Record<UrlName, Wire>;
  start(env?: Record<string, string>): Promise<TestGateway>;
  close(): Promise<void>;
}

const SEED = { tenants: ["lumen"], seed: 1, profiles: 80, events: 4_000, until: new Date("2026-06-01") };

export async function openFailingStores(): Promise<FailingStores> {
  const server = process.env.POSTGRES_URL ?? "";
  const database = `failures_${randomBytes(4).toString("hex")}`;
  await admin(server, `create database ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: url.href,
    dataFolder: "/nonexistent",
    log: () => {},
  });
  await seedDemo(stores, learn, SEED).finally(() => stores.close());
  const wires = {} as Record<UrlName, Wire>;
  for (const name of URLS)
    wires[name] = await layWire(name === "POSTGRES_URL" ? url.href : (process.env[name] ?? ""));
  return {
    wires,
    start: (env = {}) =>
      startGateway({
        ...Object.fromEntries(URLS.map((name) => [name, wires[name].url])),
        MARQUEE_DEFAULT_TENANT: "lumen",
        MARQUEE_STORE_DEADLINE_MS: "5000",
        ...env,
      }),
    close: async () => {
      for (const wire of Object.values(wires)) await wire.close();
      await admin(server, `drop database ${database} with (force)`);
    },
  };
}

async function admin(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
