import { beforeEach, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { entityId } from "../../datasources/catalog/entity-id.js";
import { importTitles } from "../../importer/import-titles.js";
import { linesOf } from "../../importer/ndjson.js";
import { editorAudience, project } from "../support/catalogue.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

interface Said {
  genres?: string[];
  studio?: string;
  person?: string;
}

function line(id: string, { genres = [], studio, person }: Said) {
  const credits = person === undefined ? [] : [{ person, role: "ACTOR" }];
  return { id, kind: "MOVIE", name: `Lantern ${id}`, genres, studio, credits };
}

const TIDY: Said = { genres: ["Drama"], studio: "Paramount Pictures", person: "Tom Hanks" };
const UNTIDY: Said = { genres: ["drama"], studio: "paramount PICTURES", person: "tom HANKS " };

/** Imports lines, and carries to the projections what they and their names have changed. */
async function load(lines: readonly object[]) {
  const report = await importTitles(stores, tenant, linesOf(lines, lines.length));
  await project(stores, tenant, ["a", "b", "c", "d"]);
  return report;
}

async function revisionOf(id: string) {
  return (await stores.titleVersions.revisions(tenant, [id])).get(id);
}

async function edit(id: string, fields: Record<string, unknown>) {
  const page = { limit: 1, fromEnd: false };
  const { rows } = await stores.titleEditing.versions(testRequest(tenant), id, page);
  const target = { id, field: "title", mayCreate: false, effectiveFrom: null, by: "command" } as const;
  return stores.titleEditing.put(tenant, { ...target, expectedVersion: rows[0]!.version, fields });
}

/** Everything that says a name: titles, lists of names, facets of searches, and the facts as of an instant. */
async function shown(...ids: string[]) {
  const request = () => testRequest(tenant);
  const titles = await stores.catalog.titlesByIds(request(), ids);
  const at = new Date().toISOString();
  const asOf = await stores.titleVersions.titlesAsOf(
    request(),
    ids.map((id) => ({ id, at })),
  );
  const wanted = [
    { type: "Genre" as const, id: entityId("Drama") },
    { type: "Studio" as const, id: entityId("Paramount Pictures") },
    { type: "Person" as const, id: entityId("Tom Hanks") },
  ];
  const names = await stores.catalog.namesByIds(request(), editorAudience(), wanted);
  const genres = await stores.catalog.genres(request(), editorAudience());
  const saying = [...titles.values(), ...asOf.values()];
  return {
    genres: new Set([...saying.flatMap((title) => title.genres), ...genres].map(({ name }) => name)),
    studios: new Set(saying.map(({ studio }) => studio?.name)),
    people: new Set(saying.flatMap(({ credits }) => credits.map(({ person }) => person.name))),
    names: [...names.values()].map(({ name }) => name).sort(),
  };
}

async function facet() {
  const wants = { total: true, facets: true, highlights: false, didYouMean: false };
  const query = { text: "lantern", filter: {}, limit: 5, wants };
  const { facets } = await stores.search.search(testRequest(tenant), editorAudience(), query);
  const [genres] = facets.filter(({ field }) => field === "genre");
  return genres?.buckets.map(({ value, count }) => [value, count]);
}

const ONE = {
  genres: new Set(["Drama"]),
  studios: new Set(["Paramount Pictures"]),
  people: new Set(["Tom Hanks"]),
  names: ["Drama", "Paramount Pictures", "Tom Hanks"],
};

describe("a name", () => {
  it("is the most frequent spelling, whichever line came first or last, and facets do not split", async () => {
    await load([line("a", UNTIDY), line("b", TIDY), line("c", TIDY)]);
    expect(await shown("a", "b", "c")).toEqual(ONE);
    await load([line("d", UNTIDY)]);
    expect(await shown("a", "b", "c", "d")).toEqual(ONE);
    expect(await facet()).toEqual([["Drama", 4]]);
  });

  it("changes for all titles when another spelling becomes the most frequent", async () => {
    await load([line("a", { genres: ["drama"] })]);
    expect((await shown("a")).genres).toEqual(new Set(["drama"]));
    expect(await revisionOf("a")).toBe(1);
    await load([line("b", { genres: ["Drama"] }), line("c", { genres: ["Drama"] })]);
    // Nothing was said about it, and yet the projections are told.
    expect(await revisionOf("a")).toBe(2);
    expect((await shown("a", "b", "c")).genres).toEqual(new Set(["Drama"]));
    expect(await facet()).toEqual([["Drama", 3]]);
    await load([line("b", { genres: ["drama"] })]);
    expect((await shown("a", "b", "c")).genres).toEqual(new Set(["drama"]));
  });

  it("is of equally frequent spellings the first by its bytes, in whatever order they come", async () => {
    for (const genres of [["drama"], ["Drama"]]) {
      tenant = await createTestTenant(stores);
      await load([line("a", { genres })]);
      await load([line("b", { genres: genres[0] === "drama" ? ["Drama"] : ["drama"] })]);
      expect((await shown("a", "b")).genres).toEqual(new Set(["Drama"]));
    }
  });

  it("is an editor's, whatever imports say", async () => {
    await load([line("a", TIDY), line("b", TIDY)]);
    const edited = await edit("b", { genres: ["DRAMA"] });
    expect(edited.title?.genres).toMatchObject([{ name: "DRAMA" }]);
    expect(edited.title?.studio).toMatchObject({ name: "Paramount Pictures" });
    await stores.titleSchedule.takeEffect(tenant);
    expect(await revisionOf("a")).toBe(2);
    await load([line("c", TIDY), line("d", UNTIDY)]);
    expect((await shown("a", "b", "c", "d")).genres).toEqual(new Set(["DRAMA"]));
    expect(await facet()).toEqual([["DRAMA", 4]]);
  });

  it("is no change of a title: the same line adds no version", async () => {
    await load([line("a", UNTIDY), line("b", TIDY), line("c", TIDY)]);
    expect(await load([line("a", UNTIDY)])).toMatchObject({ imported: 0, unchanged: 1 });
    const page = { limit: 9, fromEnd: false };
    expect((await stores.titleEditing.versions(testRequest(tenant), "a", page)).rows).toHaveLength(1);
  });

  it("is each tenant's own", async () => {
    await load([line("a", { genres: ["DRAMA"] })]);
    tenant = await createTestTenant(stores);
    await load([line("a", { genres: ["drama"] })]);
    expect((await shown("a")).genres).toEqual(new Set(["drama"]));
  });
});
