import { describe, expect, it } from "vitest";

import {
  coreWords,
  joinWords,
  keysOfMisspelling,
  keysOfWord,
  LONGEST_WORD,
  numberForms,
  transpositions,
  wordsOf,
} from "../../packages/search-text/index.js";

const texts = (text: string) => wordsOf(text).map((word) => word.text);

describe("words of a text", () => {
  it.each([
    ["Le Fabuleux destin d'Amélie", ["le", "fabuleux", "destin", "damelie"]],
    ["Spider-Man: No Way Home!", ["spider", "man", "no", "way", "home"]],
    ["E.T. & A.I.", ["et", "and", "ai"]],
    ["Alien³", ["alien3"]],
    ["Ærø, Łódź, Straße", ["aero", "lodz", "strasse"]],
    ["卧虎藏龙 2", ["卧虎", "虎藏", "藏龙", "龙", "2"]],
    ["", []],
    ["\u0000\ud800\u200b \u2800", []],
    [" ?!…\u0000\ud800", ["?!..."]],
    ["？ ？", ["??"]],
    ["🎬\u200d 🍿\ufe0f", ["🎬🍿"]],
    ["=^.^=", ["\uff1d^.^\uff1d"]],
  ])("%s", (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it("know where they stand", () => {
    const text = "«Ocean’s Eleven» 卧虎";
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual([
      "Ocean’s",
      "Eleven",
      "卧虎",
      "虎",
    ]);
  });

  it("are symbols where there is nothing else, from the first that is seen to the last", () => {
    const text = " ?! ? \u200b";
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(["?! ?"]);
  });

  it("are cut to a length that the index takes", () => {
    expect(texts("x".repeat(1_000))).toEqual(["x".repeat(LONGEST_WORD)]);
  });
});

describe("forms of words", () => {
  it("of numbers", () => {
    expect(numberForms("2").sort()).toEqual(["ii", "two"]);
    expect(numberForms("iv").sort()).toEqual(["4", "four"]);
    expect(numberForms("seven").sort()).toEqual(["7", "vii"]);
    expect(numberForms("rocky")).toEqual([]);
  });

  it("joined, with numerals as digits but for a leading letter", () => {
    expect(joinWords(["rocky", "ii"])).toBe("rocky2");
    expect(joinWords(["henry", "v"])).toBe("henry5");
    expect(joinWords(["v", "for", "vendetta"])).toBe("vforvendetta");
  });

  it("without common words, unless there are no others", () => {
    expect(coreWords(["the", "lord", "of", "the", "rings"])).toEqual(["lord", "rings"]);
    expect(coreWords(["the", "a"])).toEqual(["the", "a"]);
  });
});

describe("keys for misspellings", () => {
  const meet = (word: string, misspelling: string) => {
    const keys = new Set(keysOfWord(word));
    return keysOfMisspelling(misspelling).some((key) => keys.has(key));
  };
  const ALPHABET = "abcdefghijklmnopqrstuvwxyz";

  function edits(word: string): string[] {
    const made: string[] = [];
    for (let at = 0; at <= word.length; at++) {
      for (const letter of ALPHABET) {
        made.push(word.slice(0, at) + letter + word.slice(at));
        if (at < word.length) made.push(word.slice(0, at) + letter + word.slice(at + 1));
      }
      if (at < word.length) made.push(word.slice(0, at) + word.slice(at + 1));
    }
    return made.filter((text) => text.length >= 3);
  }

  it.each(["cat", "jaws", "matrix", "eastwood", "godfather", "terminator", "thegodfatherpart"])(
    "every single edit of %s meets it",
    (word) => {
      const missed = [...edits(word), ...transpositions(word)].filter((text) => !meet(word, text));
      expect(missed).toEqual([]);
    },
  );

  it.each(["godfather", "terminator", "spiderman"])("every two edits of the long word %s meet it", (word) => {
    const missed = edits(word).flatMap((once, index) =>
      index % 11 ? [] : edits(once).filter((text) => !meet(word, text)),
    );
    expect(missed).toEqual([]);
  });

  it("do not meet a word that is quite another", () => {
    expect(meet("godfather", "spiderman")).toBe(false);
    expect(meet("jaws", "cats")).toBe(false);
  });
});
