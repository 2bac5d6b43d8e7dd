import { beforeAll, describe, expect, inject, it } from "vitest";

import { APP_ROLE } from "../../datasources/engines/postgres/migrations/logins.postgres.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { editorAudience } from "../support/catalogue.js";
import { connectTo, type Connection } from "../support/connection.js";
import { use, useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";
import { eventAt, fillWithSameIds } from "./isolation-support.js";

const stores = useStores();
const admin = useSuperuser();
const app = use(connectAsApplication);

/** A connection with the rights that the gateway's have. */
async function connectAsApplication(): Promise<Connection> {
  return connectTo(await applicationUrl(inject("postgresUrl")));
}

interface Table {
  name: string;
  schema: string;
  partition: boolean;
  enabled: boolean;
  forced: boolean;
  owner: string;
  policies: { qual: string; check: string; command: string; roles: string }[];
  grants: boolean;
}

/** Every table with a tenant_id, of whatever schema; partitions as well. */
async function tables(): Promise<Table[]> {
  const { rows } = await admin.query<Table>(`
    select format('%I.%I', n.nspname, c.relname) as name, n.nspname as schema, c.relispartition as partition,
           c.relrowsecurity as enabled, c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner) as owner,
           has_table_privilege('${APP_ROLE}', c.oid, 'select, insert, update, delete, truncate, references, trigger') as grants,
           (select coalesce(json_agg(json_build_object(
              'qual', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
              'command', p.polcmd, 'roles', p.polroles::text)), '[]')
            from pg_policy p where p.polrelid = c.oid and not (p.polname = 'projector' and n.nspname = 'marquee')) as policies
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and exists (
      select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
    order by 1`);
  return rows;
}

const OWN_ROWS = "(tenant_id = (current_setting('marquee.tenant'::text))::integer)";

async function become(client: Connection, tenant: Tenant): Promise<void> {
  await client.query("select set_config('marquee.tenant', $1, false), set_config('search_path', $2, false)", [
    String(tenant.id),
    `${tenant.schema}, public`,
  ]);
}

describe("the application's role", () => {
  it("is no superuser, goes round no policy, belongs to no other role and owns nothing", async () => {
    // Temporary tables are those of jobs that other tests run now.
    const { rows } = await admin.query(
      `select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
              (select count(*)::int from pg_auth_members m where m.member = r.oid) as memberships,
              (select count(*)::int from pg_class c where c.relowner = r.oid and c.relpersistence <> 't') as owned,
              (select count(*)::int from pg_namespace n where n.nspowner = r.oid) as schemas,
              (select count(*)::int from pg_proc p where p.proowner = r.oid) as functions
       from pg_roles r where rolname = $1`,
      [APP_ROLE],
    );
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        memberships: 0,
        owned: 0,
        schemas: 0,
        functions: 0,
      },
    ]);
  });

  it("is what the gateway's login has its rights by, and nothing else", async () => {
    const { rows } = await app.query(
      `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as more, rolinherit,
              array(select m.roleid::regrole::text from pg_auth_members m where m.member = r.oid) as member,
              (select count(*)::int from pg_shdepend d where d.refobjid = r.oid) as named
       from pg_roles r where rolname = current_user`,
    );
    expect(rows).toEqual([{ more: false, rolinherit: true, member: [APP_ROLE], named: 0 }]);
    await expect(app.query("select from marquee.logins")).rejects.toMatchObject({ code: "42501" });
  });

  it.each([
    "create table shared.mine (x int)",
    "create schema mine",
    "create function shared.mine() returns int language sql as 'select 1'",
    "alter table shared.profiles disable row level security",
    "drop policy tenant on shared.profiles",
    "truncate shared.profiles",
    "insert into marquee.tenants (slug, name, tier, schema_name) values ('mine', 'Mine', 'SHARED', 'shared')",
    "update marquee.tenants set schema_name = 'shared'",
    "delete from shared.schema_migrations",
    "set role postgres",
  ])("may not: %s", async (statement) => {
    await expect(app.query(statement)).rejects.toMatchObject({ code: "42501" });
  });
});

describe("every table with a tenant_id", () => {
  it("has forced row-level security and the one policy, in every schema, partitions too; projectors see the outbox of all", async () => {
    const isolated = await createTestTenant(stores, "ISOLATED");
    const found = await tables();
    expect(new Set(found.map(({ schema }) => schema))).toContain(isolated.schema);
    expect(found.filter(({ schema }) => schema === "shared").length).toBeGreaterThan(20);
    const unprotected = found.filter(({ partition, enabled, forced, policies, owner }) => {
      const [policy] = policies;
      const right =
        policy?.qual === OWN_ROWS &&
        policy.check === OWN_ROWS &&
        policy.command === "*" &&
        policy.roles === "{0}";
      // A daily partition is made after the migrations: it has no policy, and nobody but its owner may touch it.
      const closed = partition && policies.length === 0;
      return owner === APP_ROLE || !(closed || (enabled && forced && policies.length === 1 && right));
    });
    expect(unprotected).toEqual([]);
  });

  it("is the only kind of table in tenants' schemas, beside what migrations note down", async () => {
    const { rows } = await admin.query<{ name: string }>(`
      select distinct c.relname as name from pg_class c
      where c.relkind in ('r', 'p', 'v', 'm', 'f')
        and c.relnamespace in (select nspname::regnamespace from pg_namespace where nspname = 'shared' or nspname like 'tenant\\_%')
        and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')`);
    expect(rows).toEqual([{ name: "schema_migrations" }]);
  });

  it("cannot be read where no tenant is named", async () => {
    const fresh = await connectAsApplication();
    const parents = (await tables()).filter(({ partition, schema }) => !partition && schema === "shared");
    for (const { name } of parents) {
      const outcome = await fresh.query(`select 1 from ${name} limit 1`).then(
        ({ rows }) => rows.length,
        (error: { code: string }) => error.code,
      );
      expect([0, "42704", "22P02"], name).toContain(outcome);
    }
    // A setting that was local to a transaction leaves an empty text behind: no number, so no rows either.
    await fresh.query("begin; set local marquee.tenant = '1'; commit");
    await expect(fresh.query("select from shared.profiles")).rejects.toMatchObject({ code: "22P02" });
    await fresh.close();
  });

  it("has no partition that can be read past its parent", async () => {
    const tenant = await createTestTenant(stores);
    await stores.viewingIngest.ingest(tenant, [
      eventAt("2026-05-01T20:00:00Z"),
      eventAt("2020-05-01T20:00:00Z"),
    ]);
    await become(app, tenant);
    const partitions = (await tables()).filter(({ partition, schema }) => partition && schema === "shared");
    expect(partitions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["shared.viewing_events_20260501", "shared.viewing_events_archive"]),
    );
    expect(partitions.filter(({ grants }) => grants)).toEqual([]);
    for (const { name } of partitions.slice(0, 20)) {
      await expect(app.query(`select 1 from ${name}`)).rejects.toMatchObject({ code: "42501" });
      await expect(app.query(`delete from ${name}`)).rejects.toMatchObject({ code: "42501" });
    }
    expect((await app.query("select id from viewing_events")).rows).toHaveLength(2);
  });
});

const APPEND_ONLY = /\.(audit_log|consent_changes|insight_releases)$/;

describe.each<TenantTier>(["SHARED", "ISOLATED"])(
  "a SHARED tenant beside a %s one with the same ids",
  (tier) => {
    let mine: Tenant;
    let theirs: Tenant;
    let parents: string[];
    beforeAll(async () => {
      mine = await createTestTenant(stores);
      theirs = await createTestTenant(stores, tier);
      await fillWithSameIds(stores, mine);
      await fillWithSameIds(stores, theirs);
      parents = (await tables())
        .filter(({ partition, schema }) => !partition && schema === theirs.schema)
        .map(({ name }) => name);
    });

    const rowsOf = async (table: string, tenant: Tenant) =>
      (
        await admin.query<{ rows: number }>(
          `select count(*)::int as rows from ${table} where tenant_id = ${tenant.id}`,
        )
      ).rows[0]!.rows;

    it("cannot read, change, take over, add or delete a row of it in any table", async () => {
      const filled: string[] = [];
      for (const table of parents) {
        const before = await rowsOf(table, theirs);
        if (before > 0) filled.push(table);
        await become(app, mine);
        const foreign = `tenant_id = ${theirs.id}`;
        expect((await app.query(`select from ${table} where ${foreign}`)).rowCount, table).toBe(0);
        expect(
          (await app.query(`select from ${table} where tenant_id is distinct from ${mine.id}`)).rowCount,
          table,
        ).toBe(0);
        const changes = [
          `update ${table} set tenant_id = ${mine.id} where ${foreign}`,
          `delete from ${table} where ${foreign}`,
        ];
        for (const change of changes) {
          // Of what is append-only not even its own.
          if (APPEND_ONLY.test(table))
            await expect(app.query(change)).rejects.toMatchObject({ code: "42501" });
          else expect((await app.query(change)).rowCount, table).toBe(0);
        }
        // A row finds its partition before the policy looks at it.
        const [columns, at] = table.endsWith(".viewing_events")
          ? ["tenant_id, at", ", '2026-05-01'"]
          : ["tenant_id", ""];
        const added = app.query(`insert into ${table} (${columns}) values (${theirs.id}${at})`);
        await expect(added, table).rejects.toMatchObject({ code: "42501" });
        expect(await rowsOf(table, theirs), table).toBe(before);
      }
      expect(filled.length).toBeGreaterThan(14);
    });

    it("cannot write rows of it, nor give it its own", async () => {
      await become(app, mine);
      const values = `values (${theirs.id}, 'new', 'new', 1, 1, 0, 'EUR')`;
      await expect(app.query(`insert into ${theirs.schema}.plans ${values}`)).rejects.toMatchObject({
        code: "42501",
      });
      const given = app.query(`update profiles set tenant_id = ${theirs.id}, account_id = null`);
      await expect(given).rejects.toMatchObject({ code: "42501" });
      const upsert = `insert into ${theirs.schema}.plans values (${theirs.id}, 'same', 'taken', 1, 1, 0, 'EUR') on conflict (tenant_id, id) do update set name = 'taken'`;
      await expect(app.query(upsert)).rejects.toMatchObject({ code: "42501" });
      expect(
        (await admin.query(`select name from ${theirs.schema}.plans where tenant_id = ${theirs.id}`)).rows,
      ).toEqual([{ name: theirs.slug }]);
    });

    it("is answered its own by every domain", async () => {
      for (const tenant of [mine, theirs, mine]) {
        const request = testRequest(tenant);
        const key = await signedIn(stores, tenant, "same", "same");
        const [viewer, credentials, titles, genres, states, asOf] = await Promise.all([
          stores.accounts.viewer(request, key),
          stores.accounts.credentials(request, "same@example.com"),
          stores.catalog.titlesByIds(request, ["same"]),
          stores.catalog.genres(request, editorAudience()),
          stores.viewing.titleStates(request, [{ profile: "same", title: "same" }]),
          stores.titleVersions.titlesAsOf(request, [{ id: "same", at: "2026-01-01T00:00:00Z" }]),
        ]);
        expect([viewer?.profile.name, viewer?.membership?.plan.name, credentials?.passwordHash]).toEqual(
          Array(3).fill(tenant.slug),
        );
        expect([titles.get("same")?.name, genres[0]?.name, [...asOf.values()][0]?.name]).toEqual(
          Array(3).fill(tenant.slug),
        );
        expect(states.get("same same")).toMatchObject({ rating: 4, inWatchlist: true });
      }
    });

    it("keeps its rows where its placement says", async () => {
      const schemaOf = async (tenant: Tenant) => {
        const found: string[] = [];
        for (const schema of new Set(["shared", mine.schema, theirs.schema])) {
          if ((await rowsOf(`${schema}.profiles`, tenant)) > 0) found.push(schema);
        }
        return found;
      };
      expect(await schemaOf(mine)).toEqual(["shared"]);
      expect(await schemaOf(theirs)).toEqual([theirs.schema]);
      expect(theirs.schema === "shared").toBe(tier === "SHARED");
    });
  },
);
