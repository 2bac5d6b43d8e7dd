/**
 * What words are, which of them stand for what was typed, and how well. Knows texts alone, no store and no product.
 * README.md says how, and from which sources.
 */
export { Marker } from "./marking.js";
export { editsWithin, keysOfMisspelling, keysOfWord, transpositions } from "./misspellings.js";
export { LONGEST_TEXT, phraseKeys, searchKey } from "./phrases.js";
export { EDIT_COST, planSearch, type SearchPlan, type Unit, type Variant } from "./plan.js";
export { betterSpelling, type HitNames } from "./spelling.js";
export { standingWords, type StandingWord } from "./standing.js";
export { LONGEST_PHRASE, type AddedLists } from "./synonyms.js";
export { READING, runningWords, type Term, Terms } from "./terms.js";
export {
  cleanText,
  coreWords,
  FAMILY,
  GENRE,
  joinedNumbers,
  joinedPairs,
  joinedForms,
  joinWords,
  LAST_CHARACTER,
  LONGEST_WORD,
  PERSON,
  plainWords,
  startsOf,
  WHOLE,
  wholeForms,
  wholeNumberForms,
  wordsOf,
} from "./words.js";
