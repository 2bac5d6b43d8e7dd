import { describe, expect, it } from "vitest";

import { type HomeRowPlan, type HomeSources, planHome } from "../../resolvers/home/home.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type RecentWatch } from "../../datasources/viewing/viewing.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant();
const AUDIENCE = { country: "US", maturityLimit: 18, editor: false, now: new Date() };
const PATH = { prev: undefined, key: "home" };
const DRAMA = { id: "drama", name: "Drama" };
const CRIME = { id: "crime", name: "Crime" };
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** What the stores hold for one home page; titles that nobody may meet are in `hidden`. */
interface World {
  recent?: RecentWatch[];
  continueWatching?: string[];
  watchlist?: string[];
  recommended?: string[];
  top10?: string[];
  trending?: string[];
  newest?: string[];
  popular?: string[];
  similar?: Record<string, string[]>;
  hidden?: string[];
  genresOf?: (id: string) => { id: string; name: string }[];
}

/** Sources that answer from a world and note in which order they were asked. */
function sourcesOf(world: World, asked: string[] = []): HomeSources {
  const at = (ids: string[] = []) =>
    ids.map((titleId, index) => ({ titleId, position: { value: 1000 - index, id: titleId } }));
  const genresOf = world.genresOf ?? (() => []);
  const refs = (ids: string[] = []) =>
    at(ids).map(({ titleId, position }) => ({ id: titleId, genres: genresOf(titleId), position }));
  const answer = async <T>(name: string, value: T): Promise<T> => {
    asked.push(name);
    return value;
  };
  return {
    request: { tenant, calls: new CallLog() },
    catalog: {
      titleRefs: {
        load: ({ order }: { order: { field: string } }) =>
          answer(order.field, {
            rows: refs(order.field === "ADDED_AT" ? world.newest : world.popular),
            hasMore: false,
          }),
      },
      visibleById: {
        loadAll: (ids: string[]) =>
          answer(
            "visible",
            ids.map((id) => (world.hidden?.includes(id) ? null : { id, genres: genresOf(id) })),
          ),
      },
    },
    viewing: {
      recentWatches: () => answer("recent", world.recent ?? []),
      shelf: {
        CONTINUE_WATCHING: {
          load: () => answer("continue", { rows: at(world.continueWatching), hasMore: false }),
        },
        WATCHLIST: { load: () => answer("watchlist", { rows: at(world.watchlist), hasMore: false }) },
      },
    },
    recommendations: {
      forProfile: {
        load: () =>
          answer(
            "recommended",
            (world.recommended ?? []).map((titleId, n) => ({ titleId, score: 9 - n, because: "seen" })),
          ),
      },
      similarTo: {
        load: (id: string) =>
          answer(
            `similar ${id}`,
            (world.similar?.[id] ?? []).map((titleId, n) => ({ titleId, score: 1 / (n + 1) })),
          ),
      },
    },
    top10: {
      places: () =>
        answer(
          "top10",
          (world.top10 ?? []).map((titleId, index) => ({ titleId, rank: index + 1 })),
        ),
      trending: () =>
        answer(
          "trending",
          (world.trending ?? []).map((titleId, n) => ({ titleId, score: 9 - n })),
        ),
    },
  } as unknown as HomeSources;
}

const plan = (world: World, profile: string | null = "p", asked?: string[]) =>
  planHome(sourcesOf(world, asked), AUDIENCE, profile, PATH);
const kinds = (rows: HomeRowPlan[]) => rows.map(({ kind }) => kind);
const titles = (row: HomeRowPlan | undefined) => row?.entries.map(({ titleId }) => titleId);
const watch = (titleId: string, fields: Partial<RecentWatch> = {}): RecentWatch => ({
  titleId,
  completed: true,
  rating: null,
  lastWatchedAt: "2026-05-01T00:00:00.000000Z",
  ...fields,
});

const FULL: World = {
  recent: [watch("seen")],
  continueWatching: ["c1"],
  watchlist: ["w1"],
  recommended: numbered("r", 5),
  top10: numbered("t", 10),
  trending: numbered("g", 5),
  newest: numbered("n", 5),
  popular: numbered("p", 20),
  similar: { seen: numbered("s", 5) },
  genresOf: (id) => (id.startsWith("p") ? [DRAMA] : [CRIME]),
};

describe("the home page", () => {
  it("has its rows in the order in which they matter, what is watched most last", async () => {
    expect(kinds(await plan(FULL))).toEqual([
      "CONTINUE_WATCHING",
      "RECOMMENDED",
      "TOP_10",
      "BECAUSE_YOU_WATCHED",
      "TRENDING",
      "WATCHLIST",
      "NEW",
      "GENRE",
      "POPULAR",
    ]);
  });

  it("of a visitor asks nothing of a profile and has no rows of one", async () => {
    const asked: string[] = [];
    const rows = await plan(FULL, null, asked);
    expect(kinds(rows)).toEqual(["TOP_10", "TRENDING", "NEW", "GENRE", "POPULAR"]);
    expect(asked.filter((name) => /recent|continue|watchlist|recommended|similar/.test(name))).toEqual([]);
  });

  it("asks in three levels: the material, the neighbours, who may be met", async () => {
    const asked: string[] = [];
    await plan(FULL, "p", asked);
    expect(asked.slice(-2)).toEqual(["similar seen", "visible"]);
    expect(asked.slice(0, -2).sort()).toEqual([
      "ADDED_AT",
      "POPULARITY",
      "continue",
      "recent",
      "recommended",
      "top10",
      "trending",
      "watchlist",
    ]);
  });

  it("gives every row an id of its own, the same for the same world", async () => {
    const ids = (await plan(FULL)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect((await plan(FULL)).map(({ id }) => id)).toEqual(ids);
    expect(ids).toContain("BECAUSE_YOU_WATCHED seen");
    expect(ids).toContain("GENRE drama");
  });

  it("leaves out what the audience may not meet, from every row", async () => {
    const hidden = ["c1", "w1", "r1", "t0", "s2", "g3", "n4"];
    const rows = await plan({ ...FULL, hidden });
    const shown = rows.flatMap((row) => titles(row)!);
    expect(shown.filter((id) => hidden.includes(id))).toEqual([]);
    expect(kinds(rows)).not.toContain("CONTINUE_WATCHING");
    expect(titles(rows.find(({ kind }) => kind === "TOP_10"))).toEqual(numbered("t", 10).slice(1));
  });

  it("leaves out suggestions of fewer than four titles, but never what a person chose", async () => {
    const rows = await plan({
      continueWatching: ["c"],
      watchlist: ["w"],
      recommended: numbered("r", 3),
      trending: numbered("g", 4),
    });
    expect(kinds(rows)).toEqual(["CONTINUE_WATCHING", "TRENDING", "WATCHLIST"]);
  });

  it("has at most a hundred titles in a row", async () => {
    const rows = await plan({ popular: numbered("p", 300) });
    expect(titles(rows[0])).toEqual(numbered("p", 300).slice(0, 100));
  });

  it("is empty where there is nothing", async () => {
    expect(await plan({})).toEqual([]);
    expect(await plan({}, null)).toEqual([]);
  });
});

describe("rows built on a watch", () => {
  const rowsFor = async (recent: RecentWatch[]) => {
    const similar = Object.fromEntries(recent.map(({ titleId }) => [titleId, numbered(`${titleId}-`, 5)]));
    const rows = await plan({ recent, similar });
    return rows.filter(({ kind }) => kind === "BECAUSE_YOU_WATCHED").map(({ because }) => because);
  };

  it("take the latest three that went well", async () => {
    expect(await rowsFor(["a", "b", "c", "d"].map((id) => watch(id)))).toEqual(["a", "b", "c"]);
    const recent = [
      watch("left", { completed: false }),
      watch("disliked", { rating: 2 }),
      watch("liked and left", { completed: false, rating: 4 }),
      watch("so-so and left", { completed: false, rating: 3 }),
      watch("so-so", { rating: 3 }),
    ];
    expect(await rowsFor(recent)).toEqual(["liked and left", "so-so"]);
  });

  it("are built on no watch that may not be met any more", async () => {
    const ids = ["gone", "a", "gone too", "b", "c"];
    const similar = Object.fromEntries(ids.map((id) => [id, numbered(`${id}-`, 5)]));
    const hidden = ["gone", "gone too"];
    const rows = await plan({ recent: ids.map((id) => watch(id)), similar, hidden });
    expect(rows.filter(({ because }) => because !== null).map(({ id }) => id)).toEqual(
      ["a", "b", "c"].map((id) => `BECAUSE_YOU_WATCHED ${id}`),
    );
  });

  it("name the watch as the reason of each title", async () => {
    const [row] = (await plan(FULL)).filter(({ kind }) => kind === "BECAUSE_YOU_WATCHED");
    expect(row!.entries.every(({ because }) => because === "seen")).toBe(true);
  });
});

describe("rows of a genre", () => {
  it("come by what was watched first, then by what is popular, and hold popular titles of the genre", async () => {
    const genresOf = (id: string) => (id === "seen" || Number(id.slice(1)) % 2 === 0 ? [CRIME] : [DRAMA]);
    const rows = (
      await plan({
        recent: numbered("seen", 0)
          .concat("seen")
          .map((id) => watch(id)),
        popular: numbered("p", 20),
        genresOf,
      })
    ).filter(({ kind }) => kind === "GENRE");
    expect(rows.map(({ genre }) => genre)).toEqual([CRIME, DRAMA]);
    expect(titles(rows[0])).toEqual(numbered("p", 20).filter((_, index) => index % 2 === 0));
  });

  it("count no genre of a watched title that may not be met", async () => {
    const genresOf = (id: string) => (id === "seen" ? [CRIME] : [DRAMA]);
    const world = { recent: [watch("seen")], popular: numbered("p", 20), genresOf, hidden: ["seen"] };
    expect((await plan(world)).flatMap(({ genre }) => genre ?? [])).toEqual([DRAMA]);
  });
});

describe("the order within a row", () => {
  it("is told for lists read downwards and for ranked ones, since cursors need it", async () => {
    const ties = Object.fromEntries((await plan(FULL)).map((row) => [row.kind, row.ties]));
    expect(ties).toEqual({
      CONTINUE_WATCHING: "DESC",
      WATCHLIST: "DESC",
      NEW: "DESC",
      POPULAR: "DESC",
      GENRE: "DESC",
      RECOMMENDED: "ASC",
      TOP_10: "ASC",
      TRENDING: "ASC",
      BECAUSE_YOU_WATCHED: "ASC",
    });
  });

  it("goes down by position in every row", async () => {
    for (const { entries } of await plan(FULL)) {
      const values = entries.map(({ position }) => position.value as number);
      expect(values).toEqual([...values].sort((a, b) => b - a));
    }
  });
});
