import { Kind, parseValue, type GraphQLScalarType } from "graphql";
import { describe, expect, it } from "vitest";

import { checkedName } from "../../datasources/accounts/profile-rules.js";
import { checkTitle, checkTitleFields } from "../../datasources/catalog/title-rules.js";
import { type Checked } from "../../datasources/core/checking.js";
import { country, email } from "../../datasources/core/field-rules.js";
import { checkEvent } from "../../importer/line-validation.js";
import { CountryCode, MaturityRatingScalar } from "../../schema/scalars.js";
import { Unreadable } from "../../schema/unreadable.js";
import { countryReader } from "../../src/tenancy/request-country.js";

/*
 * One validator for a thing, wherever it comes from: every way in takes the same values and refuses the same.
 */

type WayIn = (value: string) => boolean;

const passes = (checked: Checked<unknown>) => "line" in checked;
const title = { id: "a", kind: "MOVIE", name: "A" };
const event = { id: "e", profile: "p", title: "a", at: "2026-05-01T20:11:00Z" };
const licence = (countries: string[]) => ({ licences: [{ countries, from: "2020-01-01" }] });

/** A scalar as a variable, as a quoted literal, and on its way out. */
function scalar(type: GraphQLScalarType): Record<string, WayIn> {
  const does = (work: () => unknown) => {
    try {
      return !(work() instanceof Unreadable);
    } catch {
      return false;
    }
  };
  return {
    variable: (value) => does(() => type.parseValue(value)),
    literal: (value) => does(() => type.parseLiteral({ kind: Kind.STRING, value })),
    unquoted: (value) => does(() => type.parseLiteral(parseValue(value))),
  };
}

const header = countryReader({ countryHeader: "x-country", trustedProxies: ["10.0.0.0/8"] });
const request = (value: string) =>
  ({ headers: { "x-country": value }, socket: { remoteAddress: "10.0.0.1" } }) as unknown as Parameters<
    typeof header
  >[0];

const COUNTRY: Record<string, WayIn> = {
  "a line's licence": (value) => passes(checkTitle({ ...title, ...licence([value]) })),
  "an edit's licence": (value) => passes(checkTitleFields(licence([value]))),
  "an event": (value) => passes(checkEvent({ ...event, country: value })),
  "a rule": (value) => country.safeParse(value).success,
  "a proxy's header": (value) => header(request(value)) !== null,
  ...scalar(CountryCode),
};
const RATING: Record<string, WayIn> = {
  "a line": (value) => passes(checkTitle({ ...title, maturityRating: value })),
  "an edit": (value) => passes(checkTitleFields({ maturityRating: value })),
  variable: scalar(MaturityRatingScalar).variable!,
};
const ID: Record<string, WayIn> = {
  "a title": (value) => passes(checkTitle({ ...title, id: value })),
  "an edit": (value) => passes(checkTitleFields({ id: value })),
  "an event": (value) => passes(checkEvent({ ...event, id: value })),
  "its profile": (value) => passes(checkEvent({ ...event, profile: value })),
  "its title": (value) => passes(checkEvent({ ...event, title: value })),
};
const INSTANT: Record<string, WayIn> = {
  "a line": (value) => passes(checkTitle({ ...title, effectiveFrom: value })),
  "when it joined": (value) => passes(checkTitle({ ...title, addedAt: value })),
  "a licence": (value) => passes(checkTitle({ ...title, licences: [{ countries: ["*"], from: value }] })),
  "an edit": (value) => passes(checkTitleFields({ effectiveFrom: value })),
  "an event": (value) => passes(checkEvent({ ...event, at: value })),
};
const NAME: Record<string, WayIn> = {
  "a title": (value) => passes(checkTitle({ ...title, name: value })),
  "another name": (value) => passes(checkTitle({ ...title, alternativeNames: [value] })),
  "an edit": (value) => passes(checkTitleFields({ name: value })),
  "a genre": (value) => passes(checkTitle({ ...title, genres: [value] })),
  "a tag": (value) => passes(checkTitle({ ...title, tags: [value] })),
  "a studio": (value) => passes(checkTitle({ ...title, studio: value })),
  "a person": (value) => passes(checkTitle({ ...title, credits: [{ person: value, role: "ACTOR" }] })),
  "a profile": (value) => {
    try {
      return checkedName(value, []) !== "";
    } catch {
      return false;
    }
  },
};
const EMAIL: Record<string, WayIn> = { "signing up": (value) => email.safeParse(value).success };

function cases(waysIn: Record<string, WayIn>, good: readonly string[], bad: readonly string[]) {
  return Object.entries(waysIn).flatMap(([place, takes]) => [
    ...good.map((value) => ({ place, value, takes, expected: true })),
    ...bad.map((value) => ({ place, value, takes, expected: false })),
  ]);
}

const LONG = "x".repeat(201);

describe.each([
  [
    "country",
    cases(COUNTRY, ["US", "GB", "JP", "XK", "fr"], ["UK", "EU", "ZZ", "AA", "EN", "XX", "T1", "USA", "U"]),
  ],
  ["maturity rating", cases(RATING, ["G", "PG-13", "TV-MA", "NR"], ["PG13", "12", "XXX", ""])],
  ["id", cases(ID, ["a", "tt0112641", "é"], ["", "a b", "a\0", "\ud800", LONG, "a\u00a0b"])],
  [
    "instant",
    cases(
      INSTANT,
      ["2026-05-01T20:11:00Z", "2024-02-29T00:00:00+02:00"],
      [
        "0001-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-13-01",
        "yesterday",
        "12026-01-01T00:00:00Z",
        "",
      ],
    ),
  ],
  [
    "name",
    cases(
      NAME,
      ["Drama", " Drama ", "???", "🎬🍿"],
      ["", "  ", "\u200b", "\u2800", "a\0", "\ud800", "a\u0007"],
    ),
  ],
  [
    "e-mail address",
    cases(
      EMAIL,
      [
        ...["a@b.example", " a@b.example ", "o'neil+tv@x-y.example", "a_b@x.example", "😀@x.example"],
        ...[
          "anna@münchen.example",
          "anna@xn--mnchen-3ya.example",
          "x@نامه\u200cای.example",
          "用户@例子.广告",
        ],
      ],
      [
        ...[
          "a",
          "a@b",
          "@b.example",
          "a b@c.example",
          "a\u2800@c.example",
          "a\0@b.example",
          "\ud800@b.example",
        ],
        ...["a@b..c", "a@.b.c", "..@b.c", "a.@b.c", "a@b.c.", "a@-b.c", "a@b_c.d", "a@xn--zzzzzz.com"],
        ...["a<b>;c@x.example", "a,b@x.example", '"a b"@x.example', "a@b@c.example", "a@b.c:80", "a@b%2ec.d"],
        ...["a\u200b@b.example", "a@b\u200b.example", "a@b\u200d.example", "a@1.2.3.4", "a@b.123"],
        ...[`${"a".repeat(65)}@b.example`, `a@${"b".repeat(64)}.example`, `a@${"b.".repeat(130)}example`],
      ],
    ),
  ],
])("one validator: %s", (_, of) => {
  it.each(of)("$place: $value → $expected", ({ value, takes, expected }) =>
    expect(takes(value)).toBe(expected),
  );
});

describe("a profile's name", () => {
  it.each(["An\u200bna", "An\u200dna", "\u202eanna", "An\u00adna", "Anna\ufe0f"])(
    "is refused with what nobody sees: %j",
    (name) => expect(() => checkedName(name, [])).toThrow("characters that can be seen"),
  );

  it.each(["می\u200cخواهم", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}", "\u2764\ufe0f"])(
    "may have joiners between what they change: %j",
    (name) => expect(checkedName(name, [])).toBe(name),
  );
});

describe("what is taken", () => {
  it("is in one form, wherever it came from", () => {
    expect(checkTitle({ ...title, ...licence(["fr", "*"]) })).toMatchObject({
      line: { licences: [{ countries: ["FR", "*"] }] },
    });
    expect(checkEvent({ ...event, country: "gb" })).toMatchObject({ line: { country: "GB" } });
    expect(CountryCode.parseValue("gb")).toBe("GB");
    expect(MaturityRatingScalar.parseValue("pg_13")).toBe("PG-13");
    expect(checkTitle({ ...title, name: " The\u200b  Film ", genres: ["Drama "] })).toMatchObject({
      line: { name: "The Film", genres: ["Drama"] },
    });
    expect(checkedName(" Tom \u00a0 H ", [])).toBe("Tom H");
    expect(email.parse(" zoe\u0308@B.Example\ufeff ")).toBe("zoë@b.example");
    for (const spelled of ["a@MU\u0308NCHEN.example", "a@xn--mnchen-3ya.Example", "a@münchen。example"])
      expect(email.parse(spelled)).toBe("a@münchen.example");
  });
});
