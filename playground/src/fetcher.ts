import { type Fetcher } from "@graphiql/toolkit";
import { type GraphqlResponse, PlainError, send } from "./graphql";
import { dropExpiredSession } from "./session";
import { getState, requestHeaders } from "./session-store";

/**
 * How GraphiQL reaches the gateway: with the tenant, the token and the explain switch of the bar.
 * Failures without an answer are shown in the response pane in plain words.
 */
export const fetcher: Fetcher = async (request, options) => {
  const ofSchema = request.operationName === "IntrospectionQuery";
  try {
    if (!ofSchema) dropExpiredSession();
    const state = getState();
    const own = requestHeaders(ofSchema ? { ...state, explain: false } : state);
    // The headers editor of a tab has the last word, so that every header can be tried by hand.
    return costFirst(await send<unknown>(request, { ...own, ...lowerCased(options?.headers) }));
  } catch (reason) {
    if (reason instanceof PlainError) return { errors: [{ message: reason.message }] };
    throw reason;
  }
};

/** Header names in one case: "Authorization" must replace "authorization", not stand beside it. */
function lowerCased(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Puts the explanation of a query above its data, where a long answer does not hide it. */
function costFirst(answer: GraphqlResponse<unknown>): GraphqlResponse<unknown> {
  const { extensions, ...rest } = answer;
  return extensions?.explain ? { extensions, ...rest } : answer;
}
