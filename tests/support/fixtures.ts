import { afterAll, beforeAll, inject } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { connectTo, type Connection } from "./connection.js";
import { createDatabase, type OwnDatabase } from "./database.js";
import { openFacts, type Facts } from "./facts.js";
import { startGateway, type TestGateway } from "./gateway.js";
import { openTestStores } from "./stores.js";

/**
 * What `open` answers, for all tests of the file or `describe` that asks for it: opened before the first, closed after
 * the last, in the opposite order where there are several. Nothing is in it before, so that outside of hooks and tests it
 * is only named. It has the properties of what was opened, which are therefore read and not set.
 */
export function use<T extends { close(): Promise<unknown> }>(open: () => Promise<T>): T {
  const fixture: Partial<T> = {};
  beforeAll(async () => {
    Object.assign(fixture, await open());
  });
  afterAll(() => fixture.close?.());
  return fixture as T;
}

/** Every domain on the PostgreSQL of this run. */
export function useStores(): Stores {
  return use(() => openTestStores());
}

/** The rows of this run's PostgreSQL as they are. */
export function useFacts(): Facts {
  return use(openFacts);
}

/** A connection to this run's PostgreSQL as superuser. */
export function useSuperuser(schema?: string): Connection {
  return use(() => connectTo(inject("postgresUrl"), schema));
}

/** A database that is migrated and empty, and that nothing else works on. */
export function useDatabase(): OwnDatabase {
  return use(createDatabase);
}

/** A gateway over HTTP; what its environment is made from may itself be a fixture. */
export function useGateway(env: () => Record<string, string> = () => ({})): TestGateway {
  return use(() => startGateway(env()));
}
