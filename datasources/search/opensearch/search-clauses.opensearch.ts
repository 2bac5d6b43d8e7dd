import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { MATCH, NAME, NAME_LENGTH } from "./search-mapping.opensearch.js";

/** One word of a name, by the number of words that the name has: as its similarity has it for words as they are. */
const NAME_SCORE = `params.boost * (${MATCH} + ${NAME} / Math.max(1.0, doc['${NAME_LENGTH}'].value))`;

/** Whatever has one of some words, ready made, with a space between. */
export function match(field: string, query: string, boost: number): Clause {
  return { match: { [field]: { query, boost } } };
}

/** The best of some clauses. */
export function disMax(queries: readonly Clause[]): Clause {
  return { dis_max: { queries } };
}

/** What passes a filter, all alike. */
export function constant(filter: Clause, boost: number): Clause {
  return { constant_score: { filter, boost } };
}

/** What a match of a name counts, by the number of the name's words. */
export function byNameLength(query: Clause, boost: number): Clause {
  return { script_score: { query, script: { source: NAME_SCORE, params: { boost } } } };
}

/** A word as it is and, within some edits, misspelled: what is less like it counts less, the same in every title. */
export function alike(field: string, text: string, boost: number, edits: number): Clause[] {
  const others = misspelled(field, text, edits).map(([words, likeness]) => constant(words, boost * likeness));
  return [match(field, text, boost), ...others];
}

/** Words within one edit of a text and within each more, up to `edits`, with how like it they are, in (0, 1). */
export function misspelled(field: string, text: string, edits: number): [words: Clause, likeness: number][] {
  const letters = [...text].length;
  return Array.from({ length: edits }, (_, more) => more + 1).map((within) => [
    near(field, text, within),
    1 - within / letters,
  ]);
}

/**
 * Whatever has a word that is near, without scores: an engine that scores them takes some of these words alone, and which,
 * depends on what all titles have, those included that who asks may not meet and those of other tenants.
 */
export function near(field: string, query: string, edits: number, start = 0): Clause {
  const fuzzy = { fuzziness: edits, prefix_length: start, fuzzy_rewrite: "constant_score" };
  return { match: { [field]: { query, ...fuzzy } } };
}
