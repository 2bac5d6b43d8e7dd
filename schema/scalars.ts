import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLCountryCode, GraphQLDate, GraphQLDateTime } from "graphql-scalars";

import { COUNTRY_ACCEPTED, countryOf } from "../datasources/core/countries.js";
import { isStorableInstant, STORABLE_YEARS } from "../datasources/core/field-rules.js";
import { MATURITY_AGES, type MaturityRating } from "../datasources/core/title.document.js";

function toCountry(value: unknown): string {
  const country = typeof value === "string" ? countryOf(value) : null;
  if (country !== null) return country;
  throw new GraphQLError(
    `CountryCode: ${JSON.stringify(value)} is not a country. Accepted: ${COUNTRY_ACCEPTED}.`,
  );
}

/** ISO 3166-1 alpha-2 in either case; may also be written without quotes, as an enum value would be. */
export const CountryCode = new GraphQLScalarType<string, string>({
  ...GraphQLCountryCode.toConfig(),
  serialize: toCountry,
  parseValue: toCountry,
  parseLiteral: (node) =>
    toCountry(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : undefined),
});

/** An instant; what every store keeps. */
export const DateTime = withinYears(GraphQLDateTime);
/** A calendar date; what every store keeps. */
export const CalendarDate = withinYears(GraphQLDate);

/** The scalar of dates, refusing what a date can be in JavaScript and not in a store, or what is none although it looks like one. */
function withinYears<T>(scalar: GraphQLScalarType<Date, T>): GraphQLScalarType<Date, T> {
  const kept = (date: Date, given: unknown) => {
    if (isStorableInstant(date)) return date;
    throw new GraphQLError(
      `${scalar.name}: ${JSON.stringify(given)} is no date that can be kept. Accepted: ${STORABLE_YEARS}.`,
    );
  };
  return new GraphQLScalarType<Date, T>({
    ...scalar.toConfig(),
    parseValue: (value) => kept(scalar.parseValue(value), value),
    parseLiteral: (node, variables) =>
      kept(scalar.parseLiteral(node, variables), "value" in node ? node.value : node.kind),
  });
}

const NAMES = Object.keys(MATURITY_AGES);

function toRating(value: unknown): MaturityRating {
  const name = typeof value === "string" ? value.replace("_", "-").toUpperCase() : "";
  if (NAMES.includes(name)) return name as MaturityRating;
  throw new GraphQLError(
    `MaturityRating: ${JSON.stringify(value)} is not a rating. Accepted: ${NAMES.join(", ")}.`,
  );
}

/** A maturity rating by its usual name; `PG_13` is read as `PG-13`, so that it may also be written without quotes. */
export const MaturityRatingScalar = new GraphQLScalarType<MaturityRating, string>({
  name: "MaturityRating",
  description: `For which age a title is meant, by the name of its rating: ${Object.entries(MATURITY_AGES)
    .map(([name, age]) => `${name} (${age}+)`)
    .join(", ")}. NR is not rated and counts as adult.`,
  serialize: (value) => value as string,
  parseValue: toRating,
  parseLiteral: (node) =>
    toRating(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : undefined),
});

const LIMITS: [age: number, name: MaturityRating][] = [
  [18, "NC-17"],
  [17, "R"],
  [14, "TV-14"],
  [13, "PG-13"],
  [8, "PG"],
  [0, "G"],
];

/** The highest rating at or under an age in years: how a profile's limit is shown. */
export function ratingOfAge(age: number): MaturityRating {
  return LIMITS.find(([limit]) => limit <= age)?.[1] ?? "G";
}
