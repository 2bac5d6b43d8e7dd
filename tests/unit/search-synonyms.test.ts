import { describe, expect, it } from "vitest";

import { phraseKeys, planSearch, searchKey, type AddedLists } from "../../packages/search-text/index.js";

const NYC: AddedLists = { same: [["NYC", "New York City", "the big apple"]], genres: [] };
const words = (text: string, added = NYC) => planSearch(text, added).slots;
/** What stands for which words, as one word. */
const joined = (text: string, added = NYC) =>
  planSearch(text, added)
    .units.filter(({ slots, text: form }) => slots.length > 1 && !form.startsWith("="))
    .map(({ text: form, slots }) => `${form} ${slots.join("")}`);
const variantsOf = (text: string, word: string, added = NYC) => {
  const { units, variants } = planSearch(text, added);
  return variants.filter(({ unit, slip }) => units[unit]!.text === word && !slip).map((each) => each.word);
};

describe("words that are the same by a list", () => {
  it("are looked for as the longest of their forms, which the others stand for", () => {
    expect(words("a day in nyc")).toEqual(["day", "in", "new", "york", "city"]);
    expect(joined("nyc")).toContain("nyc 012");
    expect(joined("NYC")).toContain("bigapple 012");
    expect(words("Big Apple")).toEqual(["new", "york", "city"]);
    expect(words("new york city")).toEqual(["new", "york", "city"]);
    expect(joined("new york city")).toContain("nyc 012");
  });

  it("leave the first units for one word each, in their order", () => {
    const { slots, units } = planSearch("nyc marathon", NYC);
    expect(units.slice(0, slots.length).map(({ text }) => text)).toEqual(slots);
    expect(units.slice(0, slots.length).map((unit) => unit.slots)).toEqual([[0], [1], [2], [3]]);
  });

  it("are no beginning of a phrase, and no part of another word", () => {
    expect(words("new york")).toEqual(["new", "york"]);
    expect(words("nycx")).toEqual(["nycx"]);
  });

  it("make another whole name of a text", () => {
    expect(variantsOf("escape from nyc", "=escapefromnyc")).toEqual(
      expect.arrayContaining(["=escapefromnewyorkcity", "=escapefrombigapple"]),
    );
  });

  it("count beside the lists of the package", () => {
    const added = { same: [["doc", "dr"]], genres: [] };
    expect(variantsOf("dr no", "dr", added)).toEqual(expect.arrayContaining(["doc", "doctor"]));
    expect(variantsOf("dr no", "dr", { same: [], genres: [] })).toContain("doctor");
  });

  it("ask for genres", () => {
    const added = { same: [], genres: [{ name: "Science Fiction", asked: ["Space Opera"] }] };
    expect(variantsOf("space opera films", "=spaceoperafilms", added)).toContain(" genre sciencefiction");
    expect(variantsOf("space opera", "=spaceopera")).not.toContain(" genre sciencefiction");
  });

  it("never make more words of a text than are looked for", () => {
    const { slots } = planSearch("nyc b c d e f g h i j k", NYC);
    expect(slots).toHaveLength(10);
  });
});

describe("the key of a text", () => {
  it("is one for texts that are searched for as one", () => {
    for (const text of ["The Matrix", "matrix", " MÁTRIX! ", "Ｍatrix"])
      expect(searchKey(text)).toBe("matrix");
    expect(searchKey("now here")).not.toBe(searchKey("nowhere"));
    expect(searchKey(" \u200b")).toBe("");
  });

  it("is among those of its phrases", () => {
    expect(phraseKeys("Escape from N.Y.C.")).toEqual(
      expect.arrayContaining(["escape from nyc", "nyc", "from nyc", "escape"]),
    );
    expect(phraseKeys("")).toEqual([]);
  });
});
