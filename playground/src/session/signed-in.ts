import { type Answer, type GraphqlRequest, type GraphqlResponse, PlainError, send } from "../answer/graphql";
import { refreshDocument } from "./documents";
import { openSession, SessionRefused } from "./open-session";
import {
  currentSession,
  forgetSession,
  getState,
  keepSession,
  lastsFor,
  type PlaygroundState,
  requestHeaders,
  type Session,
} from "./session-store";

/** An access token that is good for less is exchanged before it is sent. Milliseconds. */
const LEAST_LEFT = 60_000;

/** What a refresh token is refused with for good. */
const OVER = new Set<string | undefined>(["SESSION_ENDED", "PROFILE_NOT_FOUND"]);

/** Exchanges under way, by refresh token: it is good for one, whoever asks meanwhile waits for the same. */
const underWay = new Map<string, Promise<void>>();

/**
 * Sends a request as the state says (`asked`: tenant, explain, sign-in), with a token that is good: prolonged when it is
 * about to run out, and once more when the gateway takes it for none. `own` headers have the last word.
 * Throws PlainError when the session has ended or there is no answer.
 */
export async function sendSignedIn<T>(
  request: GraphqlRequest,
  asked: (state: PlaygroundState) => PlaygroundState = (state) => state,
  own: Record<string, string> = {},
): Promise<Answer<T>> {
  const headers = () => ({ ...requestHeaders(asked(getState())), ...own });
  // A token that the visitor has written is the visitor's.
  if (own.authorization !== undefined) return send<T>(request, headers());
  const session = currentSession(getState());
  if (session && !lastsFor(LEAST_LEFT, session)) await prolong(session);
  const used = currentSession(getState());
  const answer = await send<T>(request, headers());
  if (!used || !isTurnedAway(answer.body)) return answer;
  await prolong(used);
  return send<T>(request, headers());
}

/** Whether nothing was executed because of the token. */
function isTurnedAway({ data, errors }: GraphqlResponse<unknown>): boolean {
  return data == null && (errors ?? []).some(({ extensions }) => extensions?.code === "UNAUTHENTICATED");
}

/** Puts new tokens in the place of `session`'s, unless somebody has. Throws PlainError when the session has ended. */
async function prolong(session: Session): Promise<void> {
  const tenant = session.viewer.tenant.slug;
  if (getState().sessions[tenant]?.accessToken !== session.accessToken) return;
  const { refreshToken } = session;
  if (refreshToken === null) return end(tenant);
  const exchange = underWay.get(refreshToken) ?? exchanged(tenant, refreshToken);
  underWay.set(refreshToken, exchange);
  await exchange.finally(() => underWay.delete(refreshToken));
}

async function exchanged(tenant: string, refreshToken: string): Promise<void> {
  try {
    const headers = { "x-marquee-tenant": tenant };
    keepSession(await openSession(refreshDocument, { refreshToken }, (request) => send(request, headers)));
  } catch (reason) {
    // Anything else, a store that is down for instance, may pass.
    if (reason instanceof SessionRefused && OVER.has(reason.code)) end(tenant);
    throw reason;
  }
}

function end(tenant: string): never {
  forgetSession(tenant);
  throw new PlainError("Your sign-in has ended. Sign in again, or run this once more without.");
}
