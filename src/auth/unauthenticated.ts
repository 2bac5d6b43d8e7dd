import { clientError } from "../../resolvers/request/errors.js";

/** What refuses a request for its access token. @param problem what is wrong with it, as the predicate of a sentence. */
export function unauthenticated(problem: string) {
  return clientError("UNAUTHENTICATED", `authorization: the access token ${problem}. Sign in again.`, {
    field: "authorization",
    accepted: "Bearer and a token from signIn",
  });
}
