/**
 * What words are, which of them stand for what was typed, and how well. Knows texts alone, no store and no product.
 * README.md says how, and from which sources.
 */
export { Marker } from "./marking.js";
export { editsWithin, keysOfMisspelling, keysOfWord, transpositions } from "./misspellings.js";
export { EDIT_COST, planSearch, type SearchPlan, type Unit } from "./plan.js";
export { betterSpelling } from "./spelling.js";
export { standingWords, type StandingWord } from "./standing.js";
export { runningWords, type Term, Terms } from "./terms.js";
export {
  cleanText,
  coreWords,
  joinedPairs,
  joinWords,
  LAST_CHARACTER,
  LONGEST_WORD,
  numberForms,
  plainWords,
  READING,
  startsOf,
  WHOLE,
  wholeForms,
  wordsOf,
} from "./words.js";
