import { randomBytes } from "node:crypto";

import { type CommandStartedEvent } from "mongodb";

import { MongoStore } from "../../datasources/engines/mongodb/store.mongodb.js";
import { MongoCatalogEngine } from "../../datasources/catalog/mongodb/catalog-engine.mongodb.js";
import { TitleGenerations } from "../../datasources/catalog/title-generations.js";
import { type GenerationLedger } from "../../datasources/projection/generations/generation-ledger.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { noFacts, openLedger, type LedgerUnderTest } from "./ledger-support.js";
import { madeUpTenant } from "../support/tenants.js";

/** URL of a MongoDB-compatible server for tests; without it they are skipped. */
export const MONGODB_URL = process.env.MONGODB_URL ?? "";
if (!MONGODB_URL) console.warn("MONGODB_URL is not set: the tests of MongoDB are skipped");

/** A store with a database that nothing else uses. */
export interface MongoUnderTest {
  store: MongoStore;
  /** `find titles`, `aggregate titles` …, one a command on the wire. */
  commands: string[];
  createTenant(tier?: TenantTier): Tenant;
  /** A tenant whose catalogue has been filled, with nothing. */
  openTenant(tier?: TenantTier): Promise<Tenant>;
  ledger: LedgerUnderTest;
  /** The titles as a process of its own writes and reads them. */
  titlesOf(store?: MongoStore, ledger?: GenerationLedger): TitleGenerations;
  /** Another process of the same deployment, perhaps by way of a proxy. */
  another(url?: string, deadlineMs?: number): MongoStore;
  /** Drops everything made. */
  close(): Promise<void>;
}

let tenants = 0;

/** @param deadlineMs generous, because a test's machine may be busy. */
export function openMongo(deadlineMs = 20_000): MongoUnderTest {
  const database = `marquee_test_${randomBytes(6).toString("hex")}`;
  const commands: string[] = [];
  const opened: MongoStore[] = [];
  const another = (url = MONGODB_URL, ms = deadlineMs) => {
    const own = new URL(url);
    own.pathname = `/${database}`;
    const store = new MongoStore(own.href, { deadlineMs: ms, onLog: () => {}, announceCommands: true });
    opened.push(store);
    return store;
  };
  const store = another();
  store.client.on("commandStarted", ({ commandName, command }: CommandStartedEvent) => {
    const target: unknown = command[commandName === "getMore" ? "collection" : commandName];
    commands.push(`${commandName} ${typeof target === "string" ? target : ""}`.trim());
  });
  const made: Tenant[] = [];
  const ledger = openLedger();
  const titlesOf = (of = store, by: GenerationLedger = ledger) =>
    new TitleGenerations(new MongoCatalogEngine(of), by);
  const createTenant = (tier: TenantTier = "SHARED") => {
    tenants += 1;
    const slug = `test-${tenants}`;
    const tenant = madeUpTenant({ id: tenants, slug, name: slug, tier, schema: slug });
    made.push(tenant);
    return tenant;
  };
  return {
    store,
    commands,
    another,
    createTenant,
    openTenant: async (tier) => {
      const tenant = createTenant(tier);
      await titlesOf().rebuild(tenant, noFacts());
      return tenant;
    },
    ledger,
    titlesOf,
    close: async () => {
      const names = new Set([database, ...made.map((tenant) => store.databaseNameOf(tenant))]);
      for (const name of names) await store.client.db(name).dropDatabase();
      await Promise.all([...opened, ledger].map((each) => each.close()));
    },
  };
}
