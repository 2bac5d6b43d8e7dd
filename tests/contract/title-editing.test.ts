import { beforeEach, describe, expect, it } from "vitest";

import { type EditedTitle, type TitleTarget } from "../../datasources/catalog/title-editing.js";
import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const ALL = { limit: 100, fromEnd: false };
const stores = useStores();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

const FILM = { kind: "MOVIE", name: "First" };
const BY = "command" as const;

function put(
  fields: Record<string, unknown>,
  expectedVersion: number | null = null,
  effectiveFrom: string | null = null,
): Promise<EditedTitle> {
  const target = { id: "a", field: "externalId", mayCreate: true, expectedVersion, effectiveFrom, by: BY };
  return stores.titleEditing.put(tenant, { ...target, fields });
}

const target = (more: Partial<TitleTarget> = {}): TitleTarget => ({
  id: "a",
  field: "title",
  expectedVersion: null,
  effectiveFrom: null,
  by: BY,
  ...more,
});

async function refused(work: Promise<unknown>): Promise<Refusal> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Refusal)) throw new Error(`Not refused: ${String(error)}`);
  return error;
}

async function asOf(at: string) {
  return (await stores.titleVersions.titlesAsOf(testRequest(tenant), [{ id: "a", at }])).get(`a ${at}`);
}

async function projected() {
  for await (const [title] of stores.titleVersions.inForce(tenant, ["a"])) return title;
  return undefined;
}

describe("putTitle", () => {
  it("makes a draft that says where it stands, and gives people and genres the ids of an import", async () => {
    const made = await put({
      ...FILM,
      genres: ["Crime", "crime"],
      credits: [{ person: "Sofia Coppola", role: "DIRECTOR" }],
      studio: "American Zoetrope",
    });
    expect(made).toMatchObject({
      version: 1,
      title: { state: "DRAFT", name: "First", maturityRating: "NR" },
    });
    expect(made.title?.genres).toHaveLength(1);
    expect(made.title?.credits[0]?.person.id).toMatch(/^[\w-]{12}$/);
    expect(made.title?.licences).toMatchObject([{ countries: [tenant.defaultCountry] }]);
    expect(made.xid).toBeGreaterThan(0);
    expect(await projected()).toMatchObject({ name: "First", revision: 1, latestVersion: 1 });
  });

  it("changes the fields given and leaves the others; what says nothing new adds no version", async () => {
    const made = await put({ ...FILM, synopsis: "One.", tags: ["x"] });
    expect(await put({ name: "Second", synopsis: null }, made.version)).toMatchObject({
      version: 2,
      title: { name: "Second", synopsis: null, tags: ["x"] },
    });
    const same = await put({ name: "Second" }, 2);
    expect(same.version).toBe(2);
    expect(same.xid).toBeGreaterThanOrEqual(made.xid ?? Infinity);
  });

  it("tells whoever expected another version the current one, and changes nothing", async () => {
    await put(FILM);
    await put({ name: "Second" }, 1);
    for (const expected of [null, 1, 3, 0]) {
      const refusal = await refused(put({ name: "Third" }, expected));
      expect(refusal).toMatchObject({ code: "STALE_VERSION", answer: { version: 2 } });
      expect(refusal.message).toMatch(/Accepted: 2\b/);
    }
    expect(await projected()).toMatchObject({ name: "Second", latestVersion: 2 });
  });

  it("lets exactly one of 20 edits at once win that expect the same version", async () => {
    await put(FILM);
    const edits = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => put({ name: `By ${n}` }, 1)));
    const won = edits.flatMap((edit) => (edit.status === "fulfilled" ? [edit.value] : []));
    expect(won).toHaveLength(1);
    for (const edit of edits) {
      if (edit.status === "rejected")
        expect(edit.reason).toMatchObject({ code: "STALE_VERSION", answer: { version: 2 } });
    }
    expect(await projected()).toMatchObject({ name: won[0]?.title?.name, latestVersion: 2 });
  });

  it("lets exactly one of 20 make a title", async () => {
    const made = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => put({ ...FILM, name: `By ${n}` })),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await stores.titleEditing.versions(testRequest(tenant), "a", ALL)).rows).toHaveLength(1);
  });

  it("names every field that cannot be accepted, and what would be", async () => {
    const { problems } = await refused(
      put({ releaseYear: 1500, genres: [""], credits: [{ person: "", role: "ACTOR" }] }),
    );
    expect(problems.map(({ field }) => field).sort()).toEqual(
      ["credits[0].person", "genres[0]", "kind", "name", "releaseYear"].sort(),
    );
    for (const { code, message } of problems) {
      expect(code).toBe("INVALID");
      expect(message).toContain("Accepted: ");
    }
    const id = {
      id: "a b\0",
      field: "externalId",
      mayCreate: true,
      expectedVersion: null,
      effectiveFrom: null,
      by: BY,
    };
    const refusal = await refused(stores.titleEditing.put(tenant, { ...id, fields: FILM }));
    expect(refusal.problems).toMatchObject([{ field: "externalId", code: "INVALID" }]);
    const seasons = [{ number: 1, episodes: [] }];
    expect(await refused(put({ ...FILM, seasons }))).toMatchObject({ field: "seasons", code: "INVALID" });
    expect(await projected()).toBeUndefined();
  });

  it("finds no title that is missing, another tenant's, or impossible", async () => {
    await put(FILM);
    tenant = await createTestTenant(stores);
    for (const id of ["a", "", "\0", "\ud800"]) {
      const refusals = [
        refused(stores.titleEditing.setState(tenant, target({ id }), "PUBLISHED")),
        refused(stores.titleEditing.put(tenant, { ...target({ id }), mayCreate: false, fields: FILM })),
      ];
      for (const refusal of await Promise.all(refusals))
        expect(refusal).toMatchObject({ field: "title", code: "TITLE_NOT_FOUND" });
    }
  });
});

describe("versions in time", () => {
  it("schedules a version, which goes on from what is in force then", async () => {
    await put({ ...FILM, synopsis: "One." });
    const soon = new Date(Date.now() + 1_500).toISOString();
    const scheduled = await put({ name: "Later" }, 1, soon);
    expect(scheduled).toMatchObject({ version: 2, title: { name: "First" } });
    expect(await projected()).toMatchObject({ name: "First", latestVersion: 2 });
    // An edit in between is not undone when the scheduled version comes into force.
    expect(await put({ synopsis: "Two.", name: "Between" }, 2)).toMatchObject({
      title: { name: "Between", synopsis: "Two." },
    });
    await expect.poll(async () => (await projected())?.name, { timeout: 10_000 }).toBe("Later");
    expect(await projected()).toMatchObject({ name: "Later", synopsis: "Two." });
  });

  it("answers nothing in force for a title that is all to come", async () => {
    const made = await put(FILM, null, "2200-01-01T00:00:00.000Z");
    expect(made).toMatchObject({ title: null, version: 1 });
    expect(await projected()).toBeUndefined();
    expect(await asOf("2200-01-01T00:00:00.000Z")).toMatchObject({ name: "First" });
  });

  it("takes in what held already: from then on, until a later version says otherwise", async () => {
    await put({ ...FILM, tags: ["x"] }, null, "2020-01-01T00:00:00.000Z");
    await put({ name: "Third" }, 1, "2024-01-01T00:00:00.000Z");
    const { version, title } = await put(
      { name: "Second", releaseYear: 1999 },
      2,
      "2022-01-01T00:00:00.000Z",
    );
    expect(title).toMatchObject({ name: "Third", releaseYear: 1999, tags: ["x"] });
    expect(await asOf("2021-01-01T00:00:00.000Z")).toMatchObject({ name: "First", releaseYear: null });
    expect(await asOf("2023-01-01T00:00:00.000Z")).toMatchObject({ name: "Second", releaseYear: 1999 });
    expect(await asOf("2025-01-01T00:00:00.000Z")).toMatchObject({ name: "Third", releaseYear: 1999 });
    await put({ name: "Zeroth" }, version, "2010-01-01T00:00:00.000Z");
    expect(await asOf("2015-01-01T00:00:00.000Z")).toMatchObject({ name: "Zeroth" });
    expect(await asOf("2021-01-01T00:00:00.000Z")).toMatchObject({ name: "First" });
  });

  it("numbers versions together with imports that run beside", async () => {
    await put(FILM);
    const imported = titleBody({ id: "a" });
    const writers = Array.from({ length: 8 }, (_, n) =>
      n % 2
        ? stores.titleVersions.append(tenant, [
            { body: { ...imported, runtimeMinutes: n }, effectiveFrom: null },
          ])
        : stores.titleEditing.setLicence(tenant, {
            ...target(),
            countries: ["US"],
            from: null,
            until: `22${n}0-01-01T00:00:00.000Z`,
          }),
    );
    await Promise.all(writers);
    const { rows: versions } = await stores.titleEditing.versions(testRequest(tenant), "a", ALL);
    expect(versions.map(({ version }) => version)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });
});

describe("states", () => {
  it("lead from draft to published to archived and back, and saying it twice adds nothing", async () => {
    await put(FILM);
    expect(await refused(stores.titleEditing.setState(tenant, target(), "ARCHIVED"))).toMatchObject({
      code: "WRONG_STATE",
    });
    const steps = ["PUBLISHED", "PUBLISHED", "ARCHIVED", "ARCHIVED", "PUBLISHED"] as const;
    const answers = [];
    for (const state of steps) {
      const { version, title } = await stores.titleEditing.setState(tenant, target(), state);
      answers.push([version, title?.state]);
    }
    expect(answers).toEqual([
      [2, "PUBLISHED"],
      [2, "PUBLISHED"],
      [3, "ARCHIVED"],
      [3, "ARCHIVED"],
      [4, "PUBLISHED"],
    ]);
    const stale = stores.titleEditing.setState(tenant, target({ expectedVersion: 2 }), "ARCHIVED");
    expect(await refused(stale)).toMatchObject({ answer: { version: 4 } });
  });
});

describe("setLicence", () => {
  const licence = (countries: string[] | null, from: string | null, until: string | null) =>
    stores.titleEditing.setLicence(tenant, { ...target(), countries, from, until });

  it("stands in the place of what its countries had, or of everything", async () => {
    await put({ ...FILM, licences: [{ countries: ["DE", "US"], from: "2020-01-01", until: null }] });
    const limited = await licence(["US", "FR"], "2021-01-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z");
    expect(limited.title?.licences).toEqual([
      { countries: ["DE"], from: "2020-01-01T00:00:00.000Z", until: null },
      { countries: ["US", "FR"], from: "2021-01-01T00:00:00.000Z", until: "2022-01-01T00:00:00.000Z" },
    ]);
    const everywhere = await licence(null, "2019-01-01T00:00:00.000Z", null);
    expect(everywhere.title?.licences).toEqual([
      { countries: ["*"], from: "2019-01-01T00:00:00.000Z", until: null },
    ]);
  });

  it("refuses one that ends before it begins", async () => {
    await put(FILM);
    const refusal = await refused(licence(["US"], "2021-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"));
    expect(refusal).toMatchObject({ field: "until", code: "INVALID" });
  });
});

describe("editors' lists", () => {
  it("answer titles in any state by pages, and what is to come, in one store call", async () => {
    const make = (id: string, effectiveFrom: string | null = null) =>
      stores.titleEditing.put(tenant, { ...target({ id, effectiveFrom }), mayCreate: true, fields: FILM });
    await make("b");
    await make("c", "2200-01-01T00:00:00.000Z");
    await make("a");
    const request = testRequest(tenant);
    const first = await stores.titleEditing.titles(request, { limit: 2, fromEnd: false });
    expect(first).toMatchObject({ rows: [{ title: { id: "a" } }, { title: { id: "b" } }], hasMore: true });
    const page = { limit: 2, fromEnd: false, after: first.rows[1]!.position };
    expect(await stores.titleEditing.titles(testRequest(tenant), page)).toMatchObject({
      rows: [
        { title: { id: "c", state: "DRAFT" }, version: 1, effectiveFrom: "2200-01-01T00:00:00.000000Z" },
      ],
      hasMore: false,
    });
    expect(request.calls.calls).toHaveLength(1);
  });
});
