import { type IdentityChanges } from "../../datasources/identity/identity-changes.js";

/** Transactions that end sessions may take this long and are seen all the same. Seconds. */
const OVERLAP_SECONDS = 300;
/** How often all is read anew, and what is over forgotten. Milliseconds. */
const ANEW_MS = 3_600_000;

/** What is known of the sessions that one PostgreSQL has noted. */
interface Heard {
  ended: Set<string>;
  readAt: number;
  anewAt: number;
}

/**
 * The sessions that have ended before their access tokens did, as far as this process has heard, at every PostgreSQL that
 * has tenants: a look into sets for each request, and none into a store.
 */
export class EndedSessions {
  readonly #heard = new Map<IdentityChanges, Heard>();
  /** First looks under way. */
  readonly #hearing = new Map<IdentityChanges, Promise<void>>();

  has(session: string | null): boolean {
    if (session === null) return false;
    for (const { ended } of this.#heard.values()) if (ended.has(session)) return true;
    return false;
  }

  /** Hears of what has ended at a PostgreSQL that has told nothing yet. @throws StoreUnavailableError */
  async hear(changes: IdentityChanges): Promise<void> {
    if (this.#heard.has(changes)) return;
    const begun = this.#hearing.get(changes);
    if (begun) return begun;
    const hearing = this.refresh(changes).finally(() => this.#hearing.delete(changes));
    this.#hearing.set(changes, hearing);
    return hearing;
  }

  /** Hears of what has ended at a PostgreSQL since it last did. @throws StoreUnavailableError */
  async refresh(changes: IdentityChanges): Promise<void> {
    const { ended, readAt, anewAt } = this.#heard.get(changes) ?? NOTHING;
    const now = performance.now();
    const missed = now - readAt > (OVERLAP_SECONDS * 1_000) / 2;
    const anew = missed || now - anewAt > ANEW_MS;
    if (anew) await changes.forget();
    const found = await changes.endedSessions(anew ? null : OVERLAP_SECONDS);
    const all = anew ? new Set(found) : ended;
    for (const session of found) all.add(session);
    this.#heard.set(changes, { ended: all, readAt: now, anewAt: anew ? now : anewAt });
  }

  /** Forgets what a PostgreSQL has told, which nobody is asked of any more. */
  leave(changes: IdentityChanges): void {
    this.#heard.delete(changes);
  }
}

const NOTHING: Heard = { ended: new Set(), readAt: -Infinity, anewAt: -Infinity };
