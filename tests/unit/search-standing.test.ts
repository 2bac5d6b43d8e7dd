import { describe, expect, it } from "vitest";

import { editsWithin, planSearch, standingWords } from "../../packages/search-text/index.js";

describe("editsWithin", () => {
  it.each([
    ["matrix", "matrix", 2, 0],
    ["matrix", "matirx", 1, 1],
    ["matrix", "natrix", 1, 1],
    ["matrix", "matri", 1, 1],
    ["matrix", "mattrix", 1, 1],
    ["", "ab", 2, 2],
    ["abcdef", "badcfe", 3, 3],
    ["kitten", "sitting", 3, 3],
    ["kitten", "sitting", 2, undefined],
    ["a", "abcdef", 2, undefined],
    ["🦈a", "a🦈", 1, 1],
  ])("%s and %s within %i: %s", (from, to, most, edits) => {
    expect(editsWithin(from, to, most)).toBe(edits);
    expect(editsWithin(to, from, most)).toBe(edits);
  });
});

describe("standingWords", () => {
  const words = (text: string, names: string[], running: string[] = []) =>
    standingWords(planSearch(text), names, running).map(({ word }) => word);

  it("are words as written, misspelled, begun, joined, and numbers in other forms", () => {
    expect(words("godfather", ["The Godfather"])).toEqual(["godfather"]);
    expect(words("godfahter", ["The Godfather"])).toEqual(["godfather"]);
    expect(words("godf", ["The Godfather"])).toEqual(["godfather"]);
    expect(words("spiderman", ["Spider-Man"])).toContain("spiderman");
    expect(words("rocky 2", ["Rocky II"])).toEqual(expect.arrayContaining(["rocky", "ii"]));
    expect(words("godfather", ["Solaris"])).toEqual([]);
  });

  it("are not looked for among misspellings of running text", () => {
    expect(words("harbuor", [], ["A harbour at night."])).toEqual([]);
    expect(words("harbour", [], ["A harbour at night."])).toEqual(["harbour"]);
  });

  it("tell how well they stand and how many texts have them", () => {
    const found = standingWords(planSearch("jaws"), ["Jaws", "Jaws 2", "Paws"], []);
    const [jaws, paws] = found.filter(({ spoken }) => spoken);
    expect(jaws).toEqual({ unit: 0, word: "jaws", frequency: 2, spoken: true, quality: 1 });
    expect(paws).toMatchObject({ word: "paws", frequency: 1, spoken: true });
    expect(paws?.quality).toBeCloseTo(1 - 1.1 / 5);
  });
});
