import { afterAll, beforeAll, inject } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { connectTo, type Connection } from "./connection.js";
import { createDatabase, type OwnDatabase } from "./database.js";
import { onEngines, removeFromEngines } from "./engines.js";
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

/** The rows of this run's PostgreSQL, or of a database, as they are. */
export function useFacts(database?: OwnDatabase): Facts {
  return use(() => openFacts(database?.url));
}

/** A connection as superuser to this run's PostgreSQL, or to a database. */
export function useSuperuser(schema?: string, database?: OwnDatabase): Connection {
  return use(() => connectTo(database?.url ?? inject("postgresUrl"), schema));
}

/** A database that is migrated and empty, and that nothing else works on. */
export function useDatabase(): OwnDatabase {
  return use(createDatabase);
}

/** A gateway over HTTP; what its environment is made from may itself be a fixture. */
export function useGateway(env: () => Record<string, string> = () => ({})): TestGateway {
  return use(() => startGateway(env()));
}

/**
 * A gateway over HTTP on a database of its own, for tests that look at what jobs leave outside of the database: any
 * gateway on the same one may run them in its stead, with the mail server and the files that it has.
 */
export function useLoneGateway(env: () => Record<string, string> = () => ({})): {
  gateway: TestGateway;
  database: OwnDatabase;
} {
  const database = useDatabase();
  if (onEngines) afterAll(() => removeFromEngines(database.url, "/nonexistent"));
  return { database, gateway: useGateway(() => ({ POSTGRES_URL: database.url, ...env() })) };
}
