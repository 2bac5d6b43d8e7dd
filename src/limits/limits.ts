import { type GraphQLError } from "graphql";

import { clientError, type ErrorCode } from "../../resolvers/request/errors.js";

/** Errors that an answer has at most, and that are looked for in a document. */
export const MAX_ERRORS = 5;

/** What a request may be at most, before anything is done for it. */
export interface Limits {
  /** Bytes of a body, as it comes. */
  bodyBytes: number;
  /** Lexical tokens of a document. */
  tokens: number;
  /** Fields within fields, fragments counted where they stand. */
  depth: number;
  /** Aliases written in a document. */
  aliases: number;
  /** Fields of the query or mutation type that an operation asks for, fragments counted wherever they are spread. */
  rootFields: number;
  /** Directives of a document. */
  directives: number;
  /** Directives of one field, fragment or operation. */
  directivesOfOne: number;
  /** Fragments of a document, those without a name included. */
  fragments: number;
  /** Fields that an operation asks for, fragments counted wherever they are spread. */
  selections: number;
  /** Operations of a document. */
  operations: number;
  /** Variables that an operation declares. */
  variables: number;
  /** Values that all variables hold together, lists and objects counted through. */
  values: number;
  /** What an operation is taken to cost: see `cost-plan.ts`. */
  cost: number;
  /** Bytes of an answer: as it is estimated before, and as it is counted while it is made. */
  answerBytes: number;
}

/** Of which limit an error speaks. */
export type LimitName = keyof Limits;

/** The limits where nothing else is set, and the variable that sets each. */
export const LIMITS: Readonly<Record<LimitName, { variable: string; standard: number }>> = {
  bodyBytes: { variable: "MARQUEE_MAX_BODY_BYTES", standard: 131_072 },
  tokens: { variable: "MARQUEE_MAX_TOKENS", standard: 1_000 },
  depth: { variable: "MARQUEE_MAX_DEPTH", standard: 16 },
  aliases: { variable: "MARQUEE_MAX_ALIASES", standard: 40 },
  rootFields: { variable: "MARQUEE_MAX_ROOT_FIELDS", standard: 20 },
  directives: { variable: "MARQUEE_MAX_DIRECTIVES", standard: 40 },
  directivesOfOne: { variable: "MARQUEE_MAX_DIRECTIVES_OF_ONE", standard: 4 },
  fragments: { variable: "MARQUEE_MAX_FRAGMENTS", standard: 60 },
  selections: { variable: "MARQUEE_MAX_SELECTIONS", standard: 2_000 },
  operations: { variable: "MARQUEE_MAX_OPERATIONS", standard: 40 },
  variables: { variable: "MARQUEE_MAX_VARIABLES", standard: 40 },
  values: { variable: "MARQUEE_MAX_VALUES", standard: 2_000 },
  cost: { variable: "MARQUEE_MAX_COST", standard: 5_000 },
  answerBytes: { variable: "MARQUEE_MAX_ANSWER_BYTES", standard: 8_000_000 },
};

/** What a limit is called by a client that meets it. */
const CODES = {
  bodyBytes: "BODY_TOO_LARGE",
  tokens: "TOO_MANY_TOKENS",
  depth: "TOO_DEEP",
  aliases: "TOO_MANY_ALIASES",
  rootFields: "TOO_MANY_ROOT_FIELDS",
  directives: "TOO_MANY_DIRECTIVES",
  directivesOfOne: "TOO_MANY_DIRECTIVES",
  fragments: "TOO_MANY_FRAGMENTS",
  selections: "TOO_MANY_SELECTIONS",
  operations: "TOO_MANY_OPERATIONS",
  variables: "TOO_MANY_VARIABLES",
  values: "TOO_MANY_VALUES",
  cost: "TOO_EXPENSIVE",
  answerBytes: "ANSWER_TOO_LARGE",
} as const satisfies Record<LimitName, ErrorCode>;

const WORDS: Record<LimitName, (limit: number) => string> = {
  bodyBytes: (limit) => `a body of at most ${limit} bytes`,
  tokens: (limit) => `a document of at most ${limit} tokens`,
  depth: (limit) => `fields at most ${limit} deep`,
  aliases: (limit) => `at most ${limit} aliases in a document`,
  rootFields: (limit) => `at most ${limit} fields of the root type in an operation`,
  directives: (limit) => `at most ${limit} directives in a document`,
  directivesOfOne: (limit) => `at most ${limit} directives at one place`,
  fragments: (limit) => `at most ${limit} fragments in a document`,
  selections: (limit) =>
    `at most ${limit} fields in an operation, fragments counted wherever they are spread`,
  operations: (limit) => `at most ${limit} operations in a document`,
  variables: (limit) => `at most ${limit} variables of an operation`,
  values: (limit) => `at most ${limit} values in the variables, lists and objects counted through`,
  cost: (limit) => `an operation that costs at most ${limit}: shorter pages, or fewer lists within lists`,
  answerBytes: (limit) => `an answer of at most ${limit} bytes: shorter pages, or fewer fields`,
};

/**
 * The refusal of a request that goes beyond a limit.
 *
 * @param found how much there was; past the limit by at least one, not always counted to the end.
 * @param field what made it so, by its path of response names; undefined where that is the document as a whole.
 */
export function beyond(name: LimitName, limit: number, found: number, field?: string): GraphQLError {
  const where = field ? `${field}: ` : "";
  const accepted = WORDS[name](limit);
  const details = { limit, found, accepted, ...(field ? { field } : {}) };
  return clientError(CODES[name], `${where}${found} found. Accepted: ${accepted}.`, details);
}
