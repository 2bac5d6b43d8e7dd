import { randomBytes } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

import { openStores, type Stores } from "../../datasources/stores/stores.js";

/** A database that nothing else uses, on the PostgreSQL of this run. */
export interface OwnDatabase {
  /** As superuser. */
  url: string;
  /** Opens every domain on it, as another process would. Closed with the database. */
  open(): Promise<Stores>;
  /** Runs one statement as superuser. */
  rows<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  /** A connection as superuser, for a transaction that stays open. Closed with the database. */
  connect(): Promise<pg.Client>;
  drop(): Promise<void>;
}

/** Makes a database. Drop it in `afterEach` or `afterAll`. */
export async function makeDatabase(): Promise<OwnDatabase> {
  const name = `marquee_test_${randomBytes(6).toString("hex")}`;
  const server = new pg.Pool({ connectionString: inject("postgresUrl"), max: 1 });
  await server.query(`create database ${name} template template0`);
  const url = Object.assign(new URL(inject("postgresUrl")), { pathname: `/${name}` }).href;
  const own = new pg.Pool({ connectionString: url, max: 2 });
  own.on("error", () => undefined);
  const closing: (() => Promise<unknown>)[] = [];
  return {
    url,
    open: async () => {
      const stores = await openStores({ postgresUrl: url, dataFolder: "/nonexistent", log: () => {} });
      closing.push(() => stores.close());
      return stores;
    },
    rows: async (text, values) => (await own.query(text, values)).rows as never,
    connect: async () => {
      const client = new pg.Client({ connectionString: url });
      client.on("error", () => undefined);
      await client.connect();
      closing.push(() => client.end());
      return client;
    },
    drop: async () => {
      for (const close of closing) await close();
      await own.end();
      await server.query(`drop database ${name} with (force)`);
      await server.end();
    },
  };
}
