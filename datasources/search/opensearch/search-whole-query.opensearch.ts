import { GENRE, PERSON, type SearchPlan, WHOLE } from "../../../packages/search-text/index.js";
import { type Clause } from "../../engines/opensearch/predicate.opensearch.js";
import { constant, match, misspelled } from "./search-clauses.opensearch.js";
import { digitsOf } from "./search-document.opensearch.js";
import {
  FORM,
  MISSPELLED_START,
  misspelledStarts,
  roomFor,
  type QueryStyle,
} from "./search-style.opensearch.js";

/** What a name counts, above everything else, that is the text as a whole. */
const EXACT = 1.2;
/** Of that, what it counts where the text's numbers or words stand in it in another form. */
const OTHER_FORM = 0.97;
/** A person's and a genre's name that is the text as a whole. */
const WHOLE_PERSON = 0.93;
const WHOLE_GENRE = 0.98;
/** A name begun, however much of it is missing: of several the popular one is meant rather than the short one. */
const BEGUN = 0.84;

/** The text as the name of a title, whole, misspelled, or begun; of a person, or of a genre. */
export function wholeQueries(plan: SearchPlan, style: QueryStyle, most: number): Clause[] {
  const named = plan.variants.flatMap(({ unit, word, quality, slip }) =>
    slip || !isWhole(plan, unit) ? [] : exactQueries(word, quality * most),
  );
  if (style.words === "LITERAL" || style.words === "SOME") return named;
  // The first is without common words, as every name is indexed: what is costly is looked for once.
  const index = plan.units.findIndex(({ text }) => text.startsWith(WHOLE));
  return [...named, ...misspelledNames(plan, index, style, most), ...begunNames(plan, index, style, most)];
}

function isWhole(plan: SearchPlan, unit: number): boolean {
  return plan.units[unit]!.text.startsWith(WHOLE);
}

function exactQueries(word: string, worth: number): Clause[] {
  if (word.startsWith(PERSON)) return [match("peopleWhole", word.slice(PERSON.length), WHOLE_PERSON * worth)];
  if (word.startsWith(GENRE)) return [match("genreWhole", word.slice(GENRE.length), WHOLE_GENRE * worth)];
  const text = word.slice(WHOLE.length);
  return [match("whole", text, EXACT * worth), match("wholeNumbers", text, EXACT * OTHER_FORM * worth)];
}

function misspelledNames(plan: SearchPlan, index: number, style: QueryStyle, most: number): Clause[] {
  const { text, reach } = plan.units[index]!;
  const name = text.slice(WHOLE.length);
  const digits = match("digits", digitsOf(name), 1);
  return misspelled("whole", name, Math.min(reach, roomFor(name, style))).map(([near, likeness]) =>
    constant({ bool: { filter: [near, digits] } }, most * FORM.whole * likeness),
  );
}

function begunNames(plan: SearchPlan, index: number, style: QueryStyle, most: number): Clause[] {
  const { text, reach, completions } = plan.units[index]!;
  const name = text.slice(WHOLE.length);
  if (completions === 0 && !style.typing) return [];
  const begun = match("begun", name, most * BEGUN);
  if (reach === 0 || name.length < MISSPELLED_START || /\d/.test(name)) return [begun];
  const worth = most * BEGUN * FORM.begunMisspelled;
  return [begun, ...misspelledStarts(plan, index, "begun", worth, style)];
}
