import { expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type OwnDatabase } from "../support/database.js";
import { startLoad, WRITERS } from "../support/move-load.js";
import { eventsAt, openMovingAt, rowsAt } from "../support/moving.js";
import { survivorsOf } from "../support/mutants/act-out.js";
import { isOfMoves } from "../support/mutants/find-mutants.js";
import { openPlacements, type Placements } from "../support/placements.js";

/*
 * Every place in what moves tenants that keeps them apart, taken out in turn: a tenant that is moved to every tier and
 * removed while it is written has to lose something, or a neighbour with equal ids. Run by
 * `npm run test:isolation -- --mutants`.
 */

const WRITES_PER_SECOND = 40;

/** What a database holds by tenant, table by table: the jobs of its queue as well. */
async function heldIn(database: OwnDatabase): Promise<Map<string, string>> {
  const tables = await database.query<{ name: string; tenant: string }>(
    `select a.attrelid::regclass::text as name, quote_ident(a.attname) as tenant from pg_attribute a
     join pg_class c on c.oid = a.attrelid
     where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0
       and (a.attname = 'tenant_id' or c.relname = 'tenant_moves' and a.attname = 'tenant')`,
  );
  const jobs = { name: "graphile_worker._private_jobs", tenant: "(payload ->> 'tenant')::int" };
  const held = new Map<string, string>();
  for (const { name, tenant } of [...tables, jobs]) {
    const rows = await database.query<{ tenant: number; hash: string }>(
      `select ${tenant} as tenant, md5(string_agg(t::text, ' ' order by t::text)) as hash from ${name} t
       where ${tenant} > 0 group by 1`,
    );
    for (const { tenant: id, hash } of rows) held.set(`${id} ${name}`, hash);
  }
  return held;
}

const of = (held: ReadonlyMap<string, string>, { id }: Tenant) =>
  [...held].filter(([what]) => what.startsWith(`${id} `)).sort();

/** A neighbour with equal ids that has written the same, is being moved itself, waits for its projections, and has a job. */
async function openNeighbour(placements: Placements): Promise<Tenant> {
  const neighbour = await openMovingAt(placements);
  const writing = startLoad([placements.stores], neighbour.slug, WRITES_PER_SECOND);
  await expect.poll(() => writing.written.length).toBeGreaterThan(WRITERS);
  await writing.end();
  const [home] = placements.databases;
  const { id } = neighbour;
  const key = JSON.stringify({ id: "same" });
  await home!.query(
    "insert into marquee.moved_rows (tenant_id, table_name, key) values ($1, 'profiles', $2)",
    [id, key],
  );
  await home!.query(
    "insert into marquee.projection_generations (target, tenant_id, live) values ('mutant', $1, 1)",
    [id],
  );
  await home!.query(
    `insert into marquee.outbox_parked (target, tenant_id, topic, entity, xid, id, revision, attempts, reason, next_attempt_at)
     select target, $1, 'TITLE', 'mutant', 1, 1, 1, 1, 'mutant', now() + interval '1 hour'
     from (select distinct target from marquee.outbox_cursors) t`,
    [id],
  );
  await home!.query(
    `insert into marquee.tenant_moves (tenant, from_tier, from_schema, to_tier, to_schema, phase)
     values ($1, 'SHARED', 'shared', 'ISOLATED', 'elsewhere', 'COPYING')`,
    [id],
  );
  await home!.query("update marquee.tenants set capturing = true where id = $1", [id]);
  await home!.query("select graphile_worker.add_job('mutant', json_build_object('tenant', $1::int))", [id]);
  return neighbour;
}

/** Moves a tenant to every tier, and removes it. @throws Error that says what is wrong. */
async function moveAbout(placements: Placements): Promise<void> {
  const { stores } = placements;
  const neighbour = await openNeighbour(placements);
  const [home] = placements.databases;
  const before = of(await heldIn(home!), neighbour);
  const check = (condition: boolean, what: string) => {
    if (!condition) throw new Error(what);
  };
  const unharmed = async () => {
    expect(of(await heldIn(home!), neighbour), "the neighbour").toEqual(before);
    for (const own of placements.databases.slice(1))
      expect(of(await heldIn(own), neighbour), "elsewhere").toEqual([]);
  };
  let tenant = await openMovingAt(placements);
  const own = await placements.destination("DEDICATED");
  const writing = await placements.open();
  await writing.warm();
  const written: string[] = [];
  for (const to of [{ tier: "ISOLATED" }, { tier: "SHARED" }, own] as const) {
    const left = tenant;
    const load = startLoad([writing], tenant.slug, WRITES_PER_SECOND, written.length);
    const moved = await stores.moves.move(tenant, to).finally(() => load.end());
    tenant = moved.tenant;
    written.push(...load.written);
    check(load.failures.length === 0, load.failures[0] ?? "");
    expect(await eventsAt(placements, tenant)).toEqual([...written].sort());
    await unharmed();
    await stores.moves.confirm(tenant);
    await unharmed();
    expect(await eventsAt(placements, tenant)).toEqual([...written].sort());
    expect(await rowsAt(placements, left)).toEqual(new Map());
  }
  await checkRemoval(stores, tenant);
  await unharmed();
}

async function checkRemoval(stores: Stores, tenant: Tenant): Promise<void> {
  const { rows } = await stores.removeTenant(tenant);
  expect(rows).toBeGreaterThan(0);
  expect(await stores.tenants.bySlug(tenant.slug)).toBeNull();
}

it("is missed, wherever what moves tenants keeps them apart", async () => {
  const survivors = await survivorsOf({
    name: "moves",
    isOf: isOfMoves,
    equivalent: [
      // For a role that policies hold for: without, it is let at nothing.
      "datasources/tenancy/tenant-erasing.postgres.ts String(tenant.id)",
      // What shared tenants have is migrated already.
      'datasources/tenancy/tenants.postgres.ts if (tenant.tier === "ISOLATED") await migrateTenantSchema',
    ],
    act: async () => {
      const placements = await openPlacements();
      await moveAbout(placements).finally(() => placements.close());
    },
  });
  expect(survivors).toEqual([]);
}, 3_600_000);
