import { z } from "zod";

import { accepted, check, invalid } from "../core/checking.js";
import { country, instant, list, oneOf, prose, text, whole } from "../core/field-rules.js";
import { Refusals } from "../core/refusal.js";
import { COLLECTION_AUDIENCES } from "../core/vocabulary.js";
import { MAX_COLLECTED, MAX_PLACE, type CollectionFacts } from "./collections.js";

const MAX_NAME = 100;
const MAX_COUNTRIES = 250;
const SOME_TITLES = `a list of 1 to ${MAX_COLLECTED} titles`;

/** What may have been asked for as an id: whether there is such a title is looked up, and nothing else told of one that is not. */
const ASKED = prose(512);

const RULES = z.object({
  name: text(MAX_NAME),
  titles: list(ASKED, MAX_COLLECTED, "titles").min(1, { error: SOME_TITLES }),
  from: instant.nullable(),
  until: instant.nullable(),
  audience: oneOf(COLLECTION_AUDIENCES),
  countries: list(country, MAX_COUNTRIES, "countries"),
  position: whole(1, MAX_PLACE),
});

/** What a collection is that says nothing else: at once and without end, for everybody, among the first rows. */
const USUAL = { from: null, until: null, audience: "EVERYBODY", countries: [], position: 3 } as const;

/**
 * What a collection says after an edit; titles and countries come out once each.
 *
 * @param before what it said; null where it is made.
 * @throws Refusals INVALID, naming every field at fault.
 */
export function editedCollection(
  before: CollectionFacts | null,
  fields: Partial<CollectionFacts>,
): CollectionFacts {
  const facts = accepted(check(RULES, { ...(before ?? USUAL), ...fields }), (name) => name);
  if (facts.from !== null && facts.until !== null && facts.from >= facts.until) {
    throw new Refusals([invalid({ field: "until", accepted: `an instant after from, ${facts.from}` })]);
  }
  return { ...facts, titles: [...new Set(facts.titles)], countries: [...new Set(facts.countries)].sort() };
}
