import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { type TitleOrder, type TitleQuery } from "../../datasources/catalog/catalog.js";
import { type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";
import { chunks } from "../../datasources/core/chunks.js";
import { type Page, type Position } from "../../datasources/core/page.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "../support/stores.js";
import { named } from "../support/titles.js";
import {
  document,
  firstPage,
  inOrder,
  isListed,
  ORDERS,
  PEOPLE,
  STUDIOS,
  GENRES,
  variedTitles,
  viewer,
  type CatalogUnderTest,
} from "./catalog-model.js";

const BY_NAME: TitleOrder = { field: "NAME", direction: "ASC" };

const FILTERS: TitleFilter[] = [
  { kinds: ["SERIES"] },
  { kinds: ["SERIES", "MOVIE"] },
  { genres: [GENRES[0]!.id] },
  { genres: [GENRES[1]!.id, GENRES[2]!.id] },
  { releaseYear: { from: 1992 } },
  { releaseYear: { to: 1991 } },
  { releaseYear: { from: 1991, to: 1993 } },
  { releaseYear: {} },
  { maturityAtMost: 0 },
  { maturityAtMost: 13 },
  { studio: STUDIOS[1]!.id },
  { person: PEOPLE[2]!.id },
  { tags: ["heist"] },
  { tags: ["café", "space"] },
  { availableIn: "GB" },
  { availableIn: "DE" },
];

/** Every filter alone, every two that speak of different things together, and all things at once. */
const COMBINATIONS: TitleFilter[] = [
  {},
  ...FILTERS,
  ...FILTERS.flatMap((a, n) =>
    FILTERS.slice(n + 1).flatMap((b) => (Object.keys(a)[0] === Object.keys(b)[0] ? [] : [{ ...a, ...b }])),
  ),
  Object.assign({}, ...FILTERS) as TitleFilter,
  { ...FILTERS[3], ...FILTERS[4], ...FILTERS[9], ...FILTERS[12], ...FILTERS[15] },
];

/** As many at a time as PostgreSQL is asked in one call: see MAX_STATEMENTS in reads.postgres.ts. */
const FLUSHES = chunks(COMBINATIONS, 32);

/** What every catalog's lists must do, whichever engine answers them. */
export function catalogListsContract(name: string, open: () => Promise<CatalogUnderTest>): void {
  describe(`lists of ${name}`, () => {
    const titles = variedTitles(88);
    let under: CatalogUnderTest;
    let tenant: Tenant;
    beforeAll(async () => {
      under = await open();
      tenant = await under.createTenant();
      await under.projection.put(tenant, titles);
    });
    afterAll(() => under.close());

    const expected = (filter: TitleFilter, order: TitleOrder, audience: Audience = viewer) =>
      inOrder(
        titles.filter((title) => isListed(title, filter, audience)),
        order,
      );

    async function pageOf(order: TitleOrder, page: Page, of = tenant) {
      const request = testRequest(of);
      const [found] = await under.catalog.titles(request, viewer, [{ filter: {}, order, page }]);
      return {
        ids: found!.rows.map(({ title }) => title.id),
        positions: found!.rows.map(({ position }) => position),
        hasMore: found!.hasMore,
      };
    }

    /** All pages of a list, from one end to the other; `between` runs after each page. */
    async function walk(
      order: TitleOrder,
      limit: number,
      fromEnd: boolean,
      of = tenant,
      between: (read: string[]) => Promise<void> = () => Promise.resolve(),
    ): Promise<string[]> {
      const read: string[] = [];
      for (let at: Position | undefined; ;) {
        const page = await pageOf(
          order,
          { limit, fromEnd, ...(fromEnd ? { before: at } : { after: at }) },
          of,
        );
        expect(page.ids.length === limit || !page.hasMore).toBe(true);
        read.splice(fromEnd ? 0 : read.length, 0, ...page.ids);
        if (!page.hasMore) return read;
        at = fromEnd ? page.positions[0] : page.positions.at(-1);
        await between(read);
      }
    }

    it("follow every filter and combination of filters, for viewers, children and editors", async () => {
      const audiences: Audience[] = [
        viewer,
        { ...viewer, country: "GB", maturityLimit: 13 },
        { ...viewer, country: "GB", editor: true },
      ];
      for (const audience of audiences) {
        for (const filters of FLUSHES) {
          const queries = filters.map((filter) => ({ filter, order: BY_NAME, page: firstPage(100) }));
          const request = testRequest(tenant);
          const pages = await under.catalog.titles(request, audience, queries);
          const found = pages.map(({ rows }) => rows.map(({ title }) => title.id));
          expect(found).toEqual(filters.map((filter) => expected(filter, BY_NAME, audience)));
          expect(request.calls.calls).toHaveLength(1);
        }
      }
      const matched = FILTERS.map((filter) => expected(filter, BY_NAME).length);
      expect(matched.every((count) => count > 0 && count < titles.length)).toBe(true);
    });

    it("are counted as they are listed, many counts in one store call", async () => {
      for (const filters of FLUSHES) {
        const request = testRequest(tenant);
        const counts = await under.catalog.countTitles(request, viewer, filters);
        expect(counts).toEqual(filters.map((filter) => expected(filter, BY_NAME).length));
        expect(request.calls.calls).toHaveLength(1);
      }
    });

    it("of references are the lists of titles without the documents", async () => {
      const queries = ORDERS.map((order): TitleQuery => ({ filter: FILTERS[3]!, order, page: firstPage(5) }));
      const request = testRequest(tenant);
      const refs = await under.catalog.titleRefs(request, viewer, queries);
      expect(request.calls.calls).toHaveLength(1);
      const full = await under.catalog.titles(testRequest(tenant), viewer, queries);
      expect(refs).toEqual(
        full.map(({ rows, hasMore }) => ({
          rows: rows.map(({ position, title: { id, genres } }) => ({ id, genres, position })),
          hasMore,
        })),
      );
      expect(full[0]!.rows).toHaveLength(5);
    });

    it.each(ORDERS)("order by $field $direction, ties by id", async (order) => {
      expect((await pageOf(order, firstPage(100))).ids).toEqual(expected({}, order));
    });

    it.each(ORDERS)(
      "by $field $direction show every title once, in pages forwards and backwards",
      async (order) => {
        const all = expected({}, order);
        for (const size of [1, 7, all.length]) {
          expect(await walk(order, size, false)).toEqual(all);
          expect(await walk(order, size, true)).toEqual(all);
        }
      },
    );

    it.each(ORDERS)("by $field $direction keep within both ends of a page", async (order) => {
      const all = expected({}, order);
      const { positions } = await pageOf(order, firstPage(100));
      const between = { after: positions[3]!, before: positions[9]! };
      expect(await pageOf(order, { ...between, limit: 3, fromEnd: false })).toMatchObject({
        ids: all.slice(4, 7),
        hasMore: true,
      });
      expect(await pageOf(order, { ...between, limit: 3, fromEnd: true })).toMatchObject({
        ids: all.slice(6, 9),
        hasMore: true,
      });
      expect(await pageOf(order, { ...between, limit: 5, fromEnd: true })).toMatchObject({
        ids: all.slice(4, 9),
        hasMore: false,
      });
      const crossed = { after: positions[9]!, before: positions[3]! };
      expect(await pageOf(order, { ...crossed, limit: 5, fromEnd: false })).toMatchObject({
        ids: [],
        hasMore: false,
      });
    });

    it("answer a page of nothing with whether there is something", async () => {
      expect(await pageOf(BY_NAME, firstPage(0))).toMatchObject({ ids: [], hasMore: true });
      const empty = await under.createTenant();
      expect(await pageOf(BY_NAME, firstPage(0), empty)).toMatchObject({ ids: [], hasMore: false });
    });

    it.each(ORDERS.flatMap((order) => [false, true].map((fromEnd) => ({ ...order, fromEnd }))))(
      "by $field $direction stay right while titles come and go between pages (from the end: $fromEnd)",
      async ({ fromEnd, ...order }) => {
        const changing = await under.createTenant();
        const kept = variedTitles(24).map((title): TitleDocument => {
          const { licences } = document({ id: "any" });
          return { ...title, state: "PUBLISHED", licences, mergedInto: null };
        });
        await under.projection.put(changing, kept);
        const gone = new Set<string>();
        let turn = 0;
        const read = await walk(order, 4, fromEnd, changing, async (seen) => {
          turn += 1;
          // The very title that the cursor was made of disappears, and others come in all over the list.
          const cursor = kept.find(({ id }) => id === (fromEnd ? seen[0] : seen.at(-1)));
          const arrivals = kept
            .map((title) => ({ ...title, id: `${title.id}-${turn}` }))
            .slice(turn * 3, turn * 3 + 3);
          const departures = cursor ? [{ ...cursor, revision: 2, state: "ARCHIVED" as const }] : [];
          departures.forEach(({ id }) => gone.add(id));
          await under.projection.put(changing, [...arrivals, ...departures]);
        });
        expect(new Set(read).size).toBe(read.length);
        expect(read.filter((id) => !id.includes("-"))).toEqual(inOrder(kept, order));
        expect(gone.size).toBeGreaterThan(2);
        expect(turn).toBeGreaterThan(4);
      },
    );

    it("of hostile filters are empty, and find texts by what they are", async () => {
      const hostile = [
        "%",
        "_",
        "\\",
        "'",
        '"',
        "{a,b}",
        "NULL",
        "'; drop table x; --",
        "🎬 ملف",
        "x".repeat(1_000),
      ];
      const own = await under.createTenant();
      const entry = (text: string, n: number) =>
        document({
          id: `t${n}`,
          tags: [text],
          genres: [{ id: text, name: text }],
          studio: { id: text, name: text },
        });
      await under.projection.put(own, hostile.map(entry));
      for (const [part, make] of Object.entries({
        tags: (text: string): TitleFilter => ({ tags: [text] }),
        genres: (text: string): TitleFilter => ({ genres: [text] }),
        studio: (text: string): TitleFilter => ({ studio: text }),
      })) {
        const texts = [...hostile, "\0", "%\0", "", "y".repeat(1_000_000), "\ud800"];
        const queries = texts.map((text) => ({ filter: make(text), order: BY_NAME, page: firstPage(100) }));
        const pages = await under.catalog.titles(testRequest(own), viewer, queries);
        const found = pages.map(({ rows }) => rows.map(({ title }) => title.id));
        expect(found, part).toEqual([...hostile.map((_, n) => [`t${n}`]), [], [], [], [], []]);
      }
      const people = ["\0", named("Ada").id, "%"].map((person) => ({ person }));
      expect(await under.catalog.countTitles(testRequest(own), viewer, people)).toEqual([0, 0, 0]);
    });
  });
}
