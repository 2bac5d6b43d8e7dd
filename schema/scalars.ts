import { GraphQLError, GraphQLScalarType, Kind } from "graphql";
import { GraphQLCountryCode, GraphQLDate, GraphQLDateTime } from "graphql-scalars";

import { COUNTRY_ACCEPTED, countryOf } from "../datasources/core/countries.js";
import { isStorableInstant, STORABLE_YEARS } from "../datasources/core/field-rules.js";
import { MATURITY_AGES, type MaturityRating } from "../datasources/core/title.document.js";
import { forgiving } from "./unreadable.js";

function toCountry(value: unknown): string {
  const country = typeof value === "string" ? countryOf(value) : null;
  if (country !== null) return country;
  throw new GraphQLError("CountryCode: not a country.");
}

/** ISO 3166-1 alpha-2 in either case; may also be written without quotes, as an enum value would be. */
export const CountryCode = forgiving(
  new GraphQLScalarType<string, string>({
    ...GraphQLCountryCode.toConfig(),
    specifiedByURL: "https://www.iso.org/iso-3166-country-codes.html",
    serialize: toCountry,
    parseValue: toCountry,
    parseLiteral: (node) =>
      toCountry(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : undefined),
  }),
  "a country",
  COUNTRY_ACCEPTED,
);

/** An instant, RFC 3339 `date-time`; what every store keeps. */
export const DateTime = forgiving(
  withinYears(GraphQLDateTime, "https://scalars.graphql.org/andimarek/date-time.html"),
  "an instant that can be kept",
  `an instant such as 2026-05-01T20:11:00Z, ${STORABLE_YEARS}`,
);
/** A calendar date, RFC 3339 `full-date`; what every store keeps. */
export const CalendarDate = forgiving(
  withinYears(GraphQLDate, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"),
  "a date that can be kept",
  `a day such as 2026-05-01, ${STORABLE_YEARS}`,
);

/** The scalar of dates, refusing what a date can be in JavaScript and not in a store, or what is none although it looks like one. */
function withinYears<T>(
  scalar: GraphQLScalarType<Date, T>,
  specifiedByURL: string,
): GraphQLScalarType<Date, T> {
  const kept = (date: Date) => {
    if (isStorableInstant(date)) return date;
    throw new GraphQLError(`${scalar.name}: no date that can be kept.`);
  };
  return new GraphQLScalarType<Date, T>({
    ...scalar.toConfig(),
    specifiedByURL,
    parseValue: (value) => kept(scalar.parseValue(value)),
    parseLiteral: (node, variables) => kept(scalar.parseLiteral(node, variables)),
  });
}

const NAMES = Object.keys(MATURITY_AGES);

function toRating(value: unknown): MaturityRating {
  const name = typeof value === "string" ? value.replace("_", "-").toUpperCase() : "";
  if (NAMES.includes(name)) return name as MaturityRating;
  throw new GraphQLError("MaturityRating: not a rating.");
}

/**
 * A maturity rating by its usual name; `PG_13` is read as `PG-13`, so that it may also be written without quotes. Nobody
 * specifies films' and television's ratings together: the description is the specification.
 */
export const MaturityRatingScalar = forgiving(
  new GraphQLScalarType<MaturityRating, string>({
    name: "MaturityRating",
    description: `For which age a title is meant, by the name of its rating: ${Object.entries(MATURITY_AGES)
      .map(([name, age]) => `${name} (${age}+)`)
      .join(", ")}. NR is not rated and counts as adult.`,
    serialize: (value) => value as string,
    parseValue: toRating,
    parseLiteral: (node) =>
      toRating(node.kind === Kind.STRING || node.kind === Kind.ENUM ? node.value : undefined),
  }),
  "a rating",
  NAMES.join(", "),
);
