import { beforeEach, describe, expect, it } from "vitest";

import { type TitleTarget } from "../../datasources/catalog/title-editing.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type LineLeftAlone } from "../../importer/import.js";
import { importTitles, type TitleImportOptions } from "../../importer/import-titles.js";
import { linesOf } from "../../importer/ndjson.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

const FRANCE = [{ countries: ["FR"], from: "2020-01-01T00:00:00.000Z", until: null }];
const FULL = {
  id: "a",
  kind: "MOVIE",
  name: "x",
  maturityRating: "R",
  synopsis: "s",
  genres: ["Drama"],
  licences: FRANCE,
};
const BARE = { id: "a", kind: "MOVIE", name: "y" };

function load(lines: readonly object[], options: TitleImportOptions = {}) {
  return importTitles(stores, tenant, linesOf(lines, lines.length), options);
}

/** As the facts have it: what follows them is not waited for. */
async function titleOf(id: string) {
  for await (const [title] of stores.titleVersions.inForce(tenant, [id])) return title;
  return undefined;
}

async function latestOf(id: string): Promise<number> {
  const { rows } = await stores.titleEditing.versions(testRequest(tenant), id, { limit: 1, fromEnd: false });
  return rows[0]?.version ?? 0;
}

const target: TitleTarget = {
  id: "a",
  field: "title",
  expectedVersion: null,
  effectiveFrom: null,
  by: "command",
};
const archive = () => stores.titleEditing.setState(tenant, target, "ARCHIVED");
const license = (countries: string[]) =>
  stores.titleEditing.setLicence(tenant, {
    ...target,
    countries,
    from: "2021-01-01T00:00:00.000Z",
    until: null,
  });
async function put(
  fields: Record<string, unknown>,
  unlock: Parameters<typeof stores.titleEditing.put>[1]["unlock"] = [],
) {
  const expectedVersion = (await latestOf("a")) || null;
  return stores.titleEditing.put(tenant, { ...target, expectedVersion, mayCreate: true, fields, unlock });
}

describe("what a line does not say", () => {
  it("stays as it is: rating, synopsis, genres and licences", async () => {
    await load([FULL]);
    expect(await load([BARE])).toMatchObject({ imported: 1 });
    expect(await titleOf("a")).toMatchObject({
      name: "y",
      maturityRating: "R",
      synopsis: "s",
      genres: [{ name: "Drama" }],
      licences: FRANCE,
    });
  });

  it("is emptied by an import that replaces, but for who may meet the title", async () => {
    await load([{ ...FULL, state: "ARCHIVED", tags: ["t"], studio: "Pier Nine" }]);
    expect(await load([BARE], { replace: true })).toMatchObject({ imported: 1 });
    expect(await titleOf("a")).toMatchObject({
      name: "y",
      synopsis: null,
      genres: [],
      tags: [],
      studio: null,
      maturityRating: "R",
      state: "ARCHIVED",
      licences: FRANCE,
    });
    expect(await load([BARE], { replace: true })).toMatchObject({ imported: 0, unchanged: 1 });
  });

  it("is emptied by null, as in putTitle", async () => {
    await load([FULL]);
    await load([{ ...BARE, synopsis: null, maturityRating: null }]);
    expect(await titleOf("a")).toMatchObject({ synopsis: null, maturityRating: "NR", licences: FRANCE });
  });

  it("goes on in versions of one file, and in those that are to come", async () => {
    await load([
      { ...FULL, effectiveFrom: "2020-01-01" },
      { ...BARE, effectiveFrom: "2022-01-01" },
    ]);
    const later = { ...BARE, name: "z", effectiveFrom: "2200-01-01" };
    await load([later]);
    await load([{ ...BARE, synopsis: "new" }]);
    expect(await titleOf("a")).toMatchObject({ name: "y", synopsis: "new", licences: FRANCE });
    const at = "2200-01-02T00:00:00.000Z";
    const asOf = await stores.titleVersions.titlesAsOf(testRequest(tenant), [{ id: "a", at }]);
    expect(asOf.get(`a ${at}`)).toMatchObject({ name: "z", synopsis: "new", licences: FRANCE });
  });
});

describe("what an editor has set", () => {
  it("is left alone by the same bytes, which say so", async () => {
    await load([FULL]);
    await archive();
    await license(["JP"]);
    const told: LineLeftAlone[] = [];
    const line = { ...FULL, state: "PUBLISHED", genres: ["Crime"] };
    const report = await load([line], { onLeftAlone: (left) => told.push(left) });
    expect(report).toMatchObject({ imported: 1, badLines: 0, linesLeftAlone: 1 });
    expect([...report.leftAlone]).toEqual([
      ["licences", 1],
      ["state", 1],
    ]);
    expect(told).toEqual([{ line: 1, fields: ["licences", "state"] }]);
    const { licences } = (await titleOf("a"))!;
    expect(await titleOf("a")).toMatchObject({ state: "ARCHIVED", genres: [{ name: "Crime" }] });
    expect(licences.map(({ countries }) => countries)).toEqual([["FR"], ["JP"]]);
    expect(await load([line])).toMatchObject({ imported: 0, unchanged: 1, linesLeftAlone: 1 });
  });

  it("is left alone by an import that replaces as well", async () => {
    await load([FULL]);
    await put({ synopsis: "by hand" });
    const report = await load([{ ...BARE, name: "x" }], { replace: true });
    expect(await titleOf("a")).toMatchObject({ synopsis: "by hand", genres: [] });
    expect(report.linesLeftAlone).toBe(0);
  });

  it("belongs to imports again once it was given back", async () => {
    await load([FULL]);
    expect(await archive()).toMatchObject({ lockedFields: ["state"] });
    expect(await put({ name: "By hand" })).toMatchObject({ lockedFields: ["name", "state"] });
    await load([{ ...FULL, name: "z", state: "PUBLISHED" }]);
    expect(await titleOf("a")).toMatchObject({ name: "By hand", state: "ARCHIVED" });
    expect(await put({}, ["state"])).toMatchObject({ lockedFields: ["name"] });
    const page = { limit: 1, fromEnd: false };
    expect((await stores.titleEditing.titles(testRequest(tenant), page)).rows).toMatchObject([
      { lockedFields: ["name"] },
    ]);
    await load([{ ...FULL, name: "z", state: "PUBLISHED" }]);
    expect(await titleOf("a")).toMatchObject({ name: "By hand", state: "PUBLISHED" });
  });

  it("is held by who said the same as well, and a draft made by hand is not published by an import", async () => {
    expect(await put({ kind: "MOVIE", name: "x" })).toMatchObject({
      lockedFields: ["kind", "name", "state"],
    });
    expect(await load([{ ...FULL, state: "PUBLISHED" }])).toMatchObject({ imported: 1, linesLeftAlone: 1 });
    expect(await titleOf("a")).toMatchObject({ state: "DRAFT", synopsis: "s", licences: FRANCE });
  });
});

describe("lines that are refused", () => {
  const season = { seasons: [{ number: 1, episodes: [] }] };

  it("are those of a film with seasons, new or become one", async () => {
    const report = await load([
      { ...FULL, id: "film", ...season },
      { ...FULL, id: "series", kind: "SERIES", ...season },
    ]);
    expect(report).toMatchObject({
      imported: 1,
      badLines: 1,
      bad: [{ line: 1, problems: [{ field: "seasons" }] }],
    });
    const again = await load([{ ...FULL, id: "series" }]);
    expect(again).toMatchObject({ imported: 0, bad: [{ line: 1, problems: [{ field: "seasons" }] }] });
    expect(await titleOf("series")).toMatchObject({ kind: "SERIES", seasons: [{ number: 1 }] });
  });

  it("are changes of a title that leads to another, which the report names", async () => {
    await load([FULL, { ...FULL, id: "b" }]);
    await stores.titleEditing.merge(tenant, { keep: "a", merge: "b", expectedVersion: null, by: "command" });
    expect(await load([FULL, { ...FULL, id: "b" }])).toMatchObject({
      imported: 0,
      unchanged: 2,
      badLines: 0,
    });
    const report = await load([{ ...FULL, id: "b", synopsis: "lost" }]);
    expect(report).toMatchObject({ imported: 0, badLines: 1 });
    expect(report.bad[0]?.problems[0]?.accepted).toContain("merged into, a");
    expect(await latestOf("b")).toBe(1);
  });
});
