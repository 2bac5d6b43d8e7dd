import {
  editsWithin,
  numberForms,
  type SearchPlan,
  type Unit,
  WHOLE,
} from "../../../packages/search-text/index.js";
import { WORD_PLACES, type WordPlace } from "../../core/title-field.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { MATCH, NAME, NAME_LENGTH } from "./search-mapping.opensearch.js";

/** How a text is to be found. */
export interface QueryStyle {
  /** `ALL`: every word. `SOME`: at least half of them. `LITERAL`: every word as it is written, without scores. */
  words: "ALL" | "SOME" | "LITERAL";
  /** Whether words not typed to their end are what is expected: the whole then counts more than its words. */
  typing: boolean;
  /** What popularity may add to a score in [0, 1]. */
  popularity: number;
}

/** How much a match counts in a place, of what it counts in the name. */
const weightOf = (place: WordPlace) => WORD_PLACES[place].weight;
/** How much it counts when it is found in another form. */
const FORM = { number: 0.95, pair: 0.97, begun: 0.75, begunMisspelled: 0.7, whole: 0.99 };
/** One word of a name, by the number of words that the name has: as its similarity has it for words as they are. */
const NAME_SCORE = `params.boost * (${MATCH} + ${NAME} / Math.max(1.0, doc['${NAME_LENGTH}'].value))`;
/** A name begun counts this at least, and up to this more the less is missing. */
const BEGUN = { least: 0.72, most: 0.24 };
/** Letters from which on the start of a word may be misspelled. */
const MISSPELLED_START = 5;
const ENOUGH_LETTERS = 4;
/** Most edits that the engine looks for, and letters up to which a word has room for one. */
const MOST_EDITS = 2;
const SHORT = 8;

/** The query for a plan with at least one slot. Scores lie in [0, 1 + popularity], rounded so that equal is equal. */
export function textQuery(plan: SearchPlan, style: QueryStyle): Clause {
  const most = plan.slots.length * MATCH + NAME;
  const text = disMax([slotQueries(plan, style), ...wholeQueries(plan, style, most)]);
  if (style.words === "LITERAL") return text;
  const popularity = {
    rank_feature: { field: "popularityRank", linear: {}, boost: style.popularity * most },
  };
  return {
    script_score: {
      query: { bool: { must: [text], should: [popularity] } },
      script: { source: "Math.round(_score / params.most * 1e6) / 1e6", params: { most } },
    },
  };
}

/** Edits within which a word of the index stands for a unit. */
function editsOf({ text: marked, reach, slots }: Unit, plan: SearchPlan): number {
  const text = marked.replace(WHOLE, "");
  const edits = Math.min(reach, roomFor(text));
  if (slots.length > 1) return edits;
  // Of "kill bill" neither word is a slip of the other.
  const others = plan.slots.filter((other) => other !== text);
  return others.some((other) => editsWithin(text, other, edits) !== undefined) ? 0 : edits;
}

/**
 * As in the embedded search, a short word has room for one edit: with two, so many words are as near that hits lie far
 * below what the best of them matches.
 */
function roomFor(text: string): number {
  return [...text].length <= SHORT ? 1 : MOST_EDITS;
}

function slotQueries(plan: SearchPlan, style: QueryStyle): Clause {
  const slots = plan.slots.map((_, slot) => slotQuery(plan, slot, style));
  if (style.words === "SOME") return { bool: { should: slots, minimum_should_match: "50%" } };
  return { bool: { must: slots } };
}

/** The best of the ways in which a title may have a word: itself, or written as one with a neighbour. */
function slotQuery(plan: SearchPlan, slot: number, style: QueryStyle): Clause {
  const units = plan.units.filter((unit) => !isWhole(unit) && unit.slots.includes(slot));
  const isLast = slot === plan.slots.length - 1;
  return disMax(
    units.flatMap((unit) => {
      if (unit.slots.length > 1) return pairQueries(unit, slot === unit.slots[0], style);
      return [...wordQueries(unit, plan, style), ...begunQueries(unit, isLast, style)];
    }),
  );
}

function wordQueries(unit: Unit, plan: SearchPlan, style: QueryStyle): Clause[] {
  const { text } = unit;
  const edits = style.words === "LITERAL" ? 0 : editsOf(unit, plan);
  return [
    match("name", text, 1),
    ...misspelled("name", text, edits).map(([near, likeness]) => byNameLength(near, likeness)),
    match("otherNames", text, weightOf("otherNames")),
    match("pairs", text, FORM.pair),
    match("people", text, weightOf("people") * MATCH),
    match("genreWords", text, weightOf("genreWords") * MATCH),
    match("facts", text, weightOf("facts") * MATCH),
    match("year", text, weightOf("year") * MATCH),
    // Half of the words, found in running text, would be most of a catalogue.
    ...(style.words === "SOME" ? [] : [match("synopsis", text, weightOf("synopsis") * MATCH)]),
    ...(style.words === "ALL" ? alike("spelled", text, weightOf("people") * MATCH, edits) : []),
    ...numberForms(text).flatMap((form) => [
      match("name", form, FORM.number),
      match("otherNames", form, FORM.number * weightOf("otherNames")),
    ]),
  ];
}

function begunQueries({ text, completions }: Unit, isLast: boolean, style: QueryStyle): Clause[] {
  const wanted = style.typing ? text.length >= ENOUGH_LETTERS : completions > 0;
  if (style.words !== "ALL" || !wanted) return [];
  const begun = [
    match("name.starts", text, FORM.begun * MATCH),
    match("spelled.starts", text, FORM.begun * MATCH * weightOf("people")),
  ];
  if (!isLast || text.length < MISSPELLED_START) return begun;
  return [...begun, misspelledStart("name.starts", text, FORM.begunMisspelled * MATCH)];
}

/** Neighbours written as one ("spider man" for `Spiderman`). It is one word of the name, so it counts as such once. */
function pairQueries({ text }: Unit, isFirst: boolean, style: QueryStyle): Clause[] {
  const once = (field: string) =>
    isFirst ? match(field, text, FORM.pair) : constant(match(field, text, 1), FORM.pair * MATCH);
  const spelled = [
    once("name"),
    once("otherNames"),
    match("people", text, FORM.pair * weightOf("people") * MATCH),
  ];
  if (style.words === "LITERAL") return spelled;
  return [...spelled, match("name.starts", text, FORM.pair * FORM.begun * MATCH)];
}

/** The text as the name of a title: whole, misspelled, or begun. */
function wholeQueries(plan: SearchPlan, style: QueryStyle, most: number): Clause[] {
  // The first is without common words, as every name is indexed: what is costly is looked for once.
  return plan.units.filter(isWhole).flatMap((unit, index) => {
    const text = unit.text.slice(WHOLE.length);
    if (style.words === "LITERAL" || index > 0) return [match("whole", text, most)];
    if (style.words === "SOME") return [match("whole", text, most * FORM.whole)];
    const whole = alike("whole", text, most * FORM.whole, editsOf(unit, plan));
    if (unit.completions === 0 && !style.typing) return whole;
    const begun = begunName(text, most);
    if (unit.reach === 0 || text.length < MISSPELLED_START) return [...whole, begun];
    return [...whole, begun, misspelledStart("beginning", text, most * BEGUN.least * FORM.begunMisspelled)];
  });
}

/** The more of the name has been typed, the more it counts: the second part is divided by the name's length. */
function begunName(text: string, most: number): Clause {
  const part = match("beginning", text, most * BEGUN.most * [...text].length);
  return { bool: { must: [part, { match_all: { boost: most * BEGUN.least } }] } };
}

/** Begun and misspelled: the first half as it should be. All starts of a word that are near count once. */
function misspelledStart(field: string, text: string, boost: number): Clause {
  return constant(near(field, text, roomFor(text), Math.ceil(text.length / 2)), boost);
}

/** A word as it is and, within some edits, misspelled: what is less like it counts less, the same in every title. */
function alike(field: string, text: string, boost: number, edits: number): Clause[] {
  const others = misspelled(field, text, edits).map(([words, likeness]) => constant(words, boost * likeness));
  return [match(field, text, boost), ...others];
}

/** Words within one edit of a text and within each more, up to `edits`, with how like it they are, in (0, 1). */
function misspelled(field: string, text: string, edits: number): [words: Clause, likeness: number][] {
  const letters = [...text].length;
  return Array.from({ length: edits }, (_, more) => more + 1).map((within) => [
    near(field, text, within),
    1 - within / letters,
  ]);
}

/** What a match of a name counts, by the number of the name's words. */
function byNameLength(query: Clause, boost: number): Clause {
  return { script_score: { query, script: { source: NAME_SCORE, params: { boost } } } };
}

function constant(filter: Clause, boost: number): Clause {
  return { constant_score: { filter, boost } };
}

function isWhole(unit: Unit): boolean {
  return unit.text.startsWith(WHOLE);
}

function disMax(queries: readonly Clause[]): Clause {
  return { dis_max: { queries } };
}

function match(field: string, query: string, boost: number): Clause {
  return { match: { [field]: { query, boost } } };
}

/**
 * Whatever has a word that is near, without scores: an engine that scores them takes some of these words alone, and which,
 * depends on what all titles have, those included that who asks may not meet and those of other tenants.
 */
function near(field: string, query: string, edits: number, start = 0): Clause {
  const fuzzy = { fuzziness: edits, prefix_length: start, fuzzy_rewrite: "constant_score" };
  return { match: { [field]: { query, ...fuzzy } } };
}
