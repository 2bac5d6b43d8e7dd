import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { mayMeet, type Audience } from "../../datasources/catalog/audience.js";
import { type NamedType } from "../../datasources/catalog/catalog.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { named } from "../support/titles.js";
import {
  document,
  firstPage,
  GENRES,
  PEOPLE,
  STUDIOS,
  variedTitles,
  viewer,
  type CatalogUnderTest,
} from "./catalog-model.js";

/** Ids as an import may bring them. */
const ODD_IDS = [
  "%",
  "_",
  "\\",
  "a'b",
  'a"b',
  "{a,b}",
  "NULL",
  "'; drop table x; --",
  "été",
  "日本",
  "🎬",
  " a ",
];
/** Ids that nothing can have. */
const IMPOSSIBLE_IDS = ["", "\0", "plain\0", "\ud800", "x".repeat(1_000_000), "missing"];

/** What look-ups in every catalog must do, whichever engine answers them. */
export function catalogContract(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`look-ups in ${name}`, () => {
    const varied = variedTitles(44);
    let under: CatalogUnderTest;
    let tenant: Tenant;
    beforeAll(async () => {
      under = await open();
      tenant = await under.createTenant();
      await under.projection.put(tenant, [
        ...varied,
        ...ODD_IDS.map((id) => document({ id, name: `Film ${id}` })),
      ]);
    });
    afterAll(() => under.close());

    it("answer a merged title by id, with where it leads, and in nothing else", async () => {
      const own = await under.createTenant();
      const shared = {
        genres: [GENRES[0]!],
        credits: [{ role: "ACTOR" as const, character: null, person: PEOPLE[0]! }],
      };
      const gone = document({ id: "gone", ...shared, mergedInto: "kept" });
      await under.projection.put(own, [document({ id: "kept", ...shared }), gone]);
      const found = await under.catalog.titlesByIds(testRequest(own), ["gone", "kept"]);
      expect(found.get("gone")).toEqual(gone);
      expect(found.get("kept")?.mergedInto).toBeUndefined();
      for (const audience of [viewer, { ...viewer, editor: true }]) {
        const query = {
          filter: {},
          order: { field: "NAME", direction: "ASC" } as const,
          page: firstPage(10),
        };
        const [list] = await under.catalog.titles(testRequest(own), audience, [query]);
        expect(list?.rows.map(({ title }) => title.id)).toEqual(["kept"]);
        expect(await under.catalog.countTitles(testRequest(own), audience, [{}])).toEqual([1]);
        const visible = await under.catalog.visibleTitles(testRequest(own), audience, ["gone", "kept"]);
        expect([...visible.keys()]).toEqual(["kept"]);
        const key = { person: PEOPLE[0]!.id, page: firstPage(10) };
        const [credits] = await under.catalog.creditsOfPeople(testRequest(own), audience, [key]);
        expect(credits?.rows.map(({ titleId }) => titleId)).toEqual(["kept"]);
      }
    });

    it("answer titles by id, duplicates and gaps in one store call", async () => {
      const request = testRequest(tenant);
      const [a, b] = varied as [TitleDocument, TitleDocument];
      const found = await under.catalog.titlesByIds(request, [a.id, "missing", b.id, a.id]);
      expect([...found.keys()].sort()).toEqual([a.id, b.id].sort());
      expect(found.get(a.id)).toEqual({ ...a, popularity: expect.closeTo(a.popularity, 6) as number });
      expect(request.calls.calls).toHaveLength(1);
    });

    it("answer titles in whatever state, licensed or not", async () => {
      const found = await under.catalog.titlesByIds(
        testRequest(tenant),
        varied.map(({ id }) => id),
      );
      expect(found.size).toBe(varied.length);
    });

    it("take every id for what it is", async () => {
      const ids = [...ODD_IDS, ...IMPOSSIBLE_IDS];
      const titles = await under.catalog.titlesByIds(testRequest(tenant), ids);
      expect([...titles.keys()].sort()).toEqual([...ODD_IDS].sort());
      expect(ODD_IDS.map((id) => titles.get(id)?.name)).toEqual(ODD_IDS.map((id) => `Film ${id}`));
      const visible = await under.catalog.visibleTitles(testRequest(tenant), viewer, ids);
      expect([...visible.keys()].sort()).toEqual([...ODD_IDS].sort());
    });

    it("keep names of every script and long texts as they are", async () => {
      const names = [
        "Amélie",
        "Ame\u0301lie",
        "日本沈没",
        "الرسالة",
        "👩‍👩‍👧‍👦",
        'Robert"); drop table titles; --',
        "a\tb\nc\\N",
      ];
      const titles = names.map((text, n) =>
        document({ id: `name-${n}`, name: text, synopsis: text.repeat(50_000) }),
      );
      const own = await under.createTenant();
      await under.projection.put(own, titles);
      const found = await under.catalog.titlesByIds(
        testRequest(own),
        titles.map(({ id }) => id),
      );
      expect(titles.map(({ id }) => found.get(id)?.name)).toEqual(names);
      expect(titles.every(({ id, synopsis }) => found.get(id)?.synopsis === synopsis)).toBe(true);
    });

    it("answer nothing of another tenant", async () => {
      const request = testRequest(await under.createTenant());
      const { id } = varied[0]!;
      expect(await under.catalog.titlesByIds(request, [id])).toEqual(new Map());
      expect(await under.catalog.visibleTitles(request, { ...viewer, editor: true }, [id])).toEqual(
        new Map(),
      );
      expect(await under.catalog.genres(request, viewer)).toEqual([]);
      expect(
        await under.catalog.namesByIds(request, viewer, [{ type: "Person", id: PEOPLE[0]!.id }]),
      ).toEqual(new Map());
    });

    it("answer an empty batch with nothing", async () => {
      const request = testRequest(tenant);
      expect(await under.catalog.titlesByIds(request, [])).toEqual(new Map());
      expect(await under.catalog.titles(request, viewer, [])).toEqual([]);
      expect(await under.catalog.countTitles(request, viewer, [])).toEqual([]);
      expect(await under.catalog.creditsOfPeople(request, viewer, [])).toEqual([]);
    });

    it("answer the genres of titles that may be met by name", async () => {
      const request = testRequest(tenant);
      const byName = [...GENRES].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(await under.catalog.genres(request, viewer)).toEqual(byName);
      // MongoDB reads which there are before it asks for titles of each, however many there are.
      const isMongo = request.calls.calls.some(({ store }) => store === "MONGODB");
      expect(request.calls.calls).toHaveLength(isMongo ? 2 : 1);
    });

    it("answer names by type and id, each type apart, in one store call", async () => {
      const request = testRequest(tenant);
      const key = (type: NamedType, id: string) => ({ type, id });
      const [ada, universal, crime] = [PEOPLE[0]!, STUDIOS[0]!, GENRES[0]!];
      const found = await under.catalog.namesByIds(request, viewer, [
        key("Person", ada.id),
        key("Studio", universal.id),
        key("Genre", crime.id),
        key("Genre", ada.id),
        key("Person", ada.id),
        ...IMPOSSIBLE_IDS.map((id) => key("Person", id)),
      ]);
      expect(Object.fromEntries(found)).toEqual({
        [`Person ${ada.id}`]: ada,
        [`Studio ${universal.id}`]: universal,
        [`Genre ${crime.id}`]: crime,
      });
      expect(request.calls.calls).toHaveLength(1);
    });
  });

  viewingRules(name, open);
}

/** A name that one title has alone. */
const ownName = (type: NamedType, id: string) => named(`${type} of ${id}`);

/** The rules of viewing: look-ups, lists, counts, credits and names all follow `mayMeet`. */
function viewingRules(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`the rules of viewing in ${name}`, () => {
    const from = "2026-01-01T00:00:00.000Z";
    const until = "2026-02-01T00:00:00.000Z";
    const ada = named("Ada");
    const titles = [
      document({ id: "plain" }),
      document({ id: "draft", state: "DRAFT" }),
      document({ id: "archived", state: "ARCHIVED" }),
      document({ id: "unlicensed", licences: [] }),
      document({
        id: "gb",
        licences: [{ countries: ["GB", "IE"], from: "2020-01-01T00:00:00Z", until: null }],
      }),
      document({ id: "january", licences: [{ countries: ["*"], from, until }] }),
      document({ id: "january-gb", licences: [{ countries: ["GB"], from, until }] }),
      document({
        id: "not-in-january",
        licences: [
          { countries: ["*"], from: "2020-01-01T00:00:00Z", until: from },
          { countries: ["*"], from: until, until: null },
        ],
      }),
      ...(["G", "PG", "PG-13", "R", "NC-17", "NR"] as const).map((maturityRating) =>
        document({ id: `rated-${maturityRating}`, maturityRating }),
      ),
    ].map((title) => ({
      ...title,
      genres: [ownName("Genre", title.id)],
      studio: ownName("Studio", title.id),
      credits: [ada, ownName("Person", title.id)].map((person) => ({
        role: "ACTOR" as const,
        character: null,
        person,
      })),
    }));
    const ids = titles.map(({ id }) => id);

    const audiences: Audience[] = ["US", "GB", "IE", "XX"].flatMap((country) =>
      [0, 8, 13, 18].flatMap((maturityLimit) =>
        [false, true].map((editor) => ({ country, maturityLimit, editor, now: viewer.now })),
      ),
    );
    for (const instant of [from, until]) {
      for (const offset of [-1, 0, 1])
        audiences.push({ ...viewer, now: new Date(Date.parse(instant) + offset) });
    }

    let under: CatalogUnderTest;
    let tenant: Tenant;
    beforeAll(async () => {
      under = await open();
      tenant = await under.createTenant();
      await under.projection.put(tenant, titles);
    });
    afterAll(() => under.close());

    it.each(audiences)("hold in $country, age $maturityLimit, editor $editor, at $now", async (audience) => {
      const request = testRequest(tenant);
      const page = firstPage(100);
      const query = { filter: {}, order: { field: "NAME", direction: "ASC" } as const, page };
      const visible = await under.catalog.visibleTitles(request, audience, ids);
      const [list] = await under.catalog.titles(request, audience, [query]);
      const [refs] = await under.catalog.titleRefs(request, audience, [query]);
      const [count] = await under.catalog.countTitles(request, audience, [{}]);
      const [credits] = await under.catalog.creditsOfPeople(request, audience, [{ person: ada.id, page }]);
      const genres = await under.catalog.genres(request, audience);
      const types = ["Person", "Genre", "Studio"] as const;
      const names = types.flatMap((type) => ids.map((id) => ({ type, id: ownName(type, id).id })));
      const told = await under.catalog.namesByIds(request, audience, names);
      const expected = titles
        .filter((title) => mayMeet(title, audience))
        .map(({ id }) => id)
        .sort();
      expect([...visible.keys()].sort()).toEqual(expected);
      expect(list!.rows.map(({ title }) => title.id).sort()).toEqual(expected);
      expect(refs!.rows.map(({ id }) => id).sort()).toEqual(expected);
      expect(credits!.rows.map(({ titleId }) => titleId).sort()).toEqual(expected);
      expect(count).toBe(expected.length);
      expect(genres.map(({ name }) => name).sort()).toEqual(expected.map((id) => `Genre of ${id}`));
      expect([...told.values()].map(({ name }) => name).sort()).toEqual(
        [...types]
          .sort()
          .flatMap((type) => expected.map((id) => `${type} of ${id}`))
          .sort(),
      );
    });

    it("start with a licence's first instant and end before its last", async () => {
      const seen = async (instant: string, offset: number) => {
        const audience = { ...viewer, now: new Date(Date.parse(instant) + offset) };
        return (await under.catalog.visibleTitles(testRequest(tenant), audience, ["january"])).size;
      };
      expect([
        await seen(from, -1),
        await seen(from, 0),
        await seen(until, -1),
        await seen(until, 0),
      ]).toEqual([0, 1, 1, 0]);
    });
  });
}
