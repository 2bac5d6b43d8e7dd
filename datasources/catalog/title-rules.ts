import { z } from "zod";

import { check, type Checked } from "../core/checking.js";
import {
  countryOrEverywhere,
  dayOrInstant,
  id,
  list,
  oneOf,
  prose,
  text,
  whole,
} from "../core/field-rules.js";
import { CREDIT_ROLES, MATURITY_AGES, TITLE_STATES, type MaturityRating } from "../core/title.document.js";

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

const titleRules = z.object(
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
    state: oneOf(TITLE_STATES).optional(),
    addedAt: dayOrInstant.optional(),
    effectiveFrom: dayOrInstant.optional(),
    seasons: list(season, 1_000, "seasons")
      .refine(numberedOnce, { error: "seasons with a number each" })
      .optional(),
  },
  { error: "a JSON object" },
);

/** A title as an import states it, checked: dates are ISO 8601 instants in UTC. */
export type CheckedTitle = z.infer<typeof titleRules>;

const editRules = titleRules.partial();

/** Some fields of a title, checked alike. */
export type TitleFields = Omit<z.infer<typeof editRules>, "id" | "effectiveFrom">;

/** Checks a value against the rules for a title. */
export function checkTitle(value: unknown): Checked<CheckedTitle> {
  return check(titleRules, value);
}

/** Checks a value against the rules for some fields of a title. */
export function checkTitleFields(value: unknown): Checked<z.infer<typeof editRules>> {
  return check(editRules, value);
}

function numberedOnce(items: { number: number }[]): boolean {
  return new Set(items.map((item) => item.number)).size === items.length;
}
