import { INJECTIONS } from "./injections.js";
import { ODD_TEXTS } from "./odd-texts.js";

/* What is sent in the place of an argument. */

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  2,
  5,
  6,
  50,
  51,
  99,
  100,
  101,
  999,
  1_000,
  1_001,
  1_887,
  9_999,
  10_000,
  32_767,
  32_768,
  65_536,
  86_400,
  1e6,
  2_147_483_647,
  -2_147_483_648,
  2_147_483_648,
  4_294_967_296,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  1e21,
  1e308,
  -1e308,
  5e-324,
  0.1,
  1.5,
  -0.5,
  1e-7,
];

/** Of another type than any text or number; each is written by itself, as JSON. */
const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  [],
  [[]],
  [null],
  [[null]],
  [1, 2, 3],
  ["a"],
  ["\0", "\ud800"],
  Array.from({ length: 300 }, (_, at) => `a${at}`),
  Array.from({ length: 300 }, () => null),
  [[[[[["a"]]]]]],
  {},
  { a: 1 },
  { $gt: "" },
  { $ne: null },
  { $where: "sleep(1000)" },
  { $regex: ".*" },
  { $in: [] },
  { $expr: { $function: { body: "return 1", args: [], lang: "js" } } },
  { id: "a" },
  { from: 1, to: 2 },
  { from: null, to: null },
  { match_all: {} },
  { query_string: { query: "*" } },
  { script: { source: "1" } },
  { length: 1e9 },
  { toString: 1 },
  { toJSON: "x" },
  { then: "x" },
  JSON.parse('{"__proto__": {"admin": true}}'),
  JSON.parse('{"constructor": {"prototype": {"admin": true}}}'),
  { a: { b: { c: { d: { e: {} } } } } },
  { "\0": "\0" },
  { "": "" },
];

/** Everything that can be sent without knowing whom it is sent to; no two alike. */
export const PAYLOADS: readonly unknown[] = distinct([...INJECTIONS, ...ODD_TEXTS, ...NUMBERS, ...OTHERS]);

/**
 * The same beside what somebody else was told: ids and cursors as they are, cut, longer, and with one character changed.
 *
 * @param told texts of another tenant, list or session.
 */
export function payloadsBeside(told: readonly string[]): readonly unknown[] {
  const changed = told.flatMap((text) => [
    text,
    text.slice(0, -1),
    `${text}A`,
    `${text}=`,
    (text.startsWith("A") ? "B" : "A") + text.slice(1),
    text.toUpperCase(),
  ]);
  return distinct([...PAYLOADS, ...changed]);
}

function distinct(values: readonly unknown[]): unknown[] {
  const byText = new Map(values.map((value) => [Object.is(value, -0) ? "-0" : JSON.stringify(value), value]));
  return [...byText.values()];
}
