import { type Document } from "mongodb";

import { type LicensedSpan, type NumberRange, type Predicate } from "../../core/predicate.js";
import { type NumberAttribute, type TextAttribute } from "../../core/title-attributes.js";

/** The fields of a collection that have what predicates ask of a title. */
export interface MongoPlaces {
  /** One text or a list of them. */
  texts: Record<TextAttribute, string>;
  numbers: Record<NumberAttribute, NumberPlace>;
  /** A list of `{ country, from, until }`, `*` for everywhere. */
  licences: string;
}

export interface NumberPlace {
  field: string;
  /** The least number there is; a lower one stands for one that is not known. Without, null does. */
  least?: number;
}

/** Nothing meets it. */
export const NOTHING: Document = { _id: { $in: [] } };

/** A predicate as conditions that all hold. Texts stand only behind $eq, $in and $all, where they are values whatever they hold. */
export function toConditions(predicate: Predicate, places: MongoPlaces): Document[] {
  switch (predicate.is) {
    case "all":
      return predicate.of.flatMap((part) => toConditions(part, places));
    case "any":
      return [anyOf(predicate.of.map((part) => allOf(toConditions(part, places))))];
    case "not":
      return [{ $nor: [allOf(toConditions(predicate.of, places))] }];
    case "oneOf":
      return [{ [places.texts[predicate.attribute]]: oneOf(predicate.values) }];
    case "hasAll":
      return [{ [places.texts[predicate.attribute]]: { $all: predicate.values } }];
    case "within":
      return within(places.numbers[predicate.attribute], predicate);
    case "licensed":
      return [{ [places.licences]: { $elemMatch: inForce(predicate) } }];
  }
}

/** All of the conditions. */
export function allOf(conditions: readonly Document[]): Document {
  return conditions.length === 0 ? {} : { $and: conditions };
}

/** What licences for a country name. */
export function countriesOf(country: string): string[] {
  return ["*", country];
}

function anyOf(conditions: readonly Document[]): Document {
  return conditions.length === 0 ? NOTHING : { $or: conditions };
}

function oneOf(values: readonly string[]): Document {
  return values.length === 1 ? { $eq: values[0] } : { $in: values };
}

function within({ field, least }: NumberPlace, { from = least, to }: NumberRange): Document[] {
  const lowest = least === undefined ? from : Math.max(from ?? least, least);
  const conditions = [
    ...(lowest === undefined ? [] : [{ [field]: { $gte: lowest } }]),
    ...(to === undefined ? [] : [{ [field]: { $lte: to } }]),
  ];
  return conditions.length === 0 ? [{ [field]: { $ne: null } }] : conditions;
}

function inForce({ country, at, before }: LicensedSpan): Document {
  return {
    country: { $in: countriesOf(country) },
    from: before ? { $lt: before } : { $lte: at },
    until: { $gt: at },
  };
}
