import { type Fetcher } from "@graphiql/toolkit";
import { type ExecutionResult } from "graphql";
import { sendSignedIn } from "../session/signed-in";
import { type Explanation, show, tabInFront } from "./answers";
import { type Answer, type GraphqlRequest, PlainError, send } from "./graphql";
import { operationNameIn } from "./operation-name";
import { getState, requestHeaders } from "../session/session-store";

/**
 * How GraphiQL reaches the gateway: with the tenant, the token and the explain switch of the bar.
 * Failures without an answer are shown in the answer's place in plain words.
 */
export const fetcher: Fetcher = async (request, options) => {
  // The headers editor of a tab has the last word, so that every header can be tried by hand.
  const own = lowerCased(options?.headers);
  const ofSchema = request.operationName === "IntrospectionQuery";
  try {
    const answer = await (ofSchema ? sendForSchema(request) : sendForTab(request, own));
    // GraphiQL's type wants errors as graphql-js makes them; what it shows is the JSON that came.
    return answer.body as ExecutionResult;
  } catch (reason) {
    if (reason instanceof PlainError)
      return { errors: [{ message: reason.message }] } as unknown as ExecutionResult;
    throw reason;
  }
};

/** The schema is everybody's, and asked for before a kept sign-in has been looked at. */
function sendForSchema(request: GraphqlRequest): Promise<Answer<unknown>> {
  return send(request, requestHeaders({ ...getState(), explain: false, sessions: {} }));
}

/** Sends for the tab in front, and keeps what its answer is shown with. */
async function sendForTab(request: GraphqlRequest, own: Record<string, string>): Promise<Answer<unknown>> {
  const tab = tabInFront();
  show(tab, undefined);
  const asked = { ...request, operationName: operationNameIn(request.query, request.operationName) };
  try {
    const answer = await sendSignedIn<unknown>(asked, undefined, own);
    const explanation = (answer.body.extensions?.explain as Explanation | undefined) ?? null;
    show(tab, { figures: answer.figures, explanation });
    return answer;
  } catch (reason) {
    show(tab, { figures: (reason instanceof PlainError && reason.figures) || null, explanation: null });
    throw reason;
  }
}

/** Header names in one case: "Authorization" must replace "authorization", not stand beside it. */
function lowerCased(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
