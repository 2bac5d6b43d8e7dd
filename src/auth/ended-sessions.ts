import { type IdentityChanges } from "../../datasources/identity/identity-changes.js";

/** Transactions that end sessions may take this long and are seen all the same. Seconds. */
const OVERLAP_SECONDS = 300;
/** How often all is read anew, and what is over forgotten. Milliseconds. */
const ANEW_MS = 3_600_000;

/**
 * The sessions that have ended before their access tokens did, as far as this process has heard: a look into a set for each
 * request, and none into a store.
 */
export class EndedSessions {
  #ended = new Set<string>();
  #readAt = -Infinity;
  #anewAt = -Infinity;

  constructor(private readonly changes: IdentityChanges) {}

  has(session: string | null): boolean {
    return session !== null && this.#ended.has(session);
  }

  /** Hears of what has ended since it last did. @throws StoreUnavailableError */
  async refresh(): Promise<void> {
    const now = performance.now();
    const missed = now - this.#readAt > (OVERLAP_SECONDS * 1_000) / 2;
    const anew = missed || now - this.#anewAt > ANEW_MS;
    if (anew) await this.changes.forget();
    const found = await this.changes.endedSessions(anew ? null : OVERLAP_SECONDS);
    if (anew) this.#ended = new Set();
    for (const session of found) this.#ended.add(session);
    this.#readAt = now;
    if (anew) this.#anewAt = now;
  }
}
