import pg from "pg";

import { type LicensedSpan, type NumberRange, type Predicate } from "../../core/predicate.js";
import { type NumberAttribute, type TextAttribute } from "../../core/title-attributes.js";
import { join, raw, sql, type Sql } from "./store.postgres.js";

/** Countries and instants may be expressions. */
export type SqlPredicate = Predicate<string | Sql, Date | Sql>;
type SqlSpan = LicensedSpan<string | Sql, Date | Sql>;

/** Where a statement has what predicates ask of a title. */
export interface SqlPlaces {
  texts: Record<TextAttribute, TextPlace>;
  numbers: Record<NumberAttribute, NumberPlace>;
  /** Whether a licence is in force, made with `inForce`. */
  licensed: (span: SqlSpan) => Sql;
}

export type TextPlace =
  /** A column. Values of a `closed` set stand in the statement itself, so that its plan knows them. */
  | { column: Sql; closed?: true }
  /** A column of type text[]. */
  | { array: Sql }
  /** Rows of another table; told what is wanted of a value, it says whether a row has one. */
  | { row: (wanted: (value: Sql) => Sql) => Sql };

export interface NumberPlace {
  column: Sql;
  /** The least number there is; a lower one stands for one that is not known. Without, null does. */
  least?: number;
}

/** A predicate as a condition that is true or, for what is not to be found, false or null. */
export function toSql(predicate: SqlPredicate, places: SqlPlaces): Sql {
  switch (predicate.is) {
    case "all":
      return joined(predicate.of, places, " and ", sql`true`);
    case "any":
      return joined(predicate.of, places, " or ", sql`false`);
    case "not":
      return sql`(${toSql(predicate.of, places)}) is not true`;
    case "oneOf":
      return oneOf(places.texts[predicate.attribute], predicate.values);
    case "hasAll":
      return hasAll(places.texts[predicate.attribute], predicate.values);
    case "within":
      return within(places.numbers[predicate.attribute], predicate);
    case "licensed":
      return places.licensed(predicate);
  }
}

/** Whether what begins and ends so (null: never ends) is in force at the span's instant, or at one of the span. */
export function inForce(from: Sql, until: Sql, { at, before }: SqlSpan): Sql {
  const begun = before === undefined ? sql`${from} <= ${instant(at)}` : sql`${from} < ${instant(before)}`;
  return sql`${begun} and (${until} is null or ${until} > ${instant(at)})`;
}

function instant(value: Date | Sql): Sql {
  return sql`(${value instanceof Date ? value.toISOString() : value})::timestamptz`;
}

function joined(parts: readonly SqlPredicate[], places: SqlPlaces, word: string, none: Sql): Sql {
  const conditions = parts.map((part) => toSql(part, places));
  return conditions.length === 0 ? none : join(conditions, word, "(", ")");
}

function oneOf(place: TextPlace, values: readonly string[]): Sql {
  if ("array" in place) return sql`${place.array} && ${values}::text[]`;
  if ("row" in place) return place.row((value) => equals(value, values));
  return place.closed
    ? sql`${place.column} in (${join(values.map(literal), ", ")})`
    : equals(place.column, values);
}

function equals(value: Sql, [first, ...others]: readonly string[]): Sql {
  return others.length === 0 ? sql`${value} = ${first}` : sql`${value} = any(${[first, ...others]}::text[])`;
}

function hasAll(place: TextPlace, values: readonly string[]): Sql {
  if ("array" in place) return sql`${place.array} @> ${values}::text[]`;
  return join(
    values.map((value) => oneOf(place, [value])),
    " and ",
    "(",
    ")",
  );
}

/** A text that stands in the statement itself. */
export function literal(text: string): Sql {
  return raw(pg.escapeLiteral(text));
}

function within({ column, least }: NumberPlace, { from = least, to }: NumberRange): Sql {
  const lowest = least === undefined ? from : Math.max(from ?? least, least);
  const conditions = [
    ...(lowest === undefined ? [] : [sql`${column} >= ${lowest}::int`]),
    ...(to === undefined ? [] : [sql`${column} <= ${to}::int`]),
  ];
  return conditions.length === 0 ? sql`${column} is not null` : join(conditions, " and ", "(", ")");
}
