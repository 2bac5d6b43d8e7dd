import { endpoint } from "../endpoint";

/** The body of a GraphQL request, as GraphiQL and this page build it. */
export interface GraphqlRequest {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

/** An error of an answer, as far as this page reads it. */
export interface GraphqlError {
  message: string;
  extensions?: { code?: string };
}

/** The body of a GraphQL answer; `data` is as typed by the caller, who knows the query. */
export interface GraphqlResponse<T> {
  data?: T | null;
  errors?: GraphqlError[];
  extensions?: Record<string, unknown>;
}

/** What an answer took: HTTP status, milliseconds until its last byte, and bytes of its body before compression. */
export interface Figures {
  status: number;
  ms: number;
  bytes: number;
}

/** An answer with what it took. */
export interface Answer<T> {
  body: GraphqlResponse<T>;
  figures: Figures;
}

/** A failure that can be shown to the visitor as it stands; with figures where there was an answer of some kind. */
export class PlainError extends Error {
  constructor(
    message: string,
    readonly figures?: Figures,
  ) {
    super(message);
  }
}

/**
 * Sends one request to the gateway of this page.
 * Throws {@link PlainError} when there is no GraphQL answer at all; errors inside an answer are returned.
 */
export async function send<T>(request: GraphqlRequest, headers: Record<string, string>): Promise<Answer<T>> {
  const begun = performance.now();
  const { status, text } = await post(JSON.stringify(request), headers);
  const figures = { status, ms: performance.now() - begun, bytes: new TextEncoder().encode(text).length };
  const body = parsed(text);
  if (typeof body === "object" && body !== null && ("data" in body || "errors" in body)) {
    return { body: body as GraphqlResponse<T>, figures };
  }
  throw new PlainError(
    `The gateway answered with HTTP status ${status} and nothing a GraphQL client can read.`,
    figures,
  );
}

async function post(
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
      },
    });
    return { status: response.status, text: await response.text() };
  } catch {
    throw new PlainError("The gateway cannot be reached. Is it still running?");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
