export { type AnswerBound } from "./answer-bound.js";
export { compileQuery, CompiledQuery, type QueryRun, type WrittenResult } from "./compiled-query.js";
export { FIXED } from "./fixed-fields.js";
export { bytesWithText, JsonText } from "./json-text.js";
export { type Keeping } from "./keeper.js";
export { KeptTexts } from "./kept-texts.js";
export { type ErrorLimit } from "./run.js";
