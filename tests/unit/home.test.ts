import { describe, expect, it } from "vitest";

import { planHome } from "../../resolvers/home/home.js";
import { type HomeSources, type HomeViewer } from "../../resolvers/home/home-material.js";
import { FIRST_ROWS } from "../../resolvers/home/home-arrangement.js";
import { type HomeRowPlan } from "../../resolvers/home/home-row.js";
import { type ShownCollection } from "../../datasources/collections/collections.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type RecentWatch } from "../../datasources/viewing/viewing.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant();
const PATH = { prev: undefined, key: "home" };
const DRAMA = { id: "drama", name: "Drama" };
const CRIME = { id: "crime", name: "Crime" };
const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** What the stores hold for one home page; titles that nobody may meet are in `hidden`. */
interface World {
  recent?: RecentWatch[];
  touched?: string[];
  continueWatching?: string[];
  watchlist?: string[];
  recommended?: string[];
  top10?: string[];
  trending?: string[];
  newest?: string[];
  popular?: string[];
  similar?: Record<string, string[]>;
  hidden?: string[];
  /** Whether nobody has watched anything. */
  unwatched?: boolean;
  collections?: ShownCollection[];
  unwanted?: string[];
  genresOf?: (id: string) => { id: string; name: string }[];
}

/** Sources that answer from a world and note in which order they were asked. */
function sourcesOf(world: World, asked: string[] = []): HomeSources {
  const at = (ids: string[] = []) =>
    ids.map((titleId, index) => ({ titleId, position: { value: 1000 - index, id: titleId } }));
  const genresOf = world.genresOf ?? (() => []);
  const refs = (ids: string[] = []) =>
    at(ids).map(({ titleId, position: { value } }) => ({
      id: titleId,
      genres: genresOf(titleId),
      position: { value: world.unwatched ? 0 : value / 1000, id: titleId },
    }));
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
      notForMe: () => answer("unwanted", world.unwanted ?? []),
      recentWatches: () => answer("recent", world.recent ?? []),
      touchedTitles: () => answer("touched", world.touched ?? []),
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
      byModel: {
        load: ({ model }: { model: number }) =>
          answer(
            `model ${model}`,
            [...(world.recommended ?? [])]
              .reverse()
              .map((titleId, n) => ({ titleId, score: 9 - n, because: "seen" })),
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
    collections: { shown: () => answer("collections", world.collections ?? []) },
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

const AUDIENCE = { country: "US", maturityLimit: 18, editor: false, now: new Date() };
const VIEWER: HomeViewer = {
  audience: AUDIENCE,
  profile: "p",
  personalised: true,
  kids: false,
  favourites: [],
  model: null,
  diversity: 0,
};
const plan = (world: World, viewer: Partial<HomeViewer> = {}, asked?: string[]) =>
  planHome(sourcesOf(world, asked), { ...VIEWER, ...viewer }, PATH);
const VISITOR = { profile: null, personalised: false };
const kinds = (rows: HomeRowPlan[]) => rows.map(({ kind }) => kind);
const titles = (row: HomeRowPlan | undefined) => row?.entries.map(({ titleId }) => titleId);
const firstTitles = (rows: HomeRowPlan[]) => rows.slice(0, FIRST_ROWS).flatMap((row) => titles(row)!);
const repeated = (ids: string[]) => ids.filter((id, at) => ids.indexOf(id) !== at);
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
  it("goes on with what was begun, and has all kinds of rows below", async () => {
    const found = kinds(await plan(FULL));
    expect(found[0]).toBe("CONTINUE_WATCHING");
    expect([...found].sort()).toEqual(
      [
        ...["CONTINUE_WATCHING", "RECOMMENDED", "TOP_10", "BECAUSE_YOU_WATCHED", "TRENDING", "WATCHLIST"],
        ...["NEW", "GENRE", "POPULAR"],
      ].sort(),
    );
  });

  it("of a visitor asks nothing of a profile and has no rows of one", async () => {
    const asked: string[] = [];
    const rows = await plan(FULL, VISITOR, asked);
    expect([...kinds(rows)].sort()).toEqual(["GENRE", "NEW", "POPULAR", "TOP_10", "TRENDING"]);
    expect(
      asked.filter((name) => /recent|touched|continue|watchlist|recommended|similar|unwanted/.test(name)),
    ).toEqual([]);
  });

  it("of whom nothing may be learned has its own shelves, and asks for nothing else of it than what is not for it", async () => {
    const asked: string[] = [];
    const rows = await plan(FULL, { personalised: false }, asked);
    expect(kinds(rows)).toEqual(expect.arrayContaining(["CONTINUE_WATCHING", "WATCHLIST", "POPULAR"]));
    expect(kinds(rows)).not.toContain("RECOMMENDED");
    expect(asked.filter((name) => /recent|touched|recommended|similar/.test(name))).toEqual([]);
  });

  it("asks in three levels: the material, the neighbours, who may be met", async () => {
    const asked: string[] = [];
    await plan(FULL, {}, asked);
    expect(asked.slice(-2)).toEqual(["similar seen", "visible"]);
    expect(asked.slice(0, -2).sort()).toEqual([
      "ADDED_AT",
      "POPULARITY",
      "collections",
      "continue",
      "recent",
      "recommended",
      "top10",
      "touched",
      "trending",
      "unwanted",
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
    const rows = await plan({ ...FULL, hidden, newest: [] });
    const shown = rows.flatMap((row) => titles(row)!);
    expect(shown.filter((id) => hidden.includes(id))).toEqual([]);
    expect(kinds(rows)).not.toContain("CONTINUE_WATCHING");
    expect(titles(rows.find(({ kind }) => kind === "TOP_10"))).toEqual(numbered("t", 10).slice(1));
  });

  it("suggests nothing that is not for the profile, and builds on none of it; what it chose and what a country watches stays", async () => {
    const unwanted = ["c1", "w1", "r1", "t0", "s2", "g3", "n4", "p5"];
    const rows = await plan({ ...FULL, unwanted });
    const kept = new Set(["CONTINUE_WATCHING", "WATCHLIST", "TOP_10"]);
    const unlearned = await plan({ ...FULL, unwanted }, { personalised: false });
    expect(unlearned.filter(({ kind }) => !kept.has(kind)).flatMap((row) => titles(row)!)).not.toContain(
      "p5",
    );
    const suggested = rows.filter(({ kind }) => !kept.has(kind)).flatMap((row) => titles(row)!);
    expect(suggested).toContain("r2");
    expect(suggested.filter((id) => unwanted.includes(id))).toEqual([]);
    const chosen = rows.filter(({ kind }) => kept.has(kind)).flatMap((row) => titles(row)!);
    expect(chosen).toEqual(expect.arrayContaining(["c1", "w1", "t0"]));
    expect(kinds(await plan({ ...FULL, unwanted: ["seen"] }))).not.toContain("BECAUSE_YOU_WATCHED");
  });

  it("leaves out suggestions of fewer than four titles, but never what a person chose", async () => {
    const rows = await plan({
      continueWatching: ["c"],
      watchlist: ["w"],
      recommended: numbered("r", 3),
      trending: numbered("g", 4),
    });
    expect([...kinds(rows)].sort()).toEqual(["CONTINUE_WATCHING", "TRENDING", "WATCHLIST"]);
  });

  it("has what there is where there is no more, also a single title", async () => {
    const rows = await plan({ popular: ["p1"], top10: ["p1"], newest: ["p1"], trending: ["p1"] });
    expect(rows.map((row) => [row.kind, titles(row)])).toEqual([["POPULAR", ["p1"]]]);
  });

  it("of a catalogue that nobody has watched says nothing of what is watched", async () => {
    const ids = numbered("p", 12);
    const rows = await plan({ popular: ids, newest: ids, unwatched: true, genresOf: () => [DRAMA] }, VISITOR);
    expect(kinds(rows)).toContain("NEW");
    expect(kinds(rows)).not.toContain("POPULAR");
    const [one] = await plan({ popular: ["p1"], newest: ["p1"], unwatched: true }, VISITOR);
    expect([one?.kind, titles(one)]).toEqual(["NEW", ["p1"]]);
  });

  it("has at most a hundred titles in a row", async () => {
    const rows = await plan({ popular: numbered("p", 300) });
    expect(titles(rows[0])).toEqual(numbered("p", 300).slice(0, 100));
  });

  it("is empty where there is nothing", async () => {
    expect(await plan({})).toEqual([]);
    expect(await plan({}, VISITOR)).toEqual([]);
  });
});

describe("the first rows", () => {
  /** Every list begins with the same titles. */
  const SAME: World = {
    ...FULL,
    continueWatching: ["a0"],
    watchlist: ["a0", "a1"],
    recommended: numbered("a", 60),
    top10: numbered("a", 10),
    trending: numbered("a", 40),
    newest: numbered("a", 60).reverse(),
    popular: numbered("a", 60),
    similar: { seen: numbered("a", 50) },
    genresOf: () => [DRAMA],
  };

  it("show no title twice, however alike their lists are, and the others no title twice in one", async () => {
    const rows = await plan(SAME);
    expect(rows.length).toBeGreaterThanOrEqual(FIRST_ROWS);
    expect(repeated(firstTitles(rows))).toEqual([]);
    for (const row of rows) expect(repeated(titles(row)!)).toEqual([]);
    for (const row of rows.slice(1, FIRST_ROWS))
      if (row.kind !== "WATCHLIST") expect(row.entries.length).toBeGreaterThanOrEqual(4);
  });

  it("have what was put aside by the fourth, less what goes on above", async () => {
    for (const world of [SAME, FULL, { ...FULL, continueWatching: [] }]) {
      const rows = await plan(world);
      const place = kinds(rows).indexOf("WATCHLIST");
      expect(place).toBeGreaterThanOrEqual(0);
      expect(place).toBeLessThan(4);
      expect(titles(rows[place])).toEqual(world === SAME ? ["a1"] : ["w1"]);
    }
  });

  it("show a chart whole, or below them where a title of it is shown, was watched or is not for the profile", async () => {
    const chart = (rows: HomeRowPlan[]) => kinds(rows).indexOf("TOP_10");
    expect(chart(await plan(FULL))).toBeLessThan(FIRST_ROWS);
    expect(chart(await plan(FULL, VISITOR))).toBe(0);
    for (const world of [
      { ...FULL, touched: ["t3"] },
      { ...FULL, unwanted: ["t3"] },
      { ...FULL, watchlist: ["t3"] },
    ]) {
      const rows = await plan(world);
      expect(chart(rows)).toBe(FIRST_ROWS);
      expect(titles(rows[FIRST_ROWS])).toEqual(numbered("t", 10));
    }
  });
});

describe("what editors put together", () => {
  const collection = (id: string, position: number, shown: string[]): ShownCollection => ({
    id,
    name: `The ${id}`,
    titles: shown,
    position,
  });
  const collected = (rows: HomeRowPlan[]) =>
    rows.flatMap((row, at) => (row.kind === "COLLECTION" ? [[at + 1, row.name, titles(row)]] : []));

  it("stands at its place in its order, and no other of the first rows has its titles", async () => {
    const collections = [collection("one", 2, ["r1", "x1", "r0", "t3"]), collection("two", 5, ["x2", "r0"])];
    const rows = await plan({ ...FULL, collections });
    expect(collected(rows)).toEqual([
      [2, "The one", ["r1", "x1", "r0", "t3"]],
      [5, "The two", ["x2"]],
    ]);
    expect(repeated(firstTitles(rows))).toEqual([]);
  });

  it("goes behind what is gone on with, and behind a watchlist that has to come", async () => {
    const collections = Array.from({ length: 6 }, (_, n) => collection(`c${n}`, 1, [`x${n}`]));
    const found = kinds(await plan({ ...FULL, collections }));
    expect(found.slice(0, 4)).toEqual(["CONTINUE_WATCHING", "COLLECTION", "COLLECTION", "WATCHLIST"]);
    expect(found.filter((kind) => kind === "COLLECTION")).toHaveLength(6);
  });

  it("has nothing that may not be met, was seen or is not for the profile, and is not there without anything", async () => {
    const collections = [collection("one", 1, ["x1", "x2", "x3", "x4"]), collection("two", 2, ["x1", "x2"])];
    const world = { ...FULL, collections, hidden: ["x1"], touched: ["x2"], unwanted: ["x4"] };
    expect(collected(await plan(world))).toEqual([[2, "The one", ["x3"]]]);
  });

  it("is there where nothing else is, also what was to stand further down", async () => {
    const collections = [collection("one", 1, ["x1"]), collection("two", 90, ["x2", "x1"])];
    expect(collected(await plan({ collections }, VISITOR))).toEqual([
      [1, "The one", ["x1"]],
      [2, "The two", ["x2"]],
    ]);
  });
});

describe("rows of suggestions", () => {
  it("have nothing that was begun or rated", async () => {
    const touched = ["r0", "g0", "n0", "p0", "s0"];
    const rows = await plan({ ...FULL, recommended: numbered("r", 6), touched });
    for (const row of rows) expect(titles(row)!.filter((id) => touched.includes(id))).toEqual([]);
  });

  it("come in the order of what they are worth: what suits the profile before what is popular", async () => {
    const rows = await plan({ recommended: numbered("r", 10), newest: numbered("n", 10) });
    expect(kinds(rows)).toEqual(["RECOMMENDED", "NEW"]);
  });

  it("have for children what is for children, and no row of a genre that is not", async () => {
    const [family, romance] = [
      { id: "f", name: "Family" },
      { id: "r", name: "Romance" },
    ];
    const genresOf = (id: string) => (Number(id.slice(1)) % 2 === 0 ? [family, DRAMA] : [romance, DRAMA]);
    const world = { popular: numbered("p", 40), trending: numbered("q", 40), genresOf };
    const grown = await plan(world);
    expect(grown.flatMap(({ genre }) => genre?.name ?? []).sort()).toEqual(["Drama", "Family", "Romance"]);
    const rows = await plan(world, { kids: true });
    expect(rows.flatMap(({ genre }) => genre ?? [])).toEqual([family]);
    expect(rows.flatMap((row) => titles(row)!).every((id) => genresOf(id)[0] === family)).toBe(true);
  });

  it("have for children what they may see where nothing says what is for them", async () => {
    const rows = await plan({ popular: numbered("p", 10), genresOf: () => [DRAMA] }, { kids: true });
    expect(kinds(rows)).toEqual(["POPULAR"]);
  });
});

describe("rows built on a watch", () => {
  const rowsFor = async (recent: RecentWatch[]) => {
    const similar = Object.fromEntries(recent.map(({ titleId }) => [titleId, numbered(`${titleId}-`, 5)]));
    const others = { popular: numbered("p", 10), newest: numbered("n", 10), trending: numbered("g", 10) };
    const rows = await plan({ recent, similar, ...others, recommended: numbered("r", 10) });
    expect(
      kinds(rows).filter((kind, at, all) => kind === "BECAUSE_YOU_WATCHED" && all[at - 1] === kind),
    ).toEqual([]);
    return rows.filter(({ kind }) => kind === "BECAUSE_YOU_WATCHED").map(({ because }) => because);
  };

  it("take the latest three that went well, and do not stand together", async () => {
    expect((await rowsFor(["a", "b", "c", "d"].map((id) => watch(id)))).sort()).toEqual(["a", "b", "c"]);
    const recent = [
      watch("left", { completed: false }),
      watch("disliked", { rating: 2 }),
      watch("liked and left", { completed: false, rating: 4 }),
      watch("so-so and left", { completed: false, rating: 3 }),
      watch("so-so", { rating: 3 }),
    ];
    expect((await rowsFor(recent)).sort()).toEqual(["liked and left", "so-so"]);
  });

  it("are built on no watch that may not be met any more", async () => {
    const ids = ["gone", "a", "gone too", "b", "c"];
    const similar = Object.fromEntries(ids.map((id) => [id, numbered(`${id}-`, 5)]));
    const hidden = ["gone", "gone too"];
    const rows = await plan({ ...FULL, recent: ids.map((id) => watch(id)), similar, hidden });
    const built = rows.flatMap(({ because }) => because ?? []);
    expect(built.length).toBeGreaterThan(1);
    expect(built.filter((id) => !["a", "b", "c"].includes(id))).toEqual([]);
  });

  it("name the watch as the reason of each title", async () => {
    const [row] = (await plan(FULL)).filter(({ kind }) => kind === "BECAUSE_YOU_WATCHED");
    expect(row!.entries.every(({ because }) => because === "seen")).toBe(true);
  });
});

describe("rows of a genre", () => {
  const genres = (rows: HomeRowPlan[]) => rows.flatMap(({ genre }) => genre?.name ?? []);
  const NAMES = ["Drama", "Comedy", "Western", "Noir", "Sport", "War", "Music", "History"];
  const named = (name: string) => ({ id: name.toLowerCase(), name });
  /** Popular titles, the less the further behind in the list a genre stands; what was watched begins with its genre. */
  const genresOf = (id: string) => {
    const seen = NAMES.find((name) => id.startsWith(name));
    return [
      named(seen ?? NAMES[Math.min(NAMES.length - 1, Math.floor(Math.sqrt(Number(id.slice(1)) / 2)))]!),
    ];
  };
  const popular = numbered("p", 160);
  const watchedOf = (name: string) => numbered(`${name} `, 12).map((id) => watch(id));

  it("are those that the profile takes to more than others do, with the titles of most value to it", async () => {
    const liked = genres(await plan({ popular, genresOf, recent: watchedOf("Western") }));
    expect(liked).toContain("Western");
    expect(liked).toHaveLength(4);
    const other = genres(await plan({ popular, genresOf, recent: watchedOf("Sport") }));
    expect(other).toContain("Sport");
    const recommended = popular.slice(-5).reverse();
    const rows = await plan({ popular, genresOf, recent: watchedOf("History"), recommended });
    const row = rows.find(({ genre }) => genre?.name === "History");
    expect(titles(row)!.length).toBeGreaterThan(0);
    expect(titles(row)).not.toEqual(popular.filter((id) => titles(row)!.includes(id)));
  });

  it("are those of most of what is popular for whoever nothing is known of", async () => {
    expect(genres(await plan({ popular, genresOf }, VISITOR)).sort()).toEqual(
      ["History", "Music", "Sport", "War"].sort(),
    );
  });

  it("are those that a new profile has said it likes", async () => {
    expect(genres(await plan({ popular, genresOf }, { favourites: ["noir"] }))).toContain("Noir");
    expect(genres(await plan({ popular, genresOf }))).not.toContain("Noir");
  });

  it("count no genre of a watched title that may not be met", async () => {
    const of = (id: string) => (id === "seen" ? [CRIME] : [DRAMA]);
    const world = { recent: [watch("seen")], popular: numbered("p", 20), genresOf: of, hidden: ["seen"] };
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
      GENRE: "ASC",
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

describe("what suits the profile", () => {
  const world: World = {
    recent: [watch("seen")],
    recommended: numbered("r", 6),
    genresOf: (id) => (id === "r4" || id === "r5" ? [DRAMA] : [CRIME]),
  };
  const suited = async (viewer: Partial<HomeViewer>, asked?: string[]) =>
    titles((await plan(world, viewer, asked)).find(({ kind }) => kind === "RECOMMENDED"));

  it("is less of the same, as strongly as it is asked for", async () => {
    expect(await suited({})).toEqual(numbered("r", 6));
    expect(await suited({ diversity: 0.5 })).toEqual(["r0", "r4", "r1", "r2", "r3", "r5"]);
    const rows = await plan(
      { ...world, recommended: [], similar: { seen: numbered("r", 6) } },
      { diversity: 0.5 },
    );
    const [row] = rows.filter(({ kind }) => kind === "BECAUSE_YOU_WATCHED");
    expect(titles(row)!.slice(0, 2)).toEqual(["r0", "r4"]);
    const values = row!.entries.map(({ position }) => Number(position.value));
    expect(values).toEqual([...values].sort((a, b) => b - a));
  });

  it("is said by the model that is asked for", async () => {
    const asked: string[] = [];
    expect(await suited({ model: 3 }, asked)).toEqual(numbered("r", 6).reverse());
    expect(asked).toContain("model 3");
    expect(asked).not.toContain("recommended");
  });
});
