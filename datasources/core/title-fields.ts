import { z } from "zod";

import { dayOrInstant, list, oneOf, prose, text, whole, yesOrNo } from "./field-rules.js";
import { defaulted, made, nullable, required, type TitleField, type ValuesOf } from "./title-field.js";
import { seasonPart, type SeasonDocument } from "./season-fields.js";
import { creditPart, LABEL, licencePart, NAME, numberedOnce } from "./title-parts.js";
import {
  MATURITY_AGES,
  TITLE_KINDS,
  TITLE_STATES,
  type MaturityRating,
  type NamedRef,
  type TitleCredit,
  type TitleLicence,
} from "./title-vocabulary.js";

const RATINGS = Object.keys(MATURITY_AGES) as [MaturityRating, ...MaturityRating[]];

const distinct = (values: string[]) => [...new Set(values)];

/**
 * The fields of a title beside its id: what lines of an import and editors may state, what versions hold, and where each
 * is shown, edited, found, filtered and ordered by. Everything else is made from this table, or does not compile
 * without what it asks for.
 */
export const TITLE_FIELDS = {
  kind: required(oneOf(TITLE_KINDS), {
    example: "SERIES",
    shown: { type: "TitleKind", description: "Film or series." },
    edited: { type: "TitleKind", description: "Film or series; a new title needs it." },
    filtered: { by: "kinds", description: "Films, series or both." },
    facetted: true,
  }),
  name: required(text(NAME), {
    example: "The Lantern Street",
    shown: { type: "String", description: "Its main name." },
    edited: { type: "String", description: "Its main name; a new title needs it." },
    searched: "name",
    highlighted: "name",
    ordered: { as: "NAME", description: "By name, without a leading article." },
  }),
  alternativeNames: defaulted(list(text(NAME), 200, "names").optional(), [], {
    example: ["Rue des Lanternes"],
    shown: { type: "String", list: true, description: "Other names it is known and found by." },
    edited: { type: "String", list: true, description: "Other names it is known and found by." },
    searched: "otherNames",
    highlighted: "alternativeNames",
  }),
  synopsis: nullable(prose(100_000), {
    example: "Somebody lights the lamps again.",
    shown: { type: "String", description: "What it is about, in a sentence or two." },
    edited: { type: "String", description: "What it is about; null clears it." },
    searched: "synopsis",
    highlighted: "synopsis",
  }),
  releaseYear: nullable(whole(1800, 2200), {
    example: 1995,
    shown: { type: "Int", description: "Year of first release." },
    edited: { type: "Int", description: "Year of first release, 1800 to 2200; null clears it." },
    searched: "year",
    ordered: {
      as: "RELEASE_YEAR",
      description: "By year of release; titles without one come as the oldest.",
    },
  }),
  runtimeMinutes: nullable(whole(1, 10_000), {
    example: 178,
    shown: { type: "Int", on: "Movie", description: "Running time in minutes." },
    edited: { type: "Int", description: "Running time in minutes; null clears it." },
  }),
  maturityRating: defaulted(
    z.enum(RATINGS, { error: `one of ${RATINGS.join(", ")}, or null` }).nullish(),
    "NR",
    {
      example: "PG-13",
      shown: { type: "MaturityRating", description: "For which age it is meant." },
      edited: {
        type: "MaturityRating",
        description: "For which age it is meant; null is NR, which counts as adult.",
      },
      rights: true,
    },
  ),
  genres: made(list(text(LABEL), 100, "genres").optional(), [] as NamedRef[], {
    example: ["Drama"],
    shown: { type: "Genre", list: true, assumedSize: 2, description: "Its genres, the most fitting first." },
    edited: { type: "String", list: true, description: "Names of its genres, the most fitting first." },
    searched: "genreWords",
    highlighted: "genres",
  }),
  tags: defaulted(list(text(LABEL), 500, "tags").transform(distinct).optional(), [], {
    example: ["seaside"],
    shown: { type: "String", list: true, description: "Free keywords." },
    edited: { type: "String", list: true, description: "Free keywords." },
    searched: "facts",
  }),
  studio: made(text(LABEL).nullish(), null as NamedRef | null, {
    example: "Pier Nine",
    shown: { type: "Studio", description: "The studio or distributor." },
    edited: { type: "String", description: "Name of the studio or distributor; null clears it." },
    searched: "facts",
  }),
  // A studio's name does not say whose it is: what a house has made for itself, it says of each title.
  original: defaulted(yesOrNo.optional(), false, {
    example: true,
    shown: { type: "Boolean", description: "Whether it was made for this platform." },
    edited: { type: "Boolean", description: "Whether it was made for this platform." },
  }),
  credits: made(list(creditPart, 20_000, "credits").optional(), [] as TitleCredit[], {
    example: [{ person: "Agnes Moor", role: "ACTOR", character: "Ida" }],
    edited: {
      type: "CreditInput",
      list: true,
      description: "Who made it and who plays in it, in billing order.",
    },
    searched: "people",
    highlighted: "people",
  }),
  // Stored without any, nobody may meet it: a default is never the widest right. New titles get those of `newTitle`.
  licences: made(list(licencePart, 2_000, "licences").optional(), [] as TitleLicence[], {
    example: [{ countries: ["FR", "JP"], from: "2020-01-01", until: "2030-01-01" }],
    shown: {
      as: "availability",
      type: "Availability",
      list: true,
      assumedSize: 3,
      description: "Where and when it may be shown, past and future licences included.",
    },
    edited: {
      type: "LicenceInput",
      list: true,
      description:
        "Where and when it may be shown; an empty list is nowhere. A new title without them may be shown in the tenant's own country.",
    },
    rights: true,
  }),
  state: defaulted(oneOf(TITLE_STATES).optional(), "PUBLISHED", {
    example: "PUBLISHED",
    shown: {
      type: "TitleState",
      description: "Where it is in its life; `PUBLISHED` for everyone but editors.",
    },
    rights: true,
  }),
  // Versions always have it: whoever reads a line that does not say it knows better than any default.
  addedAt: required(dayOrInstant.optional(), {
    example: "2021-03-04",
    shown: { type: "DateTime", description: "When it joined the catalogue." },
    ordered: { as: "ADDED_AT", description: "By when they joined the catalogue." },
  }),
  seasons: made(
    list(seasonPart, 1_000, "seasons")
      .refine(numberedOnce, { error: "seasons with a number each" })
      .optional(),
    [] as SeasonDocument[],
    {
      example: [{ number: 1, name: "One", episodes: [{ number: 1, name: "Pilot", runtimeMinutes: 50 }] }],
      shown: {
        type: "Season",
        list: true,
        assumedSize: 4,
        on: "Series",
        description: "Its seasons in order.",
      },
      edited: { type: "SeasonInput", list: true, description: "Seasons of a series." },
    },
  ),
} as const satisfies Record<string, TitleField>;

export type TitleFields = typeof TITLE_FIELDS;
export type TitleFieldName = keyof TitleFields;

/** The fields that say something about a use: `FieldsWith<{ filtered: object }>`. */
export type FieldsWith<Use> = {
  [K in TitleFieldName]: TitleFields[K] extends Use ? K : never;
}[TitleFieldName];

/** The names of the fields in the order of the table. */
export const TITLE_FIELD_NAMES = Object.keys(TITLE_FIELDS) as TitleFieldName[];

/** What is said about a title: everything that a version holds. Ids are local to the tenant, instants ISO 8601. */
export type TitleFacts = { id: string } & ValuesOf<TitleFields>;

/** Facts as they were stored, perhaps before there were some of the fields. */
export type StoredFacts = Pick<TitleFacts, "id"> & Partial<TitleFacts>;

const ABSENT = Object.fromEntries(
  TITLE_FIELD_NAMES.flatMap((name) => {
    const { absent } = TITLE_FIELDS[name];
    return absent === undefined ? [] : [[name, absent]];
  }),
);

/** Facts with what those say that are silent: a field more makes nothing different that was stored before. */
export function withDefaults<T extends StoredFacts>(stored: T): T & TitleFacts {
  return { ...ABSENT, ...stored } as T & TitleFacts;
}

/** The names that highlights have. */
export type HighlightName = TitleFields[FieldsWith<{ highlighted: string }>]["highlighted"];

/** What lists of titles can be ordered by: fields, and how much is watched, which is no fact. */
export type TitleOrderField =
  TitleFields[FieldsWith<{ ordered: { as: string } }>]["ordered"]["as"] | "POPULARITY";

/** The same, with what the schema says of each. */
export const TITLE_ORDERS = Object.fromEntries([
  ...TITLE_FIELD_NAMES.flatMap((name) => {
    const { ordered }: TitleField = TITLE_FIELDS[name];
    return ordered ? [[ordered.as, ordered.description]] : [];
  }),
  ["POPULARITY", "By how much they are watched."],
]) as Record<TitleOrderField, string>;
export const TITLE_ORDER_FIELDS = Object.keys(TITLE_ORDERS) as TitleOrderField[];

/** A field that titles are filtered by, and that stores keep by its own name. */
export type AttributeName = FieldsWith<{ filtered: object }>;
/** The part of a filter that takes values of such a field. */
export type AttributePart = TitleFields[AttributeName]["filtered"]["by"];

/** The fields that titles are filtered by, with what the filter says of them. */
export const ATTRIBUTES = TITLE_FIELD_NAMES.flatMap((name) => {
  const { filtered, facetted = false }: TitleField = TITLE_FIELDS[name];
  if (!filtered) return [];
  const { by, description } = filtered;
  return [{ name: name as AttributeName, by: by as AttributePart, description, facetted }];
});

/** The values that a title is filtered by; null where it has none. */
export function attributesOf(title: Pick<TitleFacts, AttributeName>): Record<AttributeName, string | null> {
  const values = ATTRIBUTES.map(({ name }) => [name, title[name]] as const);
  return Object.fromEntries(values) as Record<AttributeName, string | null>;
}
