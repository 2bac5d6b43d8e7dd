import { z } from "zod";

import { CREDIT_ROLES, MATURITY_AGES, type MaturityRating } from "../datasources/catalog/title.document.js";
import {
  country,
  countryOrEverywhere,
  dayOrInstant,
  id,
  instant,
  list,
  oneOf,
  prose,
  text,
  whole,
} from "./line-fields.js";
import { DEVICES } from "./lines.js";
import { shorten, type LineProblem } from "./ndjson.js";

const RATINGS = Object.keys(MATURITY_AGES) as [MaturityRating, ...MaturityRating[]];
const NAME = 500;
const LABEL = 200;

const credit = z.object(
  { person: text(LABEL), role: oneOf(CREDIT_ROLES), character: text(NAME).nullish() },
  { error: 'a credit such as {"person": "Sofia Coppola", "role": "DIRECTOR"}' },
);

const licence = z
  .object(
    {
      countries: list(countryOrEverywhere, 300, "countries").min(1, {
        error: "at least one country, or * for everywhere",
      }),
      from: dayOrInstant,
      until: dayOrInstant.nullish(),
    },
    { error: 'a licence such as {"countries": ["*"], "from": "2020-01-01", "until": null}' },
  )
  .refine(({ from, until }) => !until || until > from, {
    path: ["until"],
    error: "an instant after from, or null",
  });

const episode = z.object(
  { number: whole(0, 100_000), name: text(NAME), runtimeMinutes: whole(1, 10_000).nullish() },
  { error: 'an episode such as {"number": 1, "name": "Pilot"}' },
);

const season = z.object(
  {
    number: whole(0, 10_000),
    name: text(NAME).optional(),
    episodes: list(episode, 10_000, "episodes").refine(numberedOnce, {
      error: "episodes with a number each",
    }),
  },
  { error: 'a season such as {"number": 1, "episodes": []}' },
);

const titleLine = z.object(
  {
    id,
    kind: oneOf(["MOVIE", "SERIES"]),
    name: text(NAME),
    alternativeNames: list(text(NAME), 200, "names").optional(),
    synopsis: prose(100_000).nullish(),
    releaseYear: whole(1800, 2200).nullish(),
    runtimeMinutes: whole(1, 10_000).nullish(),
    maturityRating: z.enum(RATINGS, { error: `one of ${RATINGS.join(", ")}, or null` }).nullish(),
    genres: list(text(LABEL), 100, "genres").optional(),
    tags: list(text(LABEL), 500, "tags").optional(),
    studio: text(LABEL).nullish(),
    credits: list(credit, 20_000, "credits").optional(),
    licences: list(licence, 2_000, "licences").optional(),
    state: oneOf(["DRAFT", "PUBLISHED", "ARCHIVED"]).optional(),
    addedAt: dayOrInstant.optional(),
    effectiveFrom: dayOrInstant.optional(),
    seasons: list(season, 1_000, "seasons")
      .refine(numberedOnce, { error: "seasons with a number each" })
      .optional(),
  },
  { error: "a JSON object" },
);

const eventLine = z.object(
  {
    id,
    profile: id,
    title: id,
    at: instant,
    seconds: whole(0, 1_000_000).optional(),
    completed: z.boolean({ error: "true or false" }).optional(),
    country: country.nullish(),
    device: z.enum(DEVICES, { error: `one of ${DEVICES.join(", ")}` }).nullish(),
    rating: whole(1, 5).nullish(),
  },
  { error: "a JSON object" },
);

/** A line of `titles.ndjson` as checked: dates are ISO 8601 instants in UTC. */
export type CheckedTitle = z.infer<typeof titleLine>;
/** A line of `events.ndjson` as checked. */
export type CheckedEvent = z.infer<typeof eventLine>;

export type Checked<T> = { line: T; unknownFields: string[] } | { problems: LineProblem[] };

/** Checks a value against the format of titles: every problem, with what was found and what is accepted. */
export function checkTitle(value: unknown): Checked<CheckedTitle> {
  return check(titleLine, value);
}

/** Checks a value against the format of viewing events. */
export function checkEvent(value: unknown): Checked<CheckedEvent> {
  return check(eventLine, value);
}

function check<S extends z.ZodObject>(schema: S, value: unknown): Checked<z.infer<S>> {
  const result = schema.safeParse(value);
  if (!result.success) return { problems: result.error.issues.map((issue) => describe(issue, value)) };
  const fields = schema.shape;
  return {
    line: result.data,
    unknownFields: Object.keys(value as object).filter((name) => !(name in fields)),
  };
}

function describe(issue: z.core.$ZodIssue, value: unknown): LineProblem {
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const shown = found === undefined ? "nothing" : shorten(JSON.stringify(found));
  return { field: pathOf(issue.path), found: shown, accepted: issue.message };
}

/** `credits[0].role`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function numberedOnce(items: { number: number }[]): boolean {
  return new Set(items.map((item) => item.number)).size === items.length;
}
