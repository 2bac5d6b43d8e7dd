import { GraphQLError } from "graphql";

/**
 * Every code that a client can meet in `errors[].extensions.code`, what it means and the HTTP status where it ends the
 * whole request. Expected failures of mutations are not here: they come typed in the payload.
 */
export const ERROR_CODES = {
  BAD_USER_INPUT: { meaning: "An argument or variable is not acceptable; `field` and `accepted` say more." },
  INVALID_ID: { meaning: "An id is not one that Marquee has given out." },
  INVALID_CURSOR: { meaning: "A cursor is damaged, or belongs to another list, order, filter or tenant." },
  INVALID_CONSISTENCY_TOKEN: {
    meaning: "`x-marquee-consistency` is damaged, or was given out for another tenant.",
    status: 400,
  },
  INVALID_PAGE: { meaning: "`first`, `last`, `after` and `before` do not go together or are out of range." },
  UNAUTHENTICATED: { meaning: "The access token is missing, expired or not valid.", status: 401 },
  IDENTITY_PROVIDER_UNAVAILABLE: {
    meaning:
      "The identity provider would have to say whether the access token is valid, and does not answer.",
    status: 503,
  },
  FORBIDDEN: { meaning: "The account's roles do not allow this field." },
  TENANT_UNKNOWN: { meaning: "The request names a tenant that is not there.", status: 400 },
  STORE_UNAVAILABLE: {
    meaning:
      "The store that answers this field, or without which no request is answered, is down; `store` names it. It is logged with the request id.",
    status: 503,
  },
  REQUEST_CANCELLED: { meaning: "The request ended before this field was answered." },
  DEADLINE_EXCEEDED: { meaning: "The request's deadline passed before this field was answered." },
  OVERLOADED: {
    meaning:
      "More is asked than can be answered in time; nothing was done. `Retry-After` says when to try again.",
    status: 503,
  },
  GRAPHQL_PARSE_FAILED: { meaning: "The document is not GraphQL.", status: 400 },
  GRAPHQL_VALIDATION_FAILED: { meaning: "The document does not fit the schema.", status: 400 },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: "`operationName` names no operation of the document.",
    status: 400,
  },
  BAD_REQUEST: { meaning: "The HTTP request is not a GraphQL request.", status: 400 },
  TOO_MANY_CONNECTIONS: {
    meaning:
      "There are too many connections open, in all or of one address; the one that was refused is ended.",
    status: 429,
  },
  BODY_TOO_LARGE: { meaning: "The body has more bytes than are read.", status: 413 },
  TOO_MANY_TOKENS: { meaning: "The document is longer than is read.", status: 400 },
  TOO_DEEP: { meaning: "The document has fields within fields beyond the limit.", status: 400 },
  TOO_MANY_ALIASES: { meaning: "The document has more aliases than one may have.", status: 400 },
  TOO_MANY_ROOT_FIELDS: { meaning: "The operation asks for too many fields of its root type.", status: 400 },
  TOO_MANY_DIRECTIVES: { meaning: "The document has too many directives.", status: 400 },
  TOO_MANY_FRAGMENTS: { meaning: "The document has too many fragments.", status: 400 },
  TOO_MANY_SELECTIONS: {
    meaning: "The operation asks for too many fields, fragments counted wherever they are spread.",
    status: 400,
  },
  TOO_MANY_OPERATIONS: { meaning: "The document has too many operations.", status: 400 },
  TOO_MANY_VARIABLES: { meaning: "The operation declares too many variables.", status: 400 },
  TOO_MANY_VALUES: { meaning: "The variables hold too many values.", status: 400 },
  TOO_EXPENSIVE: {
    meaning: "The operation is taken to cost more than one may: `found` of `limit`, most of it at `field`.",
    status: 400,
  },
  ANSWER_TOO_LARGE: {
    meaning:
      "The answer would have more bytes than one may: `found` of `limit`, at `field`. What was written by then is written.",
    status: 400,
  },
  BUDGET_EXCEEDED: {
    meaning:
      "What whoever asks may spend is spent: `remaining` of `limit` is left, and more in `resetSeconds`.",
    status: 429,
  },
  INSIGHTS_SPENT: {
    meaning:
      "The tenant's privacy budget does not allow insights that were not told before: `remaining` of `limit` is left, in ε, and enough in `resetSeconds`.",
  },
  INTROSPECTION_DISABLED: { meaning: "This deployment does not tell of its schema.", status: 400 },
  DOCUMENT_NOT_TRUSTED: {
    meaning: "This deployment runs the documents that it lists alone, and this is none of them.",
    status: 403,
  },
  DOCUMENT_NOT_FOUND: { meaning: "`documentId` names no document that this deployment lists.", status: 404 },
  PERSISTED_QUERY_NOT_FOUND: {
    meaning: "The hash of a persisted query is not known yet: send it with its text.",
  },
  PERSISTED_QUERY_NOT_SUPPORTED: { meaning: "Persisted queries are turned off here." },
  INTERNAL_SERVER_ERROR: {
    meaning: "Something of ours failed; it is logged with the request id.",
    status: 500,
  },
} as const satisfies Record<string, { meaning: string; status?: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What an error tells beside its message. */
export interface ErrorDetails {
  /** The argument or variable at fault: `first`, `filter.releaseYear.from`. */
  field?: string;
  /** What would have been accepted. */
  accepted?: string;
  /** The store that did not answer. */
  store?: string;
  /** The limit that a request went beyond. */
  limit?: number;
  /** How much there was of what is limited. */
  found?: number;
  /** Whose budget it is. */
  of?: string;
  /** What is left of it. */
  remaining?: number;
  /** When it is whole again, or there is enough. */
  resetSeconds?: number;
}

/** An error that a client is meant to see. */
export function clientError(code: ErrorCode, message: string, details: ErrorDetails = {}): GraphQLError {
  const { status } = ERROR_CODES[code] as { status?: number };
  return new GraphQLError(message, {
    extensions: { code, ...details, ...(status === undefined ? {} : { http: { status } }) },
  });
}

/** An argument that cannot be used; the message names it and what would be accepted. */
export function badInput(field: string, problem: string, accepted: string): GraphQLError {
  return clientError("BAD_USER_INPUT", `${field}: ${problem}. Accepted: ${accepted}.`, { field, accepted });
}
