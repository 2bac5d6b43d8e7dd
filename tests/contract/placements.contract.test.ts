import { setTimeout as sleep } from "node:timers/promises";

import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { RETENTION_KINDS, type RetentionDays } from "../../datasources/retention/retention.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { keepRounds } from "../../src/privacy/rounds.js";
import { viewer as everybody } from "./catalog-model.js";
import { adultProfile } from "../support/catalogue.js";
import { use } from "../support/fixtures.js";
import { openPlacements, serversAt } from "../support/placements.js";
import { signedIn, testRequest } from "../support/stores.js";
import { fillWithSameIds } from "../integration/isolation-support.js";

const TIERS: readonly TenantTier[] = ["SHARED", "ISOLATED", "DEDICATED"];

const placements = use(openPlacements);
const tenants = {} as Record<TenantTier, Tenant>;

beforeAll(async () => {
  for (const tier of TIERS) tenants[tier] = await filled(tier);
});

/** A tenant with something of everything, in every store. */
function filled(tier: TenantTier): Promise<Tenant> {
  return placements.create(tier, placements.stores, async (stores, tenant) => {
    await fillWithSameIds(stores, tenant);
    await stores.tasteGraph.replace(
      tenant,
      {
        titles: ["same", "other"],
        from: Uint32Array.of(0),
        to: Uint32Array.of(1),
        weight: Float32Array.of(1),
      },
      { model: "TEST", learnedAt: "2026-05-01T00:00:00Z", titles: 2, edges: 1 },
    );
  });
}

/** What every domain answers of the things that all tenants have under the same ids: their names are their owners'. */
async function answersOf(stores: Stores, tenant: Tenant) {
  const request = testRequest(tenant);
  const key = await signedIn(stores, tenant, "same", "same");
  const [viewer, titles, genres, states, found] = await Promise.all([
    stores.accounts.viewer(request, key),
    stores.catalog.titlesByIds(request, ["same"]),
    stores.catalog.genres(request, everybody),
    stores.viewing.titleStates(request, [{ profile: "same", title: "same" }]),
    stores.search.suggest(request, everybody, tenant.slug, 5),
  ]);
  return {
    names: [viewer?.profile.name, titles.get("same")?.name, genres[0]?.name, found[0]?.text],
    rating: states.get("same same")?.rating,
    calls: request.calls.calls.length,
  };
}

describe.each(TIERS)("a tenant that is %s", (tier) => {
  it("is answered its own by every domain, in as many store calls as any other", async () => {
    const { names, rating, calls } = await answersOf(placements.stores, tenants[tier]);
    expect(names).toEqual(Array(4).fill(tenants[tier].slug));
    expect(rating).toBe(4);
    expect(calls).toBe((await answersOf(placements.stores, tenants.SHARED)).calls);
  });

  it("has its rows where its tier says, and nowhere else", async () => {
    const { id, schema } = tenants[tier];
    const found: string[] = [];
    for (const [index, database] of placements.databases.entries()) {
      for (const place of ["shared", tenants.ISOLATED.schema]) {
        const [there] = await database.query<{ there: boolean }>(
          "select to_regclass($1) is not null as there",
          [`${place}.profiles`],
        );
        if (!there?.there) continue;
        const rows = await database.query(`select from ${place}.profiles where tenant_id = $1`, [id]);
        if (rows.length > 0) found.push(`${index} ${place}`);
      }
    }
    expect(found).toEqual([`${tier === "DEDICATED" ? 1 : 0} ${schema}`]);
  });
});

it("keeps no secret in the registry", async () => {
  const [home] = placements.databases;
  const rows = await home!.query<{ text: string }>("select to_jsonb(t)::text as text from marquee.tenants t");
  const secrets = Object.entries(placements.env).filter(([name]) => name.startsWith("MARQUEE_SECRET_"));
  for (const [, secret] of secrets) expect(rows.map(({ text }) => text).join()).not.toContain(secret);
  expect(rows.some(({ text }) => /"postgres": "postgres(ql)?:/.test(text))).toBe(true);
});

describe("servers of tenants' own", () => {
  it("are opened when they are asked for, at most so many at once, and closed when nobody asks", async () => {
    const another = await placements.create("DEDICATED");
    const stores = await placements.open({ most: 1, idleMs: 60_000 });
    const read = (tenant: Tenant) => stores.catalog.titlesByIds(testRequest(tenant), ["same"]);
    expect((await read(tenants.DEDICATED)).size).toBe(1);
    const first = await stores.at(tenants.DEDICATED);
    expect((await read(another)).size).toBe(0);
    // The one before is closed, and opened anew.
    expect((await read(tenants.DEDICATED)).size).toBe(1);
    expect(await stores.at(tenants.DEDICATED)).not.toBe(first);
  });

  it("that nobody asks are opened for what is too old there, one after the other", async () => {
    const asleep = await placements.create("DEDICATED");
    const own = placements.databaseOf(asleep);
    await own.query(
      `insert into shared.search_log (tenant_id, profile_id, day, query, at)
       values ($1, 'one', '2026-01-01', 'long ago', now() - interval '100 days')`,
      [asleep.id],
    );
    const old = async () =>
      (await own.query("select from shared.search_log where tenant_id = $1", [asleep.id])).length;
    expect(await old()).toBe(1);
    const stores = await placements.open({ most: 1, idleMs: 1_000 });
    const warnings: string[] = [];
    const attended: unknown[] = [];
    await stores.attend((deployment) => {
      attended.push(deployment);
      return Promise.resolve({ stop: () => Promise.resolve() });
    });
    const kinds = Object.keys(RETENTION_KINDS).map((kind) => [kind, kind === "searches" ? 30 : null]);
    const days = Object.fromEntries(kinds) as RetentionDays;
    const rounds = keepRounds(stores, { days, at: "* * * * * *" }, (line) => warnings.push(line), {
      spreadMs: 10,
      stayMs: 10,
    });
    await expect.poll(old, { timeout: 30_000 }).toBe(0);
    await rounds.stop();
    // The deployment's own, and each that was opened.
    expect(attended.length).toBeGreaterThan(1);
    expect(warnings).toEqual([]);
  });

  it("stay open while a stream of theirs is read", async () => {
    const stores = await placements.open({ most: 1, idleMs: 1 });
    const { DEDICATED: tenant } = tenants;
    await stores.audit.record(tenant, { act: "TENANT_RESUMED", actor: "command", details: {} });
    let open: unknown;
    for await (const lines of stores.audit.lines(tenant)) {
      expect(lines.length).toBeGreaterThan(0);
      open = await stores.at(tenant);
      await sleep(2_500);
      expect(await stores.at(tenant)).toBe(open);
    }
    await sleep(2_500);
    expect(await stores.at(tenant)).not.toBe(open);
  });

  it("are nobody else's: a database with other tenants is refused", async () => {
    const [home] = placements.databases;
    const created = placements.stores.tenants.create({
      slug: "squatter",
      name: "Squatter",
      tier: "DEDICATED",
      defaultCountry: "US",
      servers: serversAt(home!),
    });
    await expect(created).rejects.toMatchObject({ code: "SERVERS_INVALID" });
    expect(await placements.stores.tenants.named("squatter")).toBeNull();
  });

  it("that do not answer cost their tenant alone", async () => {
    const { DEDICATED: tenant, SHARED } = tenants;
    const servers = { ...tenant.servers!, postgres: "postgres://marquee@127.0.0.1:1/nowhere" };
    const lost = { ...tenant, id: 1, servers };
    const read = placements.stores.catalog.titlesByIds(testRequest(lost), ["same"]);
    await expect(read).rejects.toMatchObject({ name: "StoreUnavailableError" });
    expect((await placements.stores.catalog.titlesByIds(testRequest(SHARED), ["same"])).size).toBe(1);
  });
});

describe("a transaction", () => {
  it("runs where its tenant is now, and not where it was", async () => {
    const { ISOLATED: tenant } = tenants;
    const stale = { ...tenant, epoch: tenant.epoch - 1, schema: "shared" };
    await placements.stores.accounts.putProfiles(stale, [adultProfile("late")]);
    const [home] = placements.databases;
    const rows = await home!.query(`select from ${tenant.schema}.profiles where id = 'late'`);
    expect(rows).toHaveLength(1);
    expect(await home!.query("select from shared.profiles where id = 'late'")).toHaveLength(0);
  });

  it("goes on at servers of the tenant's own that whoever was moving it has closed, and died", async () => {
    const { DEDICATED: tenant } = tenants;
    const own = placements.databaseOf(tenant);
    await own.query("update marquee.tenants set fenced = 0");
    await placements.stores.accounts.putProfiles(tenant, [adultProfile("patient")]);
    expect(await own.query("select from shared.profiles where id = 'patient'")).toHaveLength(1);
  });
});

describe("a suspended tenant", () => {
  it("is there for those who run it, and for nobody else, in every process", async () => {
    const { stores } = placements;
    const other = await placements.open();
    await other.warm();
    const tenant = await placements.create("SHARED");
    expect(await other.tenants.bySlug(tenant.slug)).not.toBeNull();
    await stores.tenants.setState(tenant, "SUSPENDED");
    await expect.poll(() => other.tenants.bySlug(tenant.slug)).toBeNull();
    expect(await other.tenants.named(tenant.slug)).toMatchObject({ state: "SUSPENDED" });
    await stores.tenants.setState(tenant, "ACTIVE");
    await expect.poll(() => other.tenants.bySlug(tenant.slug)).not.toBeNull();
  });
});

describe("deleting", () => {
  it.each(TIERS)(
    "a tenant that is %s leaves nothing of it in any store, and others as they were",
    async (tier) => {
      const { stores, databases } = placements;
      const tenant = await filled(tier);
      const targets = [...(await stores.at(tenant)).projections];
      const held = await Promise.all(
        targets.map(async (target) => target.embedded || (await target.held(tenant)) > 0),
      );
      expect(held.every(Boolean)).toBe(true);
      const { rows, tables } = await stores.removeTenant(tenant);
      if (tier !== "ISOLATED") expect(rows).toBeGreaterThan(14);
      expect(tables).toBeGreaterThan(30);
      expect(await stores.tenants.byId(tenant.id)).toBeNull();
      // By other means than its own: every row of every table as text.
      for (const database of databases) expect(await mentions(database, tenant)).toEqual([]);
      if (tier !== "DEDICATED")
        expect(await Promise.all(targets.map((target) => target.held(tenant)))).toEqual(targets.map(() => 0));
      expect((await answersOf(stores, tenants.SHARED)).names).toEqual(Array(4).fill(tenants.SHARED.slug));
    },
  );

  it("several that have schemas of their own at once ends with none of them", async () => {
    const { stores } = placements;
    const doomed = await Promise.all(Array.from({ length: 4 }, () => placements.create("ISOLATED")));
    await Promise.all(doomed.map((tenant) => stores.removeTenant(tenant)));
    for (const { id } of doomed) expect(await stores.tenants.byId(id)).toBeNull();
  });
});

/** Tables with a row that has a tenant's name anywhere in it. */
async function mentions(
  database: { query<R extends object>(text: string, values?: unknown[]): Promise<R[]> },
  { slug }: Tenant,
): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query(`select from ${name} t where strpos(t::text, $1) > 0 limit 1`, [slug]);
    if (rows.length > 0) found.push(name);
  }
  return found;
}
