import pg from "pg";
import { afterEach, beforeEach, expect, inject, it } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { createDatabase, type OwnDatabase } from "../support/database.js";
import { openTestStores } from "../support/stores.js";

let database: OwnDatabase;
/** The application's login to the database. */
let app: string;
const opened: Stores[] = [];

beforeEach(async () => {
  database = await createDatabase();
  const [found] = await database.query<{ oid: number }>(
    "select oid from pg_database where datname = current_database()",
  );
  app = `marquee_app_${found!.oid}`;
});
afterEach(async () => {
  await closeAll();
  await database.close();
});

async function closeAll(): Promise<void> {
  for (const stores of opened.splice(0)) await stores.close();
}

/** Opens every domain, as another process would. */
async function open(url: string): Promise<Stores> {
  const stores = await openTestStores(url);
  opened.push(stores);
  return stores;
}

/** Whom the gateway's connections are of, once one was asked for anew. */
async function connectedAs(stores: Stores): Promise<string[]> {
  await database.query(
    "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and application_name ^@ 'marquee-'",
  );
  // The first finds out that its connection is gone.
  await stores.tenants.current(1).catch(() => null);
  await stores.tenants.current(1);
  const rows = await database.query<{ usename: string }>(
    "select distinct usename from pg_stat_activity where datname = current_database() and application_name ^@ 'marquee-' order by 1",
  );
  return rows.map(({ usename }) => usename);
}

/** The same database, as its admin is named by parameters. */
function byParameters(url: string): URL {
  const named = new URL(url);
  named.searchParams.set("user", decodeURIComponent(named.username));
  named.searchParams.set("password", decodeURIComponent(named.password));
  return Object.assign(named, { username: "", password: "" });
}

it("are the application's where parameters of the URL name the admin", async () => {
  expect(await connectedAs(await open(byParameters(database.url).href))).toEqual([app]);
});

it("are the application's where the URL names no host", async ({ skip }) => {
  const [sockets] = await database.query<{ folder: string }>(
    "select trim('\"' from split_part(current_setting('unix_socket_directories'), ', ', 1)) as folder",
  );
  if (!sockets?.folder) skip("this server has no Unix socket");
  const { searchParams, port, pathname } = byParameters(database.url);
  searchParams.set("host", sockets!.folder);
  searchParams.set("port", port);
  expect(await connectedAs(await open(`postgres://${pathname}?${searchParams.toString()}`))).toEqual([app]);
});

it.each(["bypassrls", "superuser"])("that can go round policies are refused: %s", async (attribute) => {
  await open(database.url);
  await closeAll();
  await database.query(`alter role ${app} ${attribute}`);
  const refused = open(database.url);
  await expect(refused).rejects.toThrow(StartupError);
  await expect(refused).rejects.toThrow(`alter role ${app} nosuperuser nobypassrls`);
});

it("that work as another role are refused", async () => {
  const url = new URL(database.url);
  url.searchParams.set("options", "-c role=marquee_app");
  await open(database.url);
  await closeAll();
  await expect(open(url.href)).rejects.toThrow(StartupError);
});

it("are the same for all who open a database without a password in its URL", async () => {
  const url = new URL(database.url);
  const before = process.env.PGPASSWORD;
  process.env.PGPASSWORD = decodeURIComponent(url.password);
  url.password = "";
  try {
    const one = await open(url.href);
    const other = await open(url.href);
    expect(await connectedAs(one)).toEqual([app]);
    expect(await connectedAs(other)).toEqual([app]);
  } finally {
    if (before === undefined) delete process.env.PGPASSWORD;
    else process.env.PGPASSWORD = before;
  }
});

it("outlast another admin, whether of this database or of another of the server", async () => {
  const stores = await open(database.url);
  const admin = `${app}_admin`;
  const other = await createDatabase();
  try {
    await database.query(`create role ${admin} login superuser password 'another'`);
    const as = (url: string) => Object.assign(new URL(url), { username: admin, password: "another" }).href;
    await open(as(other.url));
    const second = await open(as(database.url));
    expect(await connectedAs(stores)).toEqual([app]);
    expect(await connectedAs(second)).toEqual([app]);
  } finally {
    await closeAll();
    await other.close();
    await database.query(`drop role ${admin}`);
  }
});

it("are set as they are kept where the server has lost them", async () => {
  const stores = await open(database.url);
  await database.query(`alter role ${app} password 'of somebody else'`);
  await open(database.url);
  expect(await connectedAs(stores)).toEqual([app]);
});

it("leave the role alone that gateways of earlier versions connect by", async () => {
  await database.query("alter role marquee_app login password 'of before'");
  await open(database.url);
  const url = Object.assign(new URL(inject("postgresUrl")), {
    username: "marquee_app",
    password: "of before",
  });
  const earlier = new pg.Client({ connectionString: url.href });
  await earlier.connect();
  await earlier.end();
  await database.query("alter role marquee_app nologin");
});

it("are not those of the database that this one is a copy of", async () => {
  const copied = await database.query<{ role: string }>("select role from marquee.logins");
  expect(copied).toHaveLength(2);
  await open(database.url);
  const kept = await database.query<{ role: string }>("select role from marquee.logins order by 1");
  expect(kept.map(({ role }) => role)).toEqual([app, app.replace("app", "worker")]);
});
