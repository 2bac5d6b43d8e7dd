import { beforeAll, describe, expect, it } from "vitest";

import { AUDIENCE } from "../../bench/engine-calls.js";
import { suiteQueries } from "../../bench/search-classes.js";
import { loadFilms } from "../../bench/search-queries.js";
import {
  byClass,
  completedShare,
  misled,
  scoreAll,
  type Asked,
  type Scored,
} from "../../bench/search-score.js";
import { typedQueries } from "../../bench/search-typed.js";
import { type TitleDocument } from "../../datasources/core/title.document.js";

/** What an engine brings: its search, over a tenant that has these titles. */
export type Filled = (films: readonly TitleDocument[]) => Promise<Pick<Asked, "search" | "tenant">>;

/** MRR@10 that classes reach which are harder than the others. */
const HARDER: Record<string, number> = {
  begun: 0.96,
  "begun and misspelt": 0.96,
  "director and a word": 0.97,
  "one word dropped": 0.94,
};
const USUAL = 0.975;
/** Queries of a class; `node dist/bench/search.js` asks all. */
const MOST = 45;

/** Known items from the demo catalogue, by rule and as people type them, whichever engine answers. */
export function suiteCases(fill: Filled): void {
  const films = loadFilms();
  const generated = suiteQueries(films, MOST);
  const typed = typedQueries(films);
  let asked: Asked;
  let scored: Scored[];
  const of = (kind: string) => byClass(scored).get(kind);
  const missed = (kind: string) =>
    scored
      .filter((each) => each.kind === kind && each.rank !== 1)
      .map(({ text, rank }) => `${text}: ${rank}`);

  beforeAll(async () => {
    asked = { ...(await fill(films)), audience: AUDIENCE };
    scored = await scoreAll(asked, [...generated, ...typed]);
  });

  it("asks enough", () => {
    expect(generated.length).toBeGreaterThanOrEqual(500);
    expect(typed.length).toBeGreaterThanOrEqual(150);
  });

  describe("finds what is meant", () => {
    it.each([...new Set(generated.map(({ kind }) => kind))])("%s", (kind) => {
      expect(of(kind)?.reciprocal, missed(kind).join(", ")).toBeGreaterThanOrEqual(HARDER[kind] ?? USUAL);
    });

    it("on the whole, first", () => {
      expect(of("all")?.reciprocal).toBeGreaterThanOrEqual(0.985);
    });

    it.each(["exact", "sequel by number", "genre", "nothing"])("always: %s", (kind) => {
      expect(missed(kind)).toEqual([]);
    });

    it("as people type, among the first five", () => {
      expect(of("as people type")?.five).toBeGreaterThanOrEqual(0.98);
    });
  });

  it("proposes no spelling that finds what is meant further down", () => {
    expect(scored.filter(({ didYouMean }) => didYouMean !== null).length).toBeGreaterThan(50);
    expect(misled(scored).map(({ text, didYouMean }) => `${text}: ${didYouMean}`)).toEqual([]);
  });

  // Eight completions of all titles that begin so, those of most votes, would be .341, .768 and .982 of the viewing.
  it.each([
    [1, 0.28],
    [2, 0.72],
    [3, 0.97],
  ])("completes what most people watch after %i letters", async (letters, part) => {
    expect(await completedShare(asked, films, letters)).toBeGreaterThanOrEqual(part);
  });
}
