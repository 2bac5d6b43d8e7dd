import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { importEventsFile, importTitlesFile, type BadLine } from "../../importer/import.js";
import { entityId } from "../../datasources/catalog/entity-id.js";
import { viewerAccount } from "../support/accounts.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { importFiles } from "../../src/cli/import-files.js";

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "marquee-import-"));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  tenant = await createTestTenant(stores);
});

const film = (id: string, fields: object = {}) =>
  JSON.stringify({ id, kind: "MOVIE", name: `Film ${id}`, ...fields });
const watch = (id: string, fields: object = {}) =>
  JSON.stringify({ id, profile: "u1", title: "a", at: "2026-05-01T20:11:00Z", ...fields });

async function fileOf(lines: readonly string[]): Promise<string> {
  const file = path.join(folder, "lines.ndjson");
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

const importTitles = async (lines: readonly string[], options = {}, into: Partial<Stores> = {}) =>
  importTitlesFile({ ...stores, ...into }, tenant, await fileOf(lines), options);
const importEvents = async (lines: readonly string[], into: Partial<Stores> = {}) =>
  importEventsFile({ ...stores, ...into }, tenant, await fileOf(lines));

async function titleOf(id: string) {
  return (await stores.catalog.titlesByIds(testRequest(tenant), [id])).get(id);
}

/** An error as PostgreSQL's driver throws it. */
function refusal(message: string): Error {
  return Object.assign(new Error(message), { code: "22000" });
}

describe("importTitlesFile", () => {
  it("imports 997 of 1,000 lines and names the 3 that are bad", async () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => film(`t${index}`));
    lines[9] = film("t9", { kind: "FILM" });
    lines[499] = '{"id": "t499",';
    lines[998] = film("t998", { credits: [{ person: "X", role: "GAFFER" }] });
    const told: BadLine[] = [];
    const report = await importTitles(lines, { onBad: (bad: BadLine) => told.push(bad) });
    expect(report).toMatchObject({ read: 1_000, imported: 997, unchanged: 0, badLines: 3 });
    expect(report.bad).toMatchObject([
      { line: 10, problems: [{ field: "kind", found: '"FILM"', accepted: "one of MOVIE, SERIES" }] },
      { line: 500, problems: [{ field: "", found: '{"id": "t499",' }] },
      { line: 999, problems: [{ field: "credits[0].role", found: '"GAFFER"' }] },
    ]);
    expect(told).toEqual(report.bad);
    expect(await titleOf("t9")).toBeUndefined();
    expect(await titleOf("t999")).toMatchObject({ name: "Film t999", revision: 1 });
  });

  it("keeps external ids, gives names ids, and makes a title without licences available in the tenant's own country", async () => {
    await importTitles([
      film("tt1", {
        kind: "SERIES",
        genres: ["Crime", "crime "],
        studio: "Universal",
        credits: [{ person: "Martin Scorsese", role: "DIRECTOR" }],
        maturityRating: null,
        seasons: [
          {
            number: 1,
            episodes: [
              { number: 2, name: "Two" },
              { number: 1, name: "One" },
            ],
          },
        ],
      }),
      film("tt2", { licences: [] }),
    ]);
    expect(await titleOf("tt1")).toMatchObject({
      id: "tt1",
      state: "PUBLISHED",
      maturityRating: "NR",
      genres: [{ id: entityId("Crime") }],
      studio: { id: entityId("Universal"), name: "Universal" },
      credits: [{ person: { id: entityId("Martin Scorsese"), name: "Martin Scorsese" }, character: null }],
      licences: [{ countries: [tenant.defaultCountry], until: null }],
      seasons: [{ number: 1, name: "Season 1", episodes: [{ name: "One" }, { name: "Two" }] }],
    });
    expect(await titleOf("tt2")).toMatchObject({ licences: [] });
  });

  it("changes nothing when it is run again, and adds versions for what changed", async () => {
    const lines = [film("a"), film("b"), film("c", { addedAt: "2021-05-05" })];
    await importTitles(lines);
    const before = await titleOf("a");
    expect(await importTitles(lines)).toMatchObject({ imported: 0, unchanged: 3 });
    expect(await titleOf("a")).toEqual(before);
    expect(await importTitles([film("a", { name: "Renamed" }), ...lines.slice(1)])).toMatchObject({
      imported: 1,
      unchanged: 2,
    });
    expect(await titleOf("a")).toMatchObject({ name: "Renamed", latestVersion: 2, addedAt: before?.addedAt });
  });

  it("takes several lines of one title as its versions, and refuses a line that repeats one", async () => {
    const report = await importTitles([
      film("a", { name: "Working title", effectiveFrom: "2020-01-01" }),
      film("a", { name: "Title", effectiveFrom: "2022-01-01" }),
      film("a", { name: "Other title", effectiveFrom: "2022-01-01T00:00:00Z" }),
      film("b"),
      film("b", { name: "Another" }),
      film("b"),
    ]);
    expect(report).toMatchObject({ read: 6, imported: 3, unchanged: 1, badLines: 2 });
    expect(report.bad.map(({ line, problems }) => [line, problems[0]?.field])).toEqual([
      [3, "id"],
      [5, "id"],
    ]);
    expect(report.bad[1]?.problems[0]?.accepted).toContain("line 4");
    const at = "2021-01-01T00:00:00Z";
    const asOf = await stores.titleVersions.titlesAsOf(testRequest(tenant), [{ id: "a", at }]);
    expect(asOf.get(`a ${at}`)).toMatchObject({ name: "Working title", addedAt: "2020-01-01T00:00:00.000Z" });
    expect(await titleOf("a")).toMatchObject({ name: "Title" });
  });

  it("loses no good line because of one that only the store refuses", async () => {
    const titleVersions: Stores["titleVersions"] = {
      titlesAsOf: (request, keys) => stores.titleVersions.titlesAsOf(request, keys),
      inForce: (of, ids) => stores.titleVersions.inForce(of, ids),
      revisions: (of, ids) => stores.titleVersions.revisions(of, ids),
      countInForce: (of) => stores.titleVersions.countInForce(of),
      append(of, versions, options) {
        if (versions.some(({ body }) => body.id === "t13")) return Promise.reject(refusal("unlucky"));
        return stores.titleVersions.append(of, versions, options);
      },
    };
    const lines = Array.from({ length: 50 }, (_, index) => film(`t${index}`));
    const report = await importTitles(lines, {}, { titleVersions });
    expect(report).toMatchObject({
      imported: 49,
      badLines: 1,
      bad: [{ line: 14, problems: [{ found: "unlucky" }] }],
    });
    expect(await titleOf("t49")).toBeDefined();
  });

  it("stops at a failure that is not about the data", async () => {
    const titleVersions = Object.create(stores.titleVersions) as Stores["titleVersions"];
    titleVersions.append = () => Promise.reject(new Error("disk on fire"));
    await expect(importTitles([film("a")], {}, { titleVersions })).rejects.toThrow("disk on fire");
  });

  it("takes a line that holds something deep for a bad one", async () => {
    const deep = `{"id":${"[".repeat(6_000)}${"]".repeat(6_000)},"kind":"MOVIE","name":"Deep"}`;
    const report = await importTitles([film("a"), deep, film("b")]);
    expect(report).toMatchObject({
      imported: 2,
      bad: [{ line: 2, problems: [{ field: "id", found: '[[[["…"]]]]' }] }],
    });
  });

  it("makes titles found by search", async () => {
    await importTitles([film("a", { name: "Casino Royale" })]);
    const audience = { country: "US", maturityLimit: 18, editor: false, now: new Date() };
    const wants = { total: true, facets: false, highlights: false, didYouMean: false };
    const query = { text: "casino", filter: {}, limit: 5, wants };
    const result = await stores.search.search(testRequest(tenant), audience, query);
    expect(result.hits.map((hit) => hit.titleId)).toEqual(["a"]);
  });

  it("counts fields that it passes over", async () => {
    const report = await importTitles(['{"source":"x"}', film("a", { vote: 1 }), film("b", { vote: 2 })]);
    expect([...report.ignoredFields]).toEqual([["vote", 2]]);
    expect(report.read).toBe(2);
  });
});

describe("importEventsFile", () => {
  beforeEach(async () => {
    await importTitles([film("a"), film("b")]);
  });

  it("makes profiles and ratings, and reports titles that are not there", async () => {
    const report = await importEvents([
      watch("e1", { seconds: 600, rating: 4, country: "GB", device: "TV" }),
      watch("e2", { title: "missing" }),
      watch("e3", { title: "b", completed: true }),
      watch("e1", { title: "b" }),
      watch("e4", { at: "2999-01-01T00:00:00Z" }),
    ]);
    expect(report).toMatchObject({ read: 5, imported: 2, badLines: 3 });
    expect(report.bad.map(({ line, problems }) => [line, problems[0]?.field, problems[0]?.found])).toEqual([
      [2, "title", '"missing"'],
      [4, "id", '"e1"'],
      [5, "at", "2999-01-01T00:00:00.000Z"],
    ]);
    expect(report.bad[0]?.problems[0]?.accepted).toContain(tenant.slug);
    const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }]);
    expect(states.get("u1 a")).toMatchObject({
      rating: 4,
      progress: { positionSeconds: 600, completed: false },
    });
    const profiles = await stores.accounts.profilesByIds(testRequest(tenant), ["u1"]);
    expect(profiles.get("u1")).toMatchObject({ country: "GB", accountId: null });
  });

  it("takes an event's rating along when the event moves to another title", async () => {
    await importEvents([watch("e1", { rating: 4 }), watch("e2", { rating: 2, at: "2026-05-02T20:11:00Z" })]);
    const ratings = async () => {
      const keys = ["a", "b"].map((title) => ({ profile: "u1", title }));
      const states = await stores.viewing.titleStates(testRequest(tenant), keys);
      return keys.map(({ title }) => states.get(`u1 ${title}`)?.rating ?? null);
    };
    expect(await ratings()).toEqual([2, null]);
    await importEvents([watch("e2", { title: "b", at: "2026-05-02T20:11:00Z" })]);
    expect(await ratings()).toEqual([null, 2]);
    await importEvents([watch("e2", { title: "b", rating: 5, at: "2026-05-02T20:11:00Z" })]);
    expect(await ratings()).toEqual([null, 5]);
  });

  it("takes an event ahead of the clock for one of now, so that it holds nothing up, and says so", async () => {
    const later = new Date(Date.now() + 23 * 3_600_000).toISOString();
    expect(await importEvents([watch("e1", { at: later, seconds: 600 })])).toMatchObject({
      imported: 1,
      ahead: 1,
      badLines: 0,
    });
    const key = [{ profile: "u1", title: "a" }];
    const [history] = await stores.viewing.shelves(testRequest(tenant), "HISTORY", [
      { profile: "u1", page: { limit: 1, fromEnd: false } },
    ]);
    expect(Date.parse(history!.rows[0]!.at)).toBeLessThanOrEqual(Date.now());
    expect(await importEvents([watch("e2", { at: new Date().toISOString(), seconds: 700 })])).toMatchObject({
      ahead: 0,
    });
    expect((await stores.viewing.titleStates(testRequest(tenant), key)).get("u1 a")?.progress).toMatchObject({
      positionSeconds: 700,
    });
    // Sent again when its time has come, it is still one event.
    expect(await importEvents([watch("e1", { at: later, seconds: 600 })])).toMatchObject({ ahead: 1 });
    const [again] = await stores.viewing.shelves(testRequest(tenant), "HISTORY", [
      { profile: "u1", page: { limit: 1, fromEnd: false } },
    ]);
    expect(again!.rows[0]!.watchedSeconds).toBe(1_300);
  });

  describe("whose profile's account has not always agreed to that", () => {
    const agree = (measurement: boolean) =>
      stores.profiles.setConsents(tenant, "u1", { measurement, textVersion: "2026-05" });
    const on = (day: number, fields: object = {}) =>
      watch(`e${day}`, { at: `2026-05-0${day}T20:11:00Z`, seconds: day * 100, ...fields });
    const kept = async () => {
      const [sums] = await facts.rows<{ watched: number; counted: number | null; events: number }>(
        tenant,
        `select sum(watched_seconds)::int as watched, sum(counted_seconds)::int as counted,
                (select count(*)::int from viewing_events where tenant_id = $1) as events
         from title_progress where tenant_id = $1`,
      );
      return sums;
    };
    beforeEach(() => stores.accounts.putAccounts(tenant, [viewerAccount("u1")]));

    it("stores once what is imported again, when its ids are gone", async () => {
      const lines = [on(1), on(3), on(2), on(4, { title: "b", rating: 4 })];
      await importEvents(lines);
      expect(await kept()).toEqual({ watched: 1_000, counted: 1_000, events: 4 });
      await agree(false);
      await agree(true);
      const standing = { watched: 1_000, counted: null, events: 4 };
      expect(await kept()).toEqual(standing);
      for (const again of [lines, lines, [...lines].reverse()]) {
        await importEvents(again);
        expect(await kept()).toEqual(standing);
      }
      // A rating is none of it.
      await importEvents([...lines.slice(0, 3), on(4, { title: "b", rating: 5 })]);
      const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "b" }]);
      expect(states.get("u1 b")?.rating).toBe(5);
      expect(await kept()).toEqual(standing);
    });

    it("counts each event once of a file that grows", async () => {
      await importEvents([on(1), on(2)]);
      await agree(false);
      await agree(true);
      const lines = [on(1), on(2), on(5)];
      await importEvents(lines);
      expect(await kept()).toEqual({ watched: 800, counted: 500, events: 3 });
      // Behind what was there, and before it.
      await importEvents([...lines, on(6)]);
      expect(await kept()).toEqual({ watched: 1_400, counted: 1_100, events: 4 });
      await importEvents([on(4), ...lines, on(6)]);
      expect(await kept()).toEqual({ watched: 1_800, counted: 1_500, events: 5 });
      await importEvents([on(4), ...lines, on(6, { seconds: 650 })]);
      expect(await kept()).toEqual({ watched: 1_850, counted: 1_550, events: 5 });
    });

    it("lets stand what an older version let stand without saying so", async () => {
      await importEvents([on(1), on(2)]);
      await agree(false);
      await agree(true);
      await facts.run(tenant, "update title_progress set unmeasured_until = null, unmeasured_seconds = 0");
      for (const lines of [
        [on(1), on(2), on(5)],
        [on(1), on(2), on(5)],
      ]) {
        await importEvents(lines);
        expect(await kept()).toEqual({ watched: 800, counted: 500, events: 3 });
      }
    });

    it("brings nothing back that came while it did not agree", async () => {
      await agree(false);
      const lines = [on(2), on(1, { completed: true })];
      const states = () => stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }]);
      for (const agreed of [false, false, true, true]) {
        await agree(agreed);
        await importEvents(lines);
        expect(await kept()).toEqual({ watched: 0, counted: null, events: 0 });
        expect((await states()).get("u1 a")?.progress).toMatchObject({
          positionSeconds: 200,
          completed: true,
        });
      }
      await importEvents([...lines, on(3)]);
      expect(await kept()).toEqual({ watched: 300, counted: 300, events: 1 });
    });
  });

  it("bounds what an event tells by what can be watched", async () => {
    await importTitles([film("long", { runtimeMinutes: 100 }), film("endless")]);
    const report = await importEvents([
      watch("e1", { title: "long", seconds: 86_400 }),
      watch("e2", { title: "long", seconds: 360_000 }),
      watch("e3", { title: "endless", seconds: 86_400 }),
      watch("e4", { title: "long", profile: "u2", seconds: 5_900 }),
    ]);
    expect(report).toMatchObject({
      imported: 3,
      cut: 1,
      bad: [{ line: 2, problems: [{ field: "seconds", accepted: "a whole number from 0 to 86400" }] }],
    });
    const states = await stores.viewing.titleStates(testRequest(tenant), [
      { profile: "u1", title: "long" },
      { profile: "u1", title: "endless" },
      { profile: "u2", title: "long" },
    ]);
    const finished = ["u1 long", "u1 endless", "u2 long"].map((key) => states.get(key)?.progress?.completed);
    expect(finished).toEqual([true, false, true]);
  });

  it("takes the titles of its own tenant only", async () => {
    tenant = await createTestTenant(stores);
    expect(await importEvents([watch("e1")])).toMatchObject({ imported: 0, badLines: 1 });
  });

  it("counts an event of a title that was merged for the one that is kept", async () => {
    await stores.titleEditing.merge(tenant, { keep: "a", merge: "b", expectedVersion: null, by: "command" });
    const report = await importEvents([watch("e1", { title: "b", seconds: 600 })]);
    expect(report).toMatchObject({ imported: 1, badLines: 0 });
    const states = await stores.viewing.titleStates(testRequest(tenant), [{ profile: "u1", title: "a" }]);
    expect(states.get("u1 a")?.progress).toMatchObject({ positionSeconds: 600 });
  });

  it("accepts an event of a title that is announced and not yet in force", async () => {
    await importTitles([film("soon", { addedAt: "2200-01-01" })]);
    expect(await importEvents([watch("e1", { title: "soon" })])).toMatchObject({ imported: 1, badLines: 0 });
  });
});

describe("importFiles", () => {
  it("tells what it did before it failed, and notes it", async () => {
    const lines = Array.from({ length: 2_500 }, (_, index) => film(`t${index}`));
    lines[7] = film("t7", { kind: "FILM" });
    const titleVersions = Object.create(stores.titleVersions) as Stores["titleVersions"];
    let batches = 0;
    titleVersions.append = (...asked) => {
      batches += 1;
      if (batches > 1) return Promise.reject(new Error("disk on fire"));
      return stores.titleVersions.append(...asked);
    };
    const told = await heard(async () => {
      const flags = { tenant: tenant.slug, titles: await fileOf(lines), learn: false };
      await expect(importFiles({ ...stores, titleVersions }, tenant, flags)).rejects.toThrow("disk on fire");
    });
    expect(told).toContain('line 8: kind: found "FILM"');
    expect(told).toContain("titles: 2,000 lines were imported before it failed.");
    const { rows } = await stores.audit.entries(testRequest(tenant), {}, { limit: 5, fromEnd: false });
    expect(rows.map(({ entry: { act, details } }) => ({ act, details }))).toContainEqual({
      act: "IMPORTED",
      details: { what: "titles", imported: 2_000 },
    });
  });
});

/** What is written to standard error meanwhile. */
async function heard(act: () => Promise<void>): Promise<string> {
  let told = "";
  const written = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    told += String(chunk);
    return true;
  });
  try {
    await act();
  } finally {
    written.mockRestore();
  }
  return told;
}
