import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";

import pg from "pg";
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest";

import {
  migrate,
  migrateTenantSchema,
} from "../../datasources/engines/postgres/migrations/migrate.postgres.js";
import { EXAMPLE_TITLE } from "../../datasources/catalog/title-example.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { publish } from "../support/catalogue.js";
import { testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { meetOutside } from "../support/unsealed.js";
import { watch } from "../contract/recommendations-support.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** A database of its own for each test. */
let url: string;
let name: string;

beforeEach(async () => {
  name = `marquee_test_${randomBytes(6).toString("hex")}`;
  await withClient(inject("postgresUrl"), (client) =>
    client.query(`create database ${name} template template0`),
  );
  const own = new URL(inject("postgresUrl"));
  own.pathname = `/${name}`;
  url = own.href;
});
afterEach(() =>
  withClient(inject("postgresUrl"), (client) => client.query(`drop database if exists ${name} with (force)`)),
);

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const rows = (text: string) =>
  withClient(url, async (client) => (await client.query(text)).rows as unknown[]);
const run = () => migrate(url);
const openDatabase = () =>
  openStores({
    accountKeys: testAccountKeys,
    postgresUrl: url,
    dataFolder: "/nonexistent",
    log: () => undefined,
  });

const SCHEMAS = ["marquee", "shared"];

/** Everything that migrations have left: what ran and when, tables with columns, indexes, policies, functions, grants. */
async function stateOf(schema: string): Promise<unknown[]> {
  return Promise.all([
    rows(`select * from ${schema}.schema_migrations order by version`),
    rows(
      `select table_name, column_name, data_type from information_schema.columns where table_schema = '${schema}' order by 1, 2`,
    ),
    rows(
      `select tablename, replace(indexdef, '${schema}.', '') as def from pg_indexes where schemaname = '${schema}' order by 1, 2`,
    ),
    rows(
      `select tablename, policyname, qual, with_check from pg_policies where schemaname = '${schema}' order by 1, 2`,
    ),
    rows(`select proname, prosecdef from pg_proc where pronamespace = '${schema}'::regnamespace order by 1`),
    rows(
      `select table_name, grantee, privilege_type from information_schema.role_table_grants where table_schema = '${schema}' order by 1, 2, 3`,
    ),
  ]);
}

/** Undoes what came after documents called their revision a version. */
const asBeforeRevisions = (schema: string) => `
  delete from ${schema}.schema_migrations where version = 15;
  alter table ${schema}.catalog_titles rename column revision to version;
  alter table ${schema}.search_titles rename column revision to version;
  update ${schema}.catalog_titles
  set document = document - '{revision,latestVersion}'::text[] || jsonb_build_object('version', version)`;

/** Undoes what gave texts one column in the place of one for each field. */
const AS_BEFORE_TEXTS = `
  delete from shared.schema_migrations where version = 21;
  alter table shared.search_texts add column name text, add column alternative_names text[],
    add column people text[], add column synopsis text;
  update shared.search_texts set name = texts -> 'name' ->> 0, synopsis = texts -> 'synopsis' ->> 0,
    alternative_names = array(select jsonb_array_elements_text(texts -> 'alternativeNames')),
    people = array(select jsonb_array_elements_text(texts -> 'people'));
  alter table shared.search_texts drop column texts`;

async function titlesOf(stores: Stores, tenants: readonly Tenant[]): Promise<unknown[]> {
  const found = tenants.map((tenant) => stores.catalog.titlesByIds(testRequest(tenant), ["a"]));
  return (await Promise.all(found)).map((titles) => titles.get("a"));
}

describe("migrations", () => {
  it("make a fresh database from several processes at once, each migration once", async () => {
    await Promise.all([run(), run(), run()]);
    for (const [schema, folder] of [
      ["marquee", "control"],
      ["shared", "tenant"],
    ] as const) {
      const files = await readdir(
        path.join(packageRoot(), "datasources", "engines", "postgres", "migrations", folder),
      );
      const [applied] = (await stateOf(schema)) as { version: number; name: string }[][];
      const names = applied!.map((row) => `${String(row.version).padStart(3, "0")}_${row.name}.sql`);
      expect(names).toEqual(files.sort());
    }
  });

  it("change nothing when they run again", async () => {
    await run();
    const before = await Promise.all(SCHEMAS.map(stateOf));
    await run();
    expect(await Promise.all(SCHEMAS.map(stateOf))).toEqual(before);
  });

  it("give an isolated tenant's schema the same as the shared one, also when two processes make it", async () => {
    await run();
    await Promise.all([
      migrateTenantSchema(url, "tenant_twin"),
      migrateTenantSchema(url, "tenant_twin"),
      run(),
    ]);
    const comparable = async (schema: string) => {
      const [applied, ...rest] = await stateOf(schema);
      return [
        (applied as { version: number; checksum: string }[]).map((row) => [row.version, row.checksum]),
        ...rest,
      ];
    };
    expect(await comparable("tenant_twin")).toEqual(await comparable("shared"));
  });

  it("reach the schemas of isolated tenants that are there already", async () => {
    const stores = await openDatabase();
    await stores.tenants.create({ slug: "own-place", name: "Own", tier: "ISOLATED", defaultCountry: "US" });
    await stores.close();
    await rows("drop schema tenant_own_place cascade");
    await run();
    const [applied] = await stateOf("tenant_own_place");
    expect(applied).toHaveLength(((await stateOf("shared"))[0] as unknown[]).length);
  });

  it("say revision for what projections called version, in tables and documents of every placement", async () => {
    const opened = await openDatabase();
    const shared = await opened.tenants.create({
      slug: "beside",
      name: "Beside",
      tier: "SHARED",
      defaultCountry: "US",
    });
    const own = await opened.tenants.create({
      slug: "apart",
      name: "Apart",
      tier: "ISOLATED",
      defaultCountry: "US",
    });
    for (const tenant of [shared, own]) await publish(opened, tenant, [titleBody({ id: "a" })]);
    const before = await titlesOf(opened, [shared, own]);
    await opened.close();
    for (const { schema } of [shared, own]) await rows(asBeforeRevisions(schema));
    const again = await openDatabase();
    expect(await titlesOf(again, [shared, own])).toEqual(before);
    await again.close();
    expect(before).toMatchObject([{ revision: 1, latestVersion: 1 }, { revision: 1 }]);
  });

  it("keep what highlights are cut from", async () => {
    const opened = await openDatabase();
    const tenant = await opened.tenants.create({
      slug: "beside",
      name: "Beside",
      tier: "SHARED",
      defaultCountry: "US",
    });
    const { id, ...facts } = EXAMPLE_TITLE;
    await publish(opened, tenant, [titleBody({ ...facts, id }), titleBody({ id: "b", synopsis: null })]);
    await opened.close();
    const texts = () => rows("select texts from shared.search_texts order by doc");
    const before = await texts();
    await rows(AS_BEFORE_TEXTS);
    await run();
    expect(await texts()).toEqual(before);
    expect(before).toMatchObject([
      { texts: { synopsis: [] } },
      { texts: { synopsis: [EXAMPLE_TITLE.synopsis] } },
    ]);
  });

  it("take passwords that mails have set from whom an identity provider signs in, and what they opened", async () => {
    const opened = await openDatabase();
    const tenant = await opened.tenants.create({
      slug: "provided",
      name: "Provided",
      tier: "SHARED",
      defaultCountry: "US",
    });
    const met = await meetOutside(opened, tenant);
    await opened.close();
    await rows(`
      insert into shared.sessions (tenant_id, id, token_hash, account_id, profile_id, expires_at)
        select tenant_id, 'by password', 'by password', account_id, id, now() + interval '1 day' from shared.profiles;
      update shared.accounts set password_hash = 'set';
      delete from shared.schema_migrations where name = 'outside_passwords'`);
    await run();
    expect(await rows("select password_hash from shared.accounts")).toEqual([{ password_hash: "none" }]);
    expect(await rows("select id from shared.sessions")).toEqual([{ id: met?.session }]);
  });

  it("say of progress that stands for itself until when it does, and with how much that its events do not tell", async () => {
    const opened = await openDatabase();
    const tenant = await opened.tenants.create({
      slug: "standing",
      name: "Standing",
      tier: "SHARED",
      defaultCountry: "US",
    });
    const days = ["2026-05-01T10:00:00Z", "2026-05-02T10:00:00Z"];
    await opened.viewingIngest.ingest(
      tenant,
      ["a", "b"].flatMap((title) => days.map((day) => watch("p1", title, day, { seconds: 600 }))),
    );
    await opened.close();
    await rows(`
      update shared.title_progress set unmeasured = true where title_id = 'a';
      update shared.viewing_events set profile_id = 'deleted-1' where title_id = 'a' and at = '${days[0]}';
      alter table shared.title_progress drop column unmeasured_until, drop column unmeasured_seconds;
      delete from shared.schema_migrations where name in ('standing_progress', 'standing_seconds')`);
    await run();
    expect(
      await rows(
        `select title_id, unmeasured_until, unmeasured_seconds from shared.title_progress order by title_id`,
      ),
    ).toEqual([
      { title_id: "a", unmeasured_until: new Date(days[1]!), unmeasured_seconds: 600 },
      { title_id: "b", unmeasured_until: null, unmeasured_seconds: 0 },
    ]);
  });

  it.each(SCHEMAS)("refuse a database of a newer version, and say so (schema %s)", async (schema) => {
    await run();
    await rows(
      `insert into ${schema}.schema_migrations (version, name, checksum) values (999, 'from_the_future', 'x')`,
    );
    const refused = await run().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartupError);
    expect((refused as Error).message).toContain(
      `newer Marquee (schema ${schema} has migration 999 "from_the_future"`,
    );
    await expect(openDatabase()).rejects.toBeInstanceOf(StartupError);
  });

  it("refuse a database whose migration was changed after it ran, and name it", async () => {
    await run();
    await rows("update shared.schema_migrations set checksum = 'changed' where version = 2");
    const before = await stateOf("shared");
    const refused = await run().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartupError);
    expect((refused as Error).message).toMatch(
      /^Migration 2 "\w+" of schema shared was changed after it ran\./,
    );
    expect(await stateOf("shared")).toEqual(before);
  });

  it("leave nothing half made where one fails, and carry on from there", async () => {
    await run();
    // The schema takes the first migrations, then one finds a name taken.
    await rows("create schema tenant_stuck; create table tenant_stuck.top10_entries (x int)");
    await expect(migrateTenantSchema(url, "tenant_stuck")).rejects.toThrow(/already exists/);
    const stuck = await rows("select version from tenant_stuck.schema_migrations order by version");
    expect(stuck).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }]);
    expect(await rows("select to_regclass('tenant_stuck.trending_titles') as there")).toEqual([
      { there: null },
    ]);
    await rows("drop table tenant_stuck.top10_entries");
    await migrateTenantSchema(url, "tenant_stuck");
    expect((await stateOf("tenant_stuck")).slice(1)).toEqual((await stateOf("shared")).slice(1));
  });
});

it("prepares databases of one server at the same time, whose roles are one", async () => {
  const names = Array.from({ length: 6 }, (_, index) => `${name}_${index}`);
  const server = inject("postgresUrl");
  const each = (text: string) =>
    withClient(server, async (client) => {
      for (const database of names) await client.query(text.replace("?", database));
    });
  await each("create database ? template template0");
  try {
    const urls = names.map((database) => Object.assign(new URL(server), { pathname: `/${database}` }).href);
    await expect(Promise.all(urls.map((database) => migrate(database)))).resolves.toHaveLength(6);
  } finally {
    await each("drop database ? with (force)");
  }
});
