import fc from "fast-check";

import { type Audience } from "../../datasources/catalog/audience.js";
import { type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { hasAll, licensed, NEVER, oneOf, within, type Predicate } from "../../datasources/core/predicate.js";
import {
  byAttribute,
  byPart,
  type NumberAttribute,
  type TextAttribute,
} from "../../datasources/core/title-attributes.js";
import {
  CREDIT_ROLES,
  MATURITY_AGES,
  TITLE_STATES,
  type MaturityRating,
  type NamedRef,
  type TitleDocument,
  type TitleLicence,
} from "../../datasources/core/title.document.js";
import { titleBody } from "./titles.js";

/*
 * Titles and questions drawn from so few values that they meet: the same instants to the millisecond, the same
 * countries, the same names. Some values are written as the languages of stores write something else.
 */

const T0 = Date.parse("2026-03-01T12:00:00.000Z");
const AROUND = [0, -1, 1, -1_000, 1_000, -86_400_000, 86_400_000];
const COUNTRIES = ["US", "GB", "FR"];
const WORDS = [
  "crime",
  "drama",
  "Drama",
  "café",
  "cafe\u0301",
  "",
  "%",
  "$ne",
  "a'b",
  "{a,b}",
  "null",
  "日本",
];
const UNSTORABLE = ["\0", "drama\0", "\ud800"];
const AGES = [...new Set(Object.values(MATURITY_AGES))];
const YEARS = [1800, 1999, 2000, 2001, 2200];

const instant = fc.constantFrom(...AROUND).map((ms) => new Date(T0 + ms));
const word = fc.constantFrom(...WORDS);
const asked = fc.oneof(
  { weight: 9, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom(...UNSTORABLE) },
);
const country = fc.constantFrom(...COUNTRIES);
const some = <T>(item: fc.Arbitrary<T>, maxLength = 3) => fc.array(item, { maxLength });
const named = word.map((name): NamedRef => ({ id: name, name }));

const licence: fc.Arbitrary<TitleLicence> = fc.record({
  countries: fc.uniqueArray(fc.constantFrom(...COUNTRIES, "*"), { maxLength: 2 }),
  from: instant.map((at) => at.toISOString()),
  until: fc.option(
    instant.map((at) => at.toISOString()),
    { nil: null },
  ),
});

const credit = fc.record({
  role: fc.constantFrom(...CREDIT_ROLES),
  character: fc.constant(null),
  person: named,
});

/** Titles with the ids `t0`, `t1` …; revision 1. */
export function titles(count: number): fc.Arbitrary<TitleDocument[]> {
  const fields = fc.record({
    ...byAttribute(() => fc.option(word, { nil: null })),
    kind: fc.constantFrom("MOVIE", "SERIES"),
    state: fc.constantFrom("PUBLISHED", "PUBLISHED", ...TITLE_STATES),
    mergedInto: fc.option(fc.constant("t0"), { freq: 8, nil: null }),
    releaseYear: fc.option(fc.constantFrom(...YEARS), { nil: null }),
    maturityRating: fc.constantFrom(...(Object.keys(MATURITY_AGES) as MaturityRating[])),
    genres: some(named),
    tags: some(word),
    studio: fc.option(named, { nil: null }),
    credits: some(credit),
    licences: some(licence),
  });
  const list = fc.array(fields, { minLength: count, maxLength: count });
  return list.map((drawn) =>
    drawn.map((each, n) => ({
      ...titleBody({ id: `t${n}` }),
      revision: 1,
      latestVersion: 1,
      popularity: 0,
      ...each,
    })),
  );
}

const TEXTS: Record<TextAttribute, fc.Arbitrary<string>> = {
  ...byAttribute(() => asked),
  kind: fc.constantFrom("MOVIE", "SERIES", "OTHER"),
  state: fc.constantFrom(...TITLE_STATES, "MERGED"),
  genre: asked,
  studio: asked,
  person: asked,
  tag: asked,
};
const NUMBERS: Record<NumberAttribute, readonly number[]> = {
  releaseYear: [-1, 0, ...YEARS],
  maturityAge: [-1, ...AGES],
};

const optional = <T>(item: fc.Arbitrary<T>) => fc.option(item, { nil: undefined });
const range = (values: readonly number[]) =>
  fc.record({ from: optional(fc.constantFrom(...values)), to: optional(fc.constantFrom(...values)) });

const textual = fc
  .constantFrom(...(Object.keys(TEXTS) as TextAttribute[]))
  .chain((attribute) =>
    fc
      .tuple(fc.constantFrom(oneOf, hasAll), some(TEXTS[attribute]))
      .map(([ask, values]) => ask(attribute, values)),
  );
const numeric = fc
  .constantFrom(...(Object.keys(NUMBERS) as NumberAttribute[]))
  .chain((attribute) => range(NUMBERS[attribute]).map((drawn) => within(attribute, drawn)));
const rights = fc
  .record({
    country: fc.oneof(country, fc.constantFrom("*", "DE", "\0")),
    at: instant,
    before: optional(instant),
  })
  .map((span) => licensed(span));

/** Predicates of every kind, nested, also as the functions that make them would simplify them. */
export const predicates: fc.Arbitrary<Predicate> = fc.letrec<{ whole: Predicate; part: Predicate }>(
  (tie) => ({
    part: fc.oneof(textual, numeric, rights, fc.constant(NEVER)),
    whole: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      tie("part"),
      fc.record({ is: fc.constantFrom("all", "any"), of: some(tie("whole")) }),
      fc.record({ is: fc.constant("not"), of: tie("whole") }),
    ),
  }),
).whole;

const FILTER_PARTS = {
  ...byPart(() => some(asked)),
  kinds: some(fc.constantFrom("MOVIE", "SERIES")),
  genres: some(asked),
  releaseYear: range(NUMBERS.releaseYear),
  maturityAtMost: fc.constantFrom(...AGES),
  studio: asked,
  person: asked,
  tags: some(asked),
  availableIn: country,
} satisfies { [P in keyof TitleFilter]-?: fc.Arbitrary<TitleFilter[P]> };

/** Filters as clients may state them, and what may come of them. Few parts each: of many, nothing is left to tell. */
export const filters: fc.Arbitrary<TitleFilter> = fc
  .subarray(Object.keys(FILTER_PARTS) as (keyof TitleFilter)[], { maxLength: 3 })
  .chain((parts) => {
    const drawn = Object.fromEntries(parts.map((part) => [part, FILTER_PARTS[part]]));
    return fc.record(drawn) as fc.Arbitrary<TitleFilter>;
  });

export const audiences: fc.Arbitrary<Audience> = fc.record({
  country: fc.oneof(country, fc.constant("DE")),
  maturityLimit: fc.constantFrom(...AGES),
  editor: fc.boolean(),
  now: instant,
});
