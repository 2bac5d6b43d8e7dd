import { z } from "zod";

import { list, text, whole } from "./field-rules.js";
import { nullable, partFields, required, rulesOf, type ValuesOf } from "./title-field.js";
import { NAME, numberedOnce } from "./title-parts.js";

/*
 * The seasons of a series and their episodes: what lines of an import and editors may state of them, what versions hold
 * and the schema answers. Everything else is made from these tables, as it is for titles from title-fields.ts.
 */

/** The fields of an episode beside its id, which its numbers make. */
export const EPISODE_FIELDS = partFields({
  number: required(whole(0, 100_000), {
    example: 1,
    shown: { type: "Int", description: "Its number within the season, from 1." },
    edited: { type: "Int", description: "Its number within the season; each once." },
  }),
  name: required(text(NAME), {
    example: "Pilot",
    shown: { type: "String", description: "Its name." },
    edited: { type: "String", description: "Its name." },
  }),
  runtimeMinutes: nullable(whole(1, 10_000), {
    example: 50,
    shown: { type: "Int", description: "Running time in minutes." },
    edited: { type: "Int", description: "Running time in minutes." },
  }),
});

/** The fields of a season beside its id and its episodes. */
export const SEASON_FIELDS = partFields({
  number: required(whole(0, 10_000), {
    example: 1,
    shown: { type: "Int", description: "Its number within the series, from 1." },
    edited: { type: "Int", description: "Its number within the series; each once." },
  }),
  // Versions always have it: a season that says nothing is called by its number.
  name: required(text(NAME).optional(), {
    example: "One",
    shown: { type: "String", description: "Its name." },
    edited: { type: "String", description: "Its name. Absent: `Season` and its number." },
  }),
});

export type EpisodeDocument = { id: string } & ValuesOf<typeof EPISODE_FIELDS>;
export type SeasonDocument = { id: string; episodes: EpisodeDocument[] } & ValuesOf<typeof SEASON_FIELDS>;

const episodePart = z.object(rulesOf(EPISODE_FIELDS), {
  error: 'an episode such as {"number": 1, "name": "Pilot"}',
});

/** A season as a line states it. */
export const seasonPart = z.object(
  {
    ...rulesOf(SEASON_FIELDS),
    episodes: list(episodePart, 10_000, "episodes").refine(numberedOnce, {
      error: "episodes with a number each",
    }),
  },
  { error: 'a season such as {"number": 1, "episodes": []}' },
);
