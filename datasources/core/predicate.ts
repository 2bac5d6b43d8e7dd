import { isStorable } from "./field-rules.js";
import { type TitleLicence } from "./title.document.js";
import {
  foundOf,
  numberOf,
  textsOf,
  type JudgedTitle,
  type NumberAttribute,
  type TextAttribute,
} from "./title-attributes.js";

/**
 * Which titles: a tree that every store has a compiler for (`engines/<engine>/predicate.<engine>.ts`), and `toTest` for
 * titles at hand. It has two truths: what a title lacks is in no set and no range, so that `not` holds for it.
 *
 * @typeParam C, T countries and instants: beside plain ones, the expressions of a store's own language.
 */
export type Predicate<C = string, T = Date> =
  /** Every one of these holds; without any, it always does. */
  | { is: "all"; of: readonly Predicate<C, T>[] }
  /** One of these holds; without any, it never does. */
  | { is: "any"; of: readonly Predicate<C, T>[] }
  | { is: "not"; of: Predicate<C, T> }
  | { is: "oneOf"; attribute: TextAttribute; values: readonly string[] }
  | { is: "hasAll"; attribute: TextAttribute; values: readonly string[] }
  | ({ is: "within"; attribute: NumberAttribute } & NumberRange)
  | ({ is: "licensed" } & LicensedSpan<C, T>);

/** One that looks at no licence. */
type Timeless = Predicate<never, never>;

/** Both ends are included; without any, what is known at all. */
export interface NumberRange {
  from?: number | undefined;
  to?: number | undefined;
}

/** A licence for the country is in force at an instant; where there is a `before`, at some instant from it until then. */
export interface LicensedSpan<C = string, T = Date> {
  /** ISO 3166-1 alpha-2. */
  country: C;
  at: T;
  /** Excluded. */
  before?: T | undefined;
}

export const ALWAYS: Timeless = { is: "all", of: [] };
export const NEVER: Timeless = { is: "any", of: [] };

export function all<C = string, T = Date>(parts: readonly Predicate<C, T>[]): Predicate<C, T> {
  const of = parts.flatMap((part) => (part.is === "all" ? part.of : [part]));
  return of.length === 1 && of[0] ? of[0] : { is: "all", of };
}

export function any<C = string, T = Date>(parts: readonly Predicate<C, T>[]): Predicate<C, T> {
  const of = parts.flatMap((part) => (part.is === "any" ? part.of : [part]));
  return of.length === 1 && of[0] ? of[0] : { is: "any", of };
}

export function not<C = string, T = Date>(of: Predicate<C, T>): Predicate<C, T> {
  return { is: "not", of };
}

/** The title has one of the values. What no store can keep, no title has. */
export function oneOf(attribute: TextAttribute, values: readonly string[]): Timeless {
  const storable = values.filter(isStorable);
  return storable.length === 0 ? NEVER : { is: "oneOf", attribute, values: storable };
}

/** The title has every one of the values. */
export function hasAll(attribute: TextAttribute, values: readonly string[]): Timeless {
  if (values.length === 0) return ALWAYS;
  return values.every(isStorable) ? { is: "hasAll", attribute, values } : NEVER;
}

/** The number is known and within a range. */
export function within(attribute: NumberAttribute, range: NumberRange): Timeless {
  return { is: "within", attribute, ...range };
}

/** A licence is in force: see `LicensedSpan`. */
export function licensed<C = string, T = Date>(span: LicensedSpan<C, T>): Predicate<C, T> {
  const { country } = span;
  return typeof country === "string" && !isStorable(country) ? NEVER : { is: "licensed", ...span };
}

/** A predicate as a question to titles at hand: what it answers is what the stores are to answer. */
export function toTest(predicate: Predicate): (title: JudgedTitle) => boolean {
  switch (predicate.is) {
    case "all": {
      const tests = predicate.of.map(toTest);
      return (title) => tests.every((test) => test(title));
    }
    case "any": {
      const tests = predicate.of.map(toTest);
      return (title) => tests.some((test) => test(title));
    }
    case "not": {
      const test = toTest(predicate.of);
      return (title) => !test(title);
    }
    case "oneOf":
      return oneOfTest(predicate.attribute, predicate.values);
    case "hasAll":
      return (title) => isSubset(predicate.values, textsOf(title, predicate.attribute));
    case "within":
      return (title) => isWithin(numberOf(title, predicate.attribute), predicate);
    case "licensed":
      return licensedTest(predicate);
  }
}

function oneOfTest(attribute: TextAttribute, values: readonly string[]): (title: JudgedTitle) => boolean {
  return (title) => {
    const found = foundOf(title, attribute);
    if (typeof found === "string") return values.includes(found);
    return found !== null && found.some((text) => values.includes(text));
  };
}

function isSubset(values: readonly string[], texts: readonly string[]): boolean {
  return values.every((value) => texts.includes(value));
}

function isWithin(value: number | null, { from = -Infinity, to = Infinity }: NumberRange): boolean {
  return value !== null && value >= from && value <= to;
}

/** Until when a title that is licensed stays so: Infinity where no end is known. Milliseconds since 1970. */
export function licensedUntil(
  { licences }: Pick<JudgedTitle, "licences">,
  { country, at }: LicensedSpan,
): number {
  const isLicensed = licensedTest({ country, at });
  const ends = licences
    .filter((licence) => isLicensed({ licences: [licence] }))
    .map(({ until }) => (until === null ? Infinity : instantOf(until)));
  return Math.max(...ends);
}

/** The span around an instant in which no licence of these titles begins or ends. Milliseconds since 1970. */
export function licenceSpan(
  titles: Iterable<Pick<JudgedTitle, "licences">>,
  at: Date,
): { /** Included. */ since: number; /** Excluded. */ until: number } {
  const now = at.getTime();
  let [since, until] = [-Infinity, Infinity];
  const edge = (instant: number) => {
    if (instant <= now) since = Math.max(since, instant);
    else if (instant > now) until = Math.min(until, instant);
  };
  for (const { licences } of titles)
    for (const licence of licences) {
      edge(instantOf(licence.from));
      if (licence.until !== null) edge(instantOf(licence.until));
    }
  return { since, until };
}

/** Whether a licence of a title is in force. Instants are read once each, where many titles have licences of the same. */
function licensedTest({
  country,
  at,
  before,
}: LicensedSpan): (title: Pick<JudgedTitle, "licences">) => boolean {
  const [now, end] = [at.getTime(), before?.getTime()];
  const hasBegun = (from: number) => (end === undefined ? from <= now : from < end);
  const isInForce = ({ countries, from, until }: TitleLicence) =>
    (countries.includes("*") || countries.includes(country)) &&
    hasBegun(instantOf(from)) &&
    (until === null || instantOf(until) > now);
  return ({ licences }) => licences.some(isInForce);
}

/** Instants that were read, by their texts: reading one takes longer than everything else of a test. */
const INSTANTS = new Map<string, number>();
const MOST_INSTANTS = 10_000;

/** Milliseconds since 1970. */
function instantOf(text: string): number {
  const known = INSTANTS.get(text);
  if (known !== undefined) return known;
  if (INSTANTS.size >= MOST_INSTANTS) INSTANTS.clear();
  const instant = Date.parse(text);
  INSTANTS.set(text, instant);
  return instant;
}
