import {
  selectProfileDocument,
  type SessionPayload,
  signInDocument,
  type Viewer,
  viewerDocument,
} from "./documents";
import { PlainError, send } from "./graphql";
import { currentSession, getState, requestHeaders, type Session, setState } from "./session-store";
import { tenantOfEmail } from "./tenants";

/** Signs in and shows the account's tenant. Throws a PlainError to be shown when it is refused. */
export async function signIn(email: string, password: string): Promise<void> {
  const tenant = tenantOfEmail(email) ?? getState().tenant;
  await openSession(
    signInDocument,
    { email: email.trim(), password },
    // A token of somebody else must not go along with a sign-in.
    requestHeaders({ tenant, explain: false, sessions: {} }),
  );
}

/** Goes on as another profile of the signed-in account. Throws a PlainError when it is refused. */
export async function selectProfile(profile: string): Promise<void> {
  await openSession(selectProfileDocument, { profile }, requestHeaders({ ...getState(), explain: false }));
}

/** Forgets the token of the tenant in view. */
export function signOut(): void {
  const { tenant, sessions } = getState();
  const others = Object.entries(sessions).filter(([slug]) => slug !== tenant);
  setState({ sessions: Object.fromEntries(others) });
}

/** Forgets a token that has run out; throws a PlainError saying so, once, instead of going on anonymously. */
export function dropExpiredSession(): void {
  const state = getState();
  if (!state.sessions[state.tenant] || currentSession(state)) return;
  signOut();
  throw new PlainError("Your sign-in has run out. Sign in again above, or run this once more without.");
}

/**
 * Asks the gateway whether the token kept from before a reload is still good, and forgets it if not.
 * Throws a PlainError that says so.
 */
export async function verifySession(): Promise<void> {
  const session = currentSession(getState());
  if (!session) return;
  const headers = requestHeaders({ ...getState(), explain: false });
  const { data } = await send<{ viewer: Viewer | null }>({ query: viewerDocument }, headers);
  const viewer = data?.viewer;
  if (!viewer) {
    signOut();
    throw new PlainError("Your earlier sign-in is no longer valid. Please sign in again.");
  }
  setState({ sessions: { ...getState().sessions, [viewer.tenant.slug]: { ...session, viewer } } });
}

async function openSession(
  query: string,
  input: Record<string, string>,
  headers: Record<string, string>,
): Promise<void> {
  const answer = await send<{ session: SessionPayload | null }>({ query, variables: { input } }, headers);
  const payload = answer.data?.session;
  const refusal = payload?.errors?.[0] ?? answer.errors?.[0];
  if (refusal) throw new PlainError(refusal.message);
  if (!payload?.accessToken || !payload.viewer) {
    throw new PlainError("The gateway answered without a token. Please try again.");
  }
  keep({ accessToken: payload.accessToken, expiresAt: payload.expiresAt, viewer: payload.viewer });
}

function keep(session: Session): void {
  const tenant = session.viewer.tenant.slug;
  setState({ tenant, sessions: { ...getState().sessions, [tenant]: session } });
}
