import pg from "pg";
import { beforeEach, describe, expect, inject, it } from "vitest";

import { TITLE_FIELD_NAMES, TITLE_FIELDS } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
const superuser = useSuperuser();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

/** How many versions are added. */
async function added(versions: Parameters<typeof stores.titleVersions.append>[1]): Promise<number> {
  const outcomes = await stores.titleVersions.append(tenant, versions);
  return outcomes.filter((outcome) => "added" in outcome && outcome.added).length;
}

const append = (fields: Parameters<typeof titleBody>[0], effectiveFrom: string | null = null) => ({
  body: titleBody(fields),
  effectiveFrom,
});

async function inForce(ids?: string[]) {
  const titles = [];
  for await (const batch of stores.titleVersions.inForce(tenant, ids)) titles.push(...batch);
  return titles;
}

async function asOf(id: string, at: string) {
  const request = testRequest(tenant);
  const found = await stores.titleVersions.titlesAsOf(request, [{ id, at }]);
  expect(request.calls.calls).toHaveLength(1);
  return found.get(`${id} ${at}`);
}

describe("append", () => {
  it("adds a new title in force since it joined the catalogue", async () => {
    expect(await added([append({ id: "a" })])).toBe(1);
    expect(await asOf("a", "2019-12-31T23:59:59Z")).toBeUndefined();
    expect(await asOf("a", "2020-01-01T00:00:00Z")).toEqual({
      ...titleBody({ id: "a" }),
      version: 1,
    });
  });

  it("adds nothing for what repeats a version from before there were some of the fields", async () => {
    await stores.titleVersions.append(tenant, [append({ id: "a" })]);
    const silent = TITLE_FIELD_NAMES.filter((name) => TITLE_FIELDS[name].absent !== undefined);
    const before = Object.fromEntries(silent.map((name) => [name, TITLE_FIELDS[name].absent]));
    const body = { ...titleBody({ id: "a" }), ...before };
    const admin = new pg.Client({ connectionString: inject("postgresUrl") });
    await admin.connect();
    await admin.query("update shared.title_versions set body = body - $1::text[] where tenant_id = $2", [
      silent,
      tenant.id,
    ]);
    await admin.end();
    expect(await added([{ body, effectiveFrom: null }])).toBe(0);
    expect(await inForce()).toEqual([{ ...body, revision: 1, latestVersion: 1 }]);
  });

  it("adds nothing for what repeats parts from before there were some of their fields", async () => {
    const credits = [{ role: "ACTOR" as const, character: null, person: { id: "p", name: "P" } }];
    const seasons = [
      {
        id: "a.s1",
        number: 1,
        name: "One",
        episodes: [{ id: "a.s1e1", number: 1, name: "Pilot", runtimeMinutes: null }],
      },
    ];
    const body = titleBody({ id: "a", kind: "SERIES", credits, seasons });
    await stores.titleVersions.append(tenant, [{ body, effectiveFrom: null }]);
    await superuser.query(
      `update shared.title_versions set body = body #- '{credits,0,character}' #- '{seasons,0,episodes,0,runtimeMinutes}'
                                             #- '{licences,0,until}' where tenant_id = ${tenant.id}`,
    );
    expect(await added([{ body, effectiveFrom: null }])).toBe(0);
  });

  it("adds nothing for what is in force already, however its keys are ordered", async () => {
    const { name, ...rest } = titleBody({ id: "a" });
    await stores.titleVersions.append(tenant, [append({ id: "a" })]);
    expect(await added([{ body: { name, ...rest }, effectiveFrom: null }])).toBe(0);
    const inBetween = { body: titleBody({ id: "a" }), effectiveFrom: "2022-01-01T00:00:00Z" };
    expect(await added([inBetween])).toBe(0);
  });

  it("numbers versions one by one and takes several of a title in one batch in their order", async () => {
    const versions = [
      append({ id: "a", name: "First" }, "2020-01-01T00:00:00Z"),
      append({ id: "a", name: "Second" }, "2022-01-01T00:00:00Z"),
      append({ id: "a", name: "Second" }, "2023-01-01T00:00:00Z"),
      append({ id: "b" }),
      append({ id: "a", name: "Third" }, "2200-01-01T00:00:00Z"),
    ];
    expect(await added(versions)).toBe(4);
    expect(await asOf("a", "2021-06-01T00:00:00Z")).toMatchObject({ name: "First", version: 1 });
    expect(await asOf("a", "2024-06-01T00:00:00Z")).toMatchObject({ name: "Second", version: 2 });
    expect(await asOf("a", "2200-01-01T00:00:00Z")).toMatchObject({ name: "Third", version: 3 });
    expect(await inForce()).toMatchObject([{ id: "a", name: "Second" }, { id: "b" }]);
    expect(await added(versions)).toBe(0);
  });

  it("changes a known title from now on", async () => {
    await stores.titleVersions.append(tenant, [append({ id: "a", name: "Old" })]);
    const before = new Date().toISOString();
    expect(await added([append({ id: "a", name: "New" })])).toBe(1);
    expect(await asOf("a", before)).toMatchObject({ name: "Old" });
    expect(await inForce(["a"])).toMatchObject([{ name: "New", revision: 2, latestVersion: 2 }]);
  });

  it("adds nothing for a title that is announced and said again", async () => {
    const announced = append({ id: "a", addedAt: "2200-01-01T00:00:00.000Z" });
    expect(await added([announced])).toBe(1);
    expect(await added([announced])).toBe(0);
    expect(await inForce()).toEqual([]);
  });

  it("keeps version numbers unique when several write at once", async () => {
    const writers = Array.from({ length: 6 }, (_, writer) =>
      added([append({ id: "a", name: `By ${writer}` }, `2021-01-0${writer + 1}T00:00:00Z`)]),
    );
    expect((await Promise.all(writers)).reduce((sum, count) => sum + count, 0)).toBe(6);
    expect(await asOf("a", "2021-01-03T00:00:00Z")).toMatchObject({ name: "By 2" });
  });
});

describe("inForce", () => {
  it("answers all titles in batches ordered by id, and of those named the ones there are", async () => {
    const ids = Array.from({ length: 2_300 }, (_, index) => `t${String(index).padStart(5, "0")}`);
    expect(await added(ids.map((id) => append({ id })))).toBe(2_300);
    const sizes = [];
    const seen: string[] = [];
    for await (const batch of stores.titleVersions.inForce(tenant)) {
      sizes.push(batch.length);
      seen.push(...batch.map((title) => title.id));
    }
    expect(sizes).toEqual([1_000, 1_000, 300]);
    expect(seen).toEqual(ids);
    expect((await inForce(["t00007", "missing", "t00003", "t00007"])).map((title) => title.id)).toEqual([
      "t00003",
      "t00007",
    ]);
  });

  it("answers no other tenant's titles", async () => {
    await stores.titleVersions.append(tenant, [append({ id: "a" })]);
    tenant = await createTestTenant(stores);
    expect(await inForce()).toEqual([]);
    expect(await inForce(["a"])).toEqual([]);
    expect(await asOf("a", "2024-01-01T00:00:00Z")).toBeUndefined();
  });
});
