import { z } from "zod";

import { LONGEST_PHRASE, LONGEST_TEXT, searchKey } from "../../packages/search-text/index.js";
import { accepted, check, invalid } from "../core/checking.js";
import { list, text } from "../core/field-rules.js";
import { Refusals } from "../core/refusal.js";
import { FACTORS, LAST_PLACE } from "../search/steering.js";
import { MAX_WORDS, type SearchRuleFacts, type SynonymFacts } from "./search-steering.js";

const MAX_WORD = 60;
const MAX_GENRE = 100;

const LANGUAGE = "a BCP 47 tag such as en or pt-BR";
const language = z
  .string({ error: LANGUAGE })
  .max(35, { error: LANGUAGE })
  .transform((tag, problems) => canonicalTag(tag) ?? (problems.addIssue(LANGUAGE), z.NEVER));

function canonicalTag(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const WORDS = `of a search text 1 to ${LONGEST_PHRASE} words that count`;
const isPhrase = (phrase: string) => {
  const { length } = searchKey(phrase).split(" ").filter(Boolean);
  return length > 0 && length <= LONGEST_PHRASE;
};

const SYNONYM = z.object({
  language,
  words: list(text(MAX_WORD).pipe(z.string().refine(isPhrase, { error: WORDS })), MAX_WORDS, "words"),
  genre: text(MAX_GENRE).nullable(),
});

const FACTOR = `a number from ${FACTORS.least} to ${FACTORS.most}`;
const PLACE = `a whole number from 1 to ${LAST_PLACE}`;
const RULE = z.object({
  query: text(LONGEST_TEXT).pipe(
    z.string().refine((query) => searchKey(query) !== "", { error: "a text that has words or symbols" }),
  ),
  titleId: z.string(),
  place: z.int({ error: PLACE }).min(1, { error: PLACE }).max(LAST_PLACE, { error: PLACE }).nullable(),
  factor: z
    .number({ error: FACTOR })
    .min(FACTORS.least, { error: FACTOR })
    .max(FACTORS.most, { error: FACTOR })
    .nullable(),
});

/**
 * Words as they are kept, each once; those that a search takes for one are one.
 *
 * @throws Refusals INVALID, naming every field at fault.
 */
export function checkedSynonym(facts: SynonymFacts): SynonymFacts {
  const { words, ...rest } = accepted(check(SYNONYM, facts), (name) => name);
  const keys = words.map(searchKey);
  const distinct = words.filter((_, at) => keys.indexOf(keys[at]!) === at);
  const least = rest.genre === null ? 2 : 1;
  if (distinct.length < least)
    throw refused("words", `${least} to ${MAX_WORDS} words or phrases that a search tells apart`);
  return { ...rest, words: distinct };
}

/**
 * What is said of a title as it is kept.
 *
 * @throws Refusals INVALID, naming every field at fault.
 */
export function checkedRule(facts: SearchRuleFacts): SearchRuleFacts {
  const rule = accepted(check(RULE, facts), (name) => (name === "titleId" ? "title" : name));
  if ((rule.place === null) === (rule.factor === null))
    throw refused("factor", "a place or a factor, and not both");
  return rule;
}

function refused(field: string, wanted: string): Refusals {
  return new Refusals([invalid({ field, accepted: wanted })]);
}
