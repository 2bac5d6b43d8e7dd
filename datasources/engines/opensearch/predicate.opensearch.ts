import { type LicensedSpan, type NumberRange, type Predicate } from "../../core/predicate.js";
import { type NumberAttribute, type TextAttribute } from "../../core/title-attributes.js";

/** A query clause of OpenSearch. Only clauses that take text as text are made from what a client typed. */
export type Clause = Record<string, unknown>;

/** The fields of an index that have what predicates ask of a title. */
export interface OpenSearchPlaces {
  /** Keywords, one or several. */
  texts: Record<TextAttribute, string>;
  numbers: Record<NumberAttribute, string>;
  /** One licence for everywhere: looking into the nested ones costs more. */
  world: { from: string; until: string };
  /** Nested documents of the others, with `countries`, `from` and `until`. */
  licences: string;
}

/** A predicate as clauses that all match. */
export function toClauses(predicate: Predicate, places: OpenSearchPlaces): Clause[] {
  switch (predicate.is) {
    case "all":
      return predicate.of.flatMap((part) => toClauses(part, places));
    case "any":
      return [anyOf(predicate.of.map((part) => allOf(toClauses(part, places))))];
    case "not":
      return [{ bool: { must_not: [allOf(toClauses(predicate.of, places))] } }];
    case "oneOf":
      return [oneOf(places.texts[predicate.attribute], predicate.values)];
    case "hasAll":
      return predicate.values.map((value) => oneOf(places.texts[predicate.attribute], [value]));
    case "within":
      return [within(places.numbers[predicate.attribute], predicate)];
    case "licensed":
      return [licensed(places, predicate)];
  }
}

function allOf(clauses: readonly Clause[]): Clause {
  return clauses.length === 1 && clauses[0] ? clauses[0] : { bool: { filter: clauses } };
}

function anyOf(clauses: readonly Clause[]): Clause {
  return clauses.length === 0 ? { match_none: {} } : { bool: { should: clauses } };
}

function oneOf(field: string, values: readonly string[]): Clause {
  return values.length === 1 ? { term: { [field]: values[0] } } : { terms: { [field]: values } };
}

function within(field: string, { from, to }: NumberRange): Clause {
  if (from === undefined && to === undefined) return { exists: { field } };
  const bounds = { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lte: to }) };
  return { range: { [field]: bounds } };
}

function licensed({ world, licences }: OpenSearchPlaces, span: LicensedSpan): Clause {
  const country = { terms: { [`${licences}.countries`]: ["*", span.country] } };
  const query = inForce({ from: `${licences}.from`, until: `${licences}.until` }, span, country);
  return anyOf([inForce(world, span), { nested: { path: licences, score_mode: "none", query } }]);
}

/** What begins and ends so is in force; what has no end never ends. */
function inForce(
  { from, until }: { from: string; until: string },
  { at, before }: LicensedSpan,
  ...more: Clause[]
): Clause {
  const begun = before ? { lt: before.getTime() } : { lte: at.getTime() };
  return {
    bool: {
      filter: [...more, { range: { [from]: begun } }],
      must_not: [{ range: { [until]: { lte: at.getTime() } } }],
    },
  };
}
