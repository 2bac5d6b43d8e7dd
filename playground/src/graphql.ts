/** The body of a GraphQL request, as GraphiQL and this page build it. */
export interface GraphqlRequest {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

/** The body of a GraphQL answer; `data` is as typed by the caller, who knows the query. */
export interface GraphqlResponse<T> {
  data?: T | null;
  errors?: { message: string }[];
  extensions?: Record<string, unknown>;
}

/** A failure that can be shown to the visitor as it stands. */
export class PlainError extends Error {}

/**
 * Sends one request to the gateway of this origin.
 * Throws {@link PlainError} when there is no GraphQL answer at all; errors inside an answer are returned.
 */
export async function send<T>(
  request: GraphqlRequest,
  headers: Record<string, string>,
): Promise<GraphqlResponse<T>> {
  const response = await post(JSON.stringify(request), headers);
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === "object" && body !== null && ("data" in body || "errors" in body)) {
    return body as GraphqlResponse<T>;
  }
  throw new PlainError(
    `The gateway answered with HTTP status ${response.status} and nothing a GraphQL client can read.`,
  );
}

async function post(body: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch("/graphql", {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
      },
    });
  } catch {
    throw new PlainError("The gateway cannot be reached. Is it still running?");
  }
}
