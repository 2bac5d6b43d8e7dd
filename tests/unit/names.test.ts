import { describe, expect, it } from "vitest";

import {
  addressForms,
  nameKey,
  spellingKey,
  spellingsOf,
  tidyAddress,
  tidyName,
} from "../../packages/names/index.js";

const FAMILY = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";
const WALES = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}";

describe("tidyName", () => {
  it.each([
    ["outer blanks", "  Drama\t", "Drama"],
    ["inner blanks", "Tom \u00a0\n Hanks", "Tom Hanks"],
    ["blanks of braille", "\u2800Drama\u2800", "Drama"],
    ["composition", "Agne\u0300s", "Agnès"],
    ["zero width", "Dra\u200bma\ufeff", "Drama"],
    ["joiners that join nothing", "Dra\u200dm\u200ca", "Drama"],
    ["directions", "\u202eDrama\u202c", "Drama"],
    ["soft hyphens and fillers", "Dra\u00adma\u3164", "Drama"],
    ["variants of letters", "Drama\ufe0f 1\ufe0f", "Drama 1"],
    ["tags without a flag", "Drama\u{E0067}", "Drama"],
    ["nothing that is seen", "\u200b \u2060", ""],
  ])("does away with %s", (_, name, tidy) => expect(tidyName(name)).toBe(tidy));

  it.each([
    ["Persian", "می\u200cخواهم"],
    ["Sinhala", "ශ\u0dca\u200dරී"],
    ["a family", FAMILY],
    ["a red heart", "\u2764\ufe0f"],
    ["a key", "1\ufe0f\u20e3"],
    ["a flag", WALES],
    ["symbols", "🎬🍿 ???"],
  ])("keeps what is seen in %s", (_, name) => expect(tidyName(name)).toBe(name));

  it("leaves a tidy name as it is", () => {
    for (const name of ["Drama", `a ${FAMILY} b`, WALES])
      expect(tidyName(tidyName(name))).toBe(tidyName(name));
  });
});

describe("nameKey", () => {
  it("is one for names that differ in case, white space and what nobody sees", () => {
    for (const name of ["tom HANKS ", "Tom  Hanks", "Tom\u200b Hanks", "\u2800TOM HANKS"])
      expect(nameKey(name)).toBe("tom hanks");
    expect(nameKey("\u2764\ufe0f")).toBe(nameKey("\u2764"));
  });

  it("differs for names that differ", () => expect(nameKey("Tom Hanks")).not.toBe(nameKey("TomHanks")));
});

describe("spellings", () => {
  it("of one name differ in case, accents, width and white space", () => {
    for (const name of [
      "Comédie",
      "COMEDIE",
      " come\u0301die ",
      "\uff23\uff4f\uff4d\uff45\uff44\uff49\uff45",
    ])
      expect(spellingKey(name)).toBe("comedie");
    expect(spellingKey("Sci Fi")).not.toBe(spellingKey("SciFi"));
  });

  it("are other names where a mark is no accent", () => {
    expect(spellingKey("が")).not.toBe(spellingKey("か"));
    expect(spellingKey("नाटक")).not.toBe(spellingKey("नटक"));
  });

  it("of a name are those beneath it", () => {
    expect(spellingsOf("Drama")).toEqual(["Drama"]);
    expect(spellingsOf("Comédie")).toEqual(["Comédie", "Comedie"]);
    expect(spellingsOf("\uff24rama")).toEqual(["\uff24rama", "Drama"]);
  });
});

describe("addressForms", () => {
  it("are the one form, and those that were kept before domains had one", () => {
    expect(addressForms("Zo\u200be@MÜNCHEN.example")).toEqual([
      "Zoe@münchen.example",
      "Zoe@xn--mnchen-3ya.example",
      "Zoe@MÜNCHEN.example",
      "Zo\u200be@MÜNCHEN.example",
    ]);
    expect(addressForms(" kim@lumen.com ")).toEqual(["kim@lumen.com"]);
    expect(addressForms("no address")).toEqual(["no address"]);
  });

  it("begin with what a tidy address stays", () => {
    for (const typed of ["a@xn--mnchen-3ya.example", "a@b..c", "x"])
      expect(addressForms(tidyAddress(typed))[0]).toBe(tidyAddress(typed));
  });
});
