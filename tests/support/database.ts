import { randomBytes } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

/** A database that nothing else works on, nor anybody's jobs. Drop it in `afterAll`. */
export interface OwnDatabase {
  url: string;
  /** Runs one statement as its owner. */
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  drop(): Promise<void>;
}

/** Makes an empty database on the PostgreSQL of this run. */
export async function createDatabase(): Promise<OwnDatabase> {
  const name = `marquee_test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  await admin.query(`create database ${name} template template0`);
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  pool.on("error", () => undefined);
  return {
    url: url.href,
    query: async (text, values) => (await pool.query(text, values)).rows as never,
    drop: async () => {
      await pool.end();
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
