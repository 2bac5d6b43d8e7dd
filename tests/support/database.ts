import { randomBytes } from "node:crypto";

import pg from "pg";
import { inject } from "vitest";

import { APP_ROLE, WORKER_ROLE } from "../../datasources/engines/postgres/migrations/logins.postgres.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { connectTo, type Connection } from "./connection.js";
import { openTestStores } from "./stores.js";

/** A database that nothing else works on, nor anybody's jobs, on the PostgreSQL of this run. */
export interface OwnDatabase {
  /** As superuser. */
  url: string;
  /** Opens every domain on it, as another process would. Closed with the database, if not before. */
  open(): Promise<Stores>;
  /** Runs one statement as superuser; answers its rows. */
  query<R extends object>(text: string, values?: unknown[]): Promise<R[]>;
  /** A connection as superuser, for a transaction that stays open. Closed with the database, if not before. */
  connect(): Promise<Connection>;
  /** Closes what was opened on it, and drops it. */
  close(): Promise<void>;
}

/** Makes an empty database, which is migrated already. */
export async function createDatabase(): Promise<OwnDatabase> {
  const name = `marquee_test_${randomBytes(6).toString("hex")}`;
  const server = await connectTo(inject("postgresUrl"));
  await server.query(`create database ${name} template ${inject("emptyDatabase")}`);
  const { rows } = await server.query<{ oid: number }>("select oid from pg_database where datname = $1", [
    name,
  ]);
  const logins = [APP_ROLE, WORKER_ROLE].map((role) => `${role}_${rows[0]!.oid}`);
  const url = Object.assign(new URL(inject("postgresUrl")), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on("error", () => undefined);
  const closing: (() => Promise<unknown>)[] = [];
  const closedOnce = async <T extends { close(): Promise<unknown> }>(opening: Promise<T>): Promise<T> => {
    const it = await opening;
    let closed: Promise<unknown> | undefined;
    const close = () => (closed ??= it.close());
    closing.push(close);
    return { ...it, close };
  };
  return {
    url,
    open: () => closedOnce(openTestStores(url)),
    query: async (text, values) => (await pool.query(text, values)).rows as never,
    connect: () => closedOnce(connectTo(url)),
    close: async () => {
      for (const close of closing) await close();
      await pool.end();
      await server.query(`drop database if exists ${name} with (force)`);
      await server.query(`drop role if exists ${logins.join(", ")}`);
      await server.close();
    },
  };
}
