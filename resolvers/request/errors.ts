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
  FORBIDDEN: { meaning: "The account's roles do not allow this field." },
  TENANT_UNKNOWN: { meaning: "The request names a tenant that is not there.", status: 400 },
  STORE_UNAVAILABLE: { meaning: "The store that answers this field is down; `store` names it." },
  REQUEST_CANCELLED: { meaning: "The request ended before this field was answered." },
  GRAPHQL_PARSE_FAILED: { meaning: "The document is not GraphQL.", status: 400 },
  GRAPHQL_VALIDATION_FAILED: { meaning: "The document does not fit the schema.", status: 400 },
  OPERATION_RESOLUTION_FAILURE: {
    meaning: "`operationName` names no operation of the document.",
    status: 400,
  },
  BAD_REQUEST: { meaning: "The HTTP request is not a GraphQL request.", status: 400 },
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
