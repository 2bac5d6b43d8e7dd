import { z } from "zod";

import { countryOrEverywhere, dayOrInstant, list, oneOf, text } from "./field-rules.js";
import { CREDIT_ROLES } from "./title-vocabulary.js";

/*
 * The parts of a title that have fields of their own, as a line of an import and an edit state them.
 */

/** Longest name of a title, an episode, a character. UTF-16 code units. */
export const NAME = 500;
/** Longest name of what titles are sorted by: genres, tags, studios, people. */
export const LABEL = 200;

export const creditPart = z.object(
  { person: text(LABEL), role: oneOf(CREDIT_ROLES), character: text(NAME).nullish() },
  { error: 'a credit such as {"person": "Sofia Coppola", "role": "DIRECTOR"}' },
);

export const licencePart = z
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

/** Whether no two of the items have one number. */
export function numberedOnce(items: { number: number }[]): boolean {
  return new Set(items.map((item) => item.number)).size === items.length;
}
