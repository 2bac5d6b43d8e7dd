export { factsOf, storyOf, wordsOf, type ErrorFacts } from "./told-errors.js";
export { withoutValues } from "./without-values.js";
