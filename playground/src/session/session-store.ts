import { type Viewer } from "./documents";
import { demoTenants } from "./tenants";

/** A sign-in: its tokens, when the access token ends (ISO 8601, or null if unknown) and whom it stands for. */
export interface Session {
  accessToken: string;
  /** Good for one new pair of tokens; null where the session cannot be prolonged. */
  refreshToken: string | null;
  expiresAt: string | null;
  viewer: Viewer;
}

/** What the bar shows and the request headers are made of. */
export interface PlaygroundState {
  tenant: string;
  explain: boolean;
  /** One sign-in a tenant, so that going to another tenant and back keeps it. */
  sessions: Readonly<Record<string, Session>>;
}

const storageKey = "marquee.playground";

function initialState(): PlaygroundState {
  const fresh: PlaygroundState = { tenant: demoTenants[0]?.slug ?? "", explain: false, sessions: {} };
  try {
    // Kept for the tab only: a token does not outlive the window it was asked for in.
    const stored: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "{}");
    return { ...fresh, ...(stored as Partial<PlaygroundState>) };
  } catch {
    return fresh;
  }
}

let state = initialState();
const listeners = new Set<() => void>();

/** The present state; a new object whenever anything changed. */
export function getState(): PlaygroundState {
  return state;
}

/** Changes part of the state, keeps it for this browser tab and tells all subscribers. */
export function setState(change: Partial<PlaygroundState>): void {
  state = { ...state, ...change };
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(state));
  } catch {
    // Storage may be forbidden or full: the page then forgets on reload, and works until then.
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` after every change; answers the function that ends it. */
export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The sign-in of the tenant in view, if there is one. Its access token may have run out: see `freshSession`. */
export function currentSession({ tenant, sessions }: PlaygroundState): Session | undefined {
  return sessions[tenant];
}

/** Whether the access token is good for at least `ms` more milliseconds, as far as is known. */
export function lastsFor(ms: number, { expiresAt }: Session): boolean {
  return expiresAt === null || Date.parse(expiresAt) - Date.now() > ms;
}

/** Keeps a sign-in as that of its viewer's tenant. */
export function keepSession(session: Session): void {
  setState({ sessions: { ...state.sessions, [session.viewer.tenant.slug]: session } });
}

/** Forgets the tokens of a tenant. */
export function forgetSession(tenant: string): void {
  const others = Object.entries(state.sessions).filter(([slug]) => slug !== tenant);
  setState({ sessions: Object.fromEntries(others) });
}

/** The request headers that say who asks, of which tenant, and whether to explain. */
export function requestHeaders(from: PlaygroundState): Record<string, string> {
  const session = currentSession(from);
  return {
    "x-marquee-tenant": from.tenant,
    ...(session ? { authorization: `Bearer ${session.accessToken}` } : {}),
    ...(from.explain ? { "x-marquee-explain": "1" } : {}),
  };
}
