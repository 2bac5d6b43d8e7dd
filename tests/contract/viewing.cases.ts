import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Page, type Position } from "../../datasources/core/page.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import {
  type Shelf,
  type Viewing,
  type ViewingEvent,
  type ViewingIngest,
} from "../../datasources/viewing/viewing.js";
import { testRequest } from "../support/stores.js";

/** One engine's viewing facts with what a contract needs around them. */
export interface ViewingUnderTest {
  viewing: Viewing;
  ingest: ViewingIngest;
  /** A tenant that nothing else uses. */
  createTenant(): Promise<Tenant>;
  close(): Promise<void>;
}

const SHELVES: Shelf[] = ["CONTINUE_WATCHING", "WATCHLIST", "HISTORY", "RATINGS"];
const PROFILES = ["u1", "u2", "o'brien %_\\ 日本"];
const TITLES = 23;

interface Watch {
  profile: string;
  title: string;
  at: string;
  seconds: number;
  completed: boolean;
  rating: number | null;
  /** When it was put on the watchlist. */
  listed: string | null;
}

/** Instants of one second with microseconds between them, and some that are equal: what pages must not trip over. */
const instant = (n: number) => `2026-02-01T10:00:00.${String(100_000 + Math.floor(n / 2)).padStart(6, "0")}Z`;

const WATCHES: Watch[] = PROFILES.flatMap((profile, p) =>
  Array.from({ length: TITLES }, (_, n) => ({
    profile,
    title: `t${String((n * 7 + p) % TITLES).padStart(2, "0")}`,
    at: instant(n),
    seconds: 120 + n,
    completed: n % 3 === 0,
    rating: n % 4 === 0 ? 1 + (n % 5) : null,
    listed: n % 2 === 0 ? instant(TITLES - n) : null,
  })),
);

const EVENTS = WATCHES.map(({ profile, title, at, seconds, completed, rating }): ViewingEvent => ({
  id: `${profile} ${title}`,
  profileId: profile,
  titleId: title,
  at,
  seconds,
  completed,
  country: "US",
  device: "TV",
  rating,
}));

const LISTED = WATCHES.flatMap(({ profile, title, listed }) =>
  listed === null ? [] : [{ profileId: profile, titleId: title, addedAt: listed }],
);

/** A profile's shelf in plain code: most recent first, equal instants by id from the last. */
function shelfOf(shelf: Shelf, profile: string): { titleId: string; at: string }[] {
  const rows = WATCHES.filter((watch) => watch.profile === profile).flatMap((watch) => {
    if (shelf === "CONTINUE_WATCHING" && watch.completed) return [];
    if (shelf === "RATINGS" && watch.rating === null) return [];
    const at = shelf === "WATCHLIST" ? watch.listed : watch.at;
    return at === null ? [] : [{ titleId: watch.title, at }];
  });
  return rows.sort((a, b) => (a.at !== b.at ? (a.at < b.at ? 1 : -1) : a.titleId < b.titleId ? 1 : -1));
}

const idsOf = (rows: readonly { titleId: string }[]) => rows.map(({ titleId }) => titleId);
const first = (limit: number): Page => ({ limit, fromEnd: false });

/** What reading viewing facts must do, whichever engine answers. */
export function viewingContract(name: string, open: () => Promise<ViewingUnderTest>): void {
  describe(`viewing in ${name}`, () => {
    let under: ViewingUnderTest;
    let tenant: Tenant;
    let other: Tenant;
    beforeAll(async () => {
      under = await open();
      tenant = await under.createTenant();
      other = await under.createTenant();
      await under.ingest.ingest(tenant, EVENTS);
      await under.ingest.addToWatchlists(tenant, LISTED);
      await under.ingest.ingest(other, [{ ...EVENTS[0]!, titleId: "foreign", rating: 5, completed: false }]);
      await under.ingest.addToWatchlists(other, [{ ...LISTED[0]!, titleId: "foreign" }]);
    });
    afterAll(() => under.close());

    const read = (shelf: Shelf, profile: string, page: Page, of = tenant) =>
      under.viewing.shelves(testRequest(of), shelf, [{ profile, page }]).then(([found]) => found!);

    describe.each(SHELVES)("shelf %s", (shelf) => {
      it.each(PROFILES)("is in order and whole for %s", async (profile) => {
        const { rows, hasMore } = await read(shelf, profile, first(100));
        expect(rows.map(({ titleId, at }) => ({ titleId, at }))).toEqual(shelfOf(shelf, profile));
        expect(rows.map(({ position }) => position)).toEqual(
          rows.map(({ at, titleId }) => ({ value: at, id: titleId })),
        );
        expect([hasMore, rows.length > 5]).toEqual([false, true]);
      });

      it.each([false, true])("shows every title once page by page (from the end: %s)", async (fromEnd) => {
        const seen: string[] = [];
        for (let at: Position | undefined; ;) {
          const page = { limit: 2, fromEnd, ...(fromEnd ? { before: at } : { after: at }) };
          const { rows, hasMore } = await read(shelf, "u1", page);
          seen.splice(fromEnd ? 0 : seen.length, 0, ...idsOf(rows));
          if (!hasMore) break;
          at = (fromEnd ? rows[0] : rows.at(-1))?.position;
        }
        expect(seen).toEqual(idsOf(shelfOf(shelf, "u1")));
      });

      it("keeps within both ends of a page", async () => {
        const { rows } = await read(shelf, "u1", first(100));
        const between = { after: rows[0]!.position, before: rows[5]!.position };
        const ids = idsOf(rows);
        const pages = await Promise.all([
          read(shelf, "u1", { ...between, limit: 2, fromEnd: false }),
          read(shelf, "u1", { ...between, limit: 2, fromEnd: true }),
          read(shelf, "u1", { ...between, limit: 4, fromEnd: false }),
        ]);
        expect(pages.map((page) => [idsOf(page.rows), page.hasMore])).toEqual([
          [ids.slice(1, 3), true],
          [ids.slice(3, 5), true],
          [ids.slice(1, 5), false],
        ]);
      });

      it("answers pages of many profiles, each of its own size and end, in one store call", async () => {
        const request = testRequest(tenant);
        const keys = [
          { profile: "u1", page: first(2) },
          { profile: "u2", page: first(100) },
          { profile: "nobody\0", page: first(2) },
          { profile: PROFILES[2]!, page: { limit: 3, fromEnd: true } },
          { profile: "u1", page: first(2) },
          { profile: "u2", page: first(0) },
        ];
        const pages = await under.viewing.shelves(request, shelf, keys);
        expect(pages.map((page) => [idsOf(page.rows), page.hasMore])).toEqual([
          [idsOf(shelfOf(shelf, "u1")).slice(0, 2), true],
          [idsOf(shelfOf(shelf, "u2")), false],
          [[], false],
          [idsOf(shelfOf(shelf, PROFILES[2]!)).slice(-3), true],
          [idsOf(shelfOf(shelf, "u1")).slice(0, 2), true],
          [[], true],
        ]);
        expect(request.calls.calls).toMatchObject([{ keys: keys.length, uniqueKeys: keys.length }]);
      });

      it("shows nothing of another tenant's profile of the same name", async () => {
        const theirs = await read(shelf, "u1", first(100), other);
        expect(idsOf(theirs.rows)).toEqual(["foreign"]);
        expect(idsOf((await read(shelf, "u1", first(100))).rows)).not.toContain("foreign");
      });
    });

    it("shelves carry what belongs to them", async () => {
      const row = async (shelf: Shelf) =>
        (await read(shelf, "u1", first(100))).rows.find((at) => at.titleId === "t05");
      const watch = WATCHES.find(({ profile, title }) => profile === "u1" && title === "t05")!;
      expect(watch).toMatchObject({ completed: false, rating: 5, seconds: 124 });
      expect(await row("HISTORY")).toMatchObject({ watchedSeconds: 124, completed: false });
      expect(await row("CONTINUE_WATCHING")).toMatchObject({ watchedSeconds: 124, completed: false });
      expect(await row("RATINGS")).toMatchObject({ rating: 5, watchedSeconds: null });
      expect(await row("WATCHLIST")).toMatchObject({ rating: null, watchedSeconds: null, completed: null });
    });

    it("states of many profiles and titles come in one store call, without those untouched", async () => {
      const request = testRequest(tenant);
      const keys = WATCHES.map(({ profile, title }) => ({ profile, title }));
      const nothing = ["", "missing", "\0", "t05\0", "%", "t__"].map((title) => ({ profile: "u1", title }));
      const states = await under.viewing.titleStates(request, [...keys, ...nothing, keys[0]!]);
      expect(states.size).toBe(WATCHES.length);
      for (const { profile, title, completed, seconds, rating, listed } of WATCHES) {
        expect(states.get(`${profile} ${title}`)).toEqual({
          progress: { positionSeconds: completed ? 0 : seconds, durationSeconds: null, completed },
          rating,
          inWatchlist: listed !== null,
          notForMe: false,
        });
      }
      expect(request.calls.calls).toHaveLength(1);
    });

    it("states know a title that is only on the watchlist", async () => {
      await under.ingest.addToWatchlists(tenant, [
        { profileId: "new", titleId: "wanted", addedAt: instant(0) },
      ]);
      const key = { profile: "new", title: "wanted" };
      const states = await under.viewing.titleStates(testRequest(tenant), [key]);
      expect([...states.values()]).toEqual([
        { progress: null, rating: null, inWatchlist: true, notForMe: false },
      ]);
      expect(await under.viewing.titleStates(testRequest(other), [key])).toEqual(new Map());
    });

    it("recent watches are the head of the history, with ratings", async () => {
      const request = testRequest(tenant);
      const watches = await under.viewing.recentWatches(request, "u1", 6);
      const expected = shelfOf("HISTORY", "u1")
        .slice(0, 6)
        .map(({ titleId, at }) => {
          const watch = WATCHES.find(({ profile, title }) => profile === "u1" && title === titleId)!;
          return { titleId, completed: watch.completed, rating: watch.rating, lastWatchedAt: at };
        });
      expect(watches).toEqual(expected);
      expect(expected.some(({ rating }) => rating !== null)).toBe(true);
      expect(await under.viewing.recentWatches(request, "nobody", 6)).toEqual([]);
      expect(request.calls.calls).toHaveLength(2);
    });

    it("touched titles are those of the history and of the ratings, each once", async () => {
      const request = testRequest(tenant);
      const shelved = [...shelfOf("HISTORY", "u1"), ...shelfOf("RATINGS", "u1")];
      const expected = [...new Set(shelved.map(({ titleId }) => titleId))].sort();
      expect(expected.length).toBeGreaterThan(3);
      expect((await under.viewing.touchedTitles(request, "u1")).sort()).toEqual(expected);
      expect(await under.viewing.touchedTitles(request, "nobody")).toEqual([]);
      expect(request.calls.calls).toHaveLength(2);
    });
  });
}
