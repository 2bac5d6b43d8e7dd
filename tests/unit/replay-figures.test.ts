import { describe, expect, it } from "vitest";

import { Random } from "../../seeds/random.js";
import { MOST_WEIGHT, replayFigures, type ReplayedList } from "../../src/jobs/replay-figures.js";

const titles = (count: number, prefix = "t") => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const looksAt = (place: number) => 1 / place;
const list = (account: string, more: Partial<ReplayedList> = {}): ReplayedList => ({
  account,
  shown: titles(10),
  watched: new Set(["t4"]),
  instead: titles(10).reverse(),
  ...more,
});
const accounts = (count: number) => Array.from({ length: count }, (_, n) => `a${n}`);

describe("a log that is replayed", () => {
  it("is itself where the other would show the same", () => {
    const same = accounts(20).map((account) => list(account, { instead: titles(10) }));
    const figures = replayFigures(same, looksAt);
    expect(figures).toMatchObject({ lists: 20, accounts: 20, overlap: 1 });
    expect(figures.effective).toBeCloseTo(200, 6);
    expect(figures.replayed!.value).toBeCloseTo(figures.logged!.value, 9);
    expect(figures.logged!.value).toBe(1);
  });

  it("counts what was watched by how much it would be looked at, of how much it was, to a limit", () => {
    const moved = replayFigures(
      accounts(40).map((account) => list(account)),
      looksAt,
    );
    // From the fifth place to the sixth.
    expect(moved.replayed!.value).toBeCloseTo(5 / 6, 9);
    const raised = accounts(40).map((account) => list(account, { watched: new Set(["t9"]) }));
    const steep = replayFigures(raised, (place) => place ** -3);
    expect(steep.replayed!.value).toBeCloseTo(MOST_WEIGHT, 9);
    // A few that count much tell as much as fewer that count the same.
    expect(steep.effective).toBeLessThan(400);
  });

  it("does not tell what was never shown, nor of few accounts", () => {
    const others = accounts(50).map((account) => list(account, { instead: titles(10, "u") }));
    const none = replayFigures(others, looksAt);
    expect(none).toMatchObject({ overlap: 0, effective: 0, replayed: null });
    expect(none.logged!.value).toBe(1);
    // All that was shown, but of too few titles.
    expect(
      replayFigures(
        accounts(9).map((each) => list(each)),
        looksAt,
      ).replayed,
    ).toBeNull();
    const household = Array.from({ length: 60 }, () => list("one"));
    expect(replayFigures(household, looksAt)).toMatchObject({ logged: null, replayed: null });
    expect(replayFigures([], looksAt)).toMatchObject({ lists: 0, overlap: 0, logged: null, replayed: null });
  });

  it("holds in its interval what another order comes to, which what was shown does not tell", () => {
    const TITLES = titles(12);
    const likes = (title: string) => 0.6 / (1 + TITLES.indexOf(title));
    const instead = TITLES.slice(0, 10);
    const truth = instead.reduce((sum, title, at) => sum + looksAt(at + 1) * likes(title), 0);
    const draws = Array.from({ length: 40 }, (_, draw) => {
      const random = new Random("replay", draw);
      const lists = accounts(150).flatMap((account) => {
        // Those of one account are alike.
        const keen = 0.5 + random.next();
        return Array.from({ length: 6 }, () => {
          const shown = TITLES.map((title) => ({ title, by: random.next() }))
            .sort((a, b) => a.by - b.by)
            .slice(0, 10)
            .map(({ title }) => title);
          const watched = shown.filter((title, at) => random.next() < looksAt(at + 1) * likes(title) * keen);
          return { account, shown, watched: new Set(watched), instead };
        });
      });
      return replayFigures(lists, looksAt);
    });
    const held = draws.filter(({ replayed }) => replayed!.low <= truth && truth <= replayed!.high);
    expect(held.length).toBeGreaterThanOrEqual(33);
    for (const { replayed, logged } of draws) expect(replayed!.low).toBeGreaterThan(logged!.high);
  });
});
