import { describe, expect, it } from "vitest";

import {
  coreWords,
  joinedForms,
  joinWords,
  keysOfMisspelling,
  keysOfWord,
  LONGEST_WORD,
  transpositions,
  wordsOf,
} from "../../packages/search-text/index.js";
import { foldNumbers, numberForms } from "../../packages/search-text/numbers.js";

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
    ["2½", ["2", "12"]],
    ["20,000 Leagues", ["20000", "leagues"]],
    ["トトロ ﾄﾄﾛ", ["とと", "とろ", "ろ", "とと", "とろ", "ろ"]],
    ["ガ", ["か"]],
    ["™", ["™"]],
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
    expect(numberForms("13th")).toEqual(["thirteenth"]);
    expect(numberForms("xlii")).toEqual(["42"]);
    for (const word of ["rocky", "mix", "di", "se7en", "iiii"]) expect(numberForms(word)).toEqual([]);
  });

  it.each([
    ["rocky ii", "rocky 2"],
    ["henry v", "henry 5"],
    ["v for vendetta", "v for vendetta"],
    ["twenty eight days", "28 days"],
    ["24 7 twenty four seven", "24 7 24 7"],
    ["three hundred", "300"],
    ["one hundred two dalmatians", "102 dalmatians"],
    ["two thousand one", "2001"],
    ["friday thirteenth", "friday 13th"],
    ["twenty first", "21th"],
    ["nine half weeks", "912 weeks"],
    ["9 1 2 weeks", "912 weeks"],
    ["se7en", "se7en"],
  ])("with numbers in digits: %s", (words, expected) => {
    expect(foldNumbers(words.split(" ")).join(" ")).toBe(expected);
  });

  it("joined, as they are and with numbers in digits", () => {
    expect(joinWords(["rocky", "ii"])).toBe("rockyii");
    expect(joinedForms(["rocky", "ii"])).toEqual(["rockyii", "rocky2"]);
    expect(joinedForms(["king", "kong"])).toEqual(["kingkong"]);
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

  it.each(["godfather", "terminator", "spiderman", "matrix", "avatars", "gladiato"])(
    "every two edits of the word %s meet it",
    (word) => {
      const missed = edits(word).flatMap((once, index) =>
        index % 11 ? [] : edits(once).filter((text) => !meet(word, text)),
      );
      expect(missed).toEqual([]);
    },
  );

  it("do not meet a word that is quite another", () => {
    expect(meet("godfather", "spiderman")).toBe(false);
    expect(meet("jaws", "cats")).toBe(false);
  });
});
