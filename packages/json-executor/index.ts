export { compileQuery, CompiledQuery, type QueryRun, type WrittenResult } from "./compiled-query.js";
export { JsonText, stringifyWithText } from "./json-text.js";
export { type AnswerBound } from "./run.js";
