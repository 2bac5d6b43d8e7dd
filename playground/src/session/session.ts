import { PlainError, send } from "../answer/graphql";
import {
  selectProfileDocument,
  signInDocument,
  signOutDocument,
  type Viewer,
  viewerDocument,
} from "./documents";
import { openSession, SessionRefused } from "./open-session";
import {
  currentSession,
  forgetSession,
  getState,
  keepSession,
  type PlaygroundState,
  requestHeaders,
  setState,
} from "./session-store";
import { sendSignedIn } from "./signed-in";
import { tenantOfEmail } from "./tenants";

/**
 * Signs in and shows the account's tenant: the one in view, else the demo tenant that the address's domain names. Throws
 * a PlainError to be shown when it is refused.
 */
export async function signIn(email: string, password: string): Promise<void> {
  const shown = getState().tenant;
  const named = tenantOfEmail(email) ?? shown;
  const input = { email: email.trim(), password };
  const session = await signInAt(shown, input).catch((reason: unknown) => {
    const elsewhere = reason instanceof SessionRefused && reason.code === "BAD_CREDENTIALS";
    if (!elsewhere || named === shown) throw reason;
    return signInAt(named, input);
  });
  setState({ tenant: session.viewer.tenant.slug });
  keepSession(session);
}

function signInAt(tenant: string, input: { email: string; password: string }) {
  // A token of somebody else must not go along with a sign-in.
  const headers = requestHeaders({ tenant, explain: false, sessions: {} });
  return openSession(signInDocument, input, (request) => send(request, headers));
}

/**
 * Goes on as another profile of the signed-in account; from a kids profile with the account's password.
 * Throws SessionRefused when it is refused: PASSWORD_REQUIRED where the password is missing.
 */
export async function selectProfile(profile: string, password?: string): Promise<void> {
  const input = { profile, ...(password === undefined ? {} : { password }) };
  keepSession(
    await openSession(selectProfileDocument, input, (request) => sendSignedIn(request, unexplained)),
  );
}

/** Ends the session of the tenant in view at the gateway, and forgets its tokens whatever the gateway says. */
export async function signOut(): Promise<void> {
  const { tenant } = getState();
  try {
    await sendSignedIn({ query: signOutDocument }, unexplained);
  } catch (reason) {
    // A session that has ended already is what was wanted.
    if (!currentSession(getState())) return;
    throw new PlainError(
      `You are signed out here, but the gateway was not told. ${(reason as Error).message}`,
    );
  } finally {
    forgetSession(tenant);
  }
}

/**
 * Asks the gateway whether the session of the tenant in view is still good, and forgets it if not.
 * Throws a PlainError that says so.
 */
export async function verifySession(): Promise<void> {
  if (!currentSession(getState())) return;
  const { body } = await sendSignedIn<{ viewer: Viewer | null }>({ query: viewerDocument }, unexplained);
  const session = currentSession(getState());
  if (!session || body.data?.viewer === undefined) return;
  const { viewer } = body.data;
  if (viewer) return keepSession({ ...session, viewer });
  forgetSession(session.viewer.tenant.slug);
  throw new PlainError("Your earlier sign-in is no longer valid. Please sign in again.");
}

function unexplained(state: PlaygroundState): PlaygroundState {
  return { ...state, explain: false };
}
