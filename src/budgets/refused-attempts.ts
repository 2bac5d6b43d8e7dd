import { createHash } from "node:crypto";

import { LRUCache } from "lru-cache";

import { type Attempt, type Guess, type Owned } from "../../resolvers/request/sign-in-guesses.js";

/** So long an owner who was made known at another gateway may wait here. Milliseconds. */
const REMEMBERED_MS = 1_000;
const MOST_REMEMBERED = 4_096;
/** For how long nothing is remembered of where an owner was made known: longer than an attempt under way takes. */
const WELCOME_MS = 10_000;

/**
 * Sign-ins that were refused a moment ago. Somebody who goes on guessing costs no store anything by that but once a second;
 * what is remembered is as much for an address that has an account as for one that has none.
 */
export class RefusedAttempts {
  /** By all that their admission depends on. */
  readonly #refused: LRUCache<string, readonly Guess[]>;
  /** What was looked up for these, wherever they came from. */
  readonly #lookedUp: LRUCache<string, readonly Guess[]>;
  readonly #welcome: LRUCache<string, true>;

  /** @param perf the clock. */
  constructor(perf: { now(): number } = performance) {
    const shared = { max: MOST_REMEMBERED, ttlResolution: 0, perf };
    this.#refused = new LRUCache({ ...shared, ttl: REMEMBERED_MS });
    this.#lookedUp = new LRUCache({ ...shared, ttl: REMEMBERED_MS });
    this.#welcome = new LRUCache({ ...shared, ttl: WELCOME_MS });
  }

  has(attempt: Attempt): boolean {
    const guesses = this.#refused.get(keyOf(attempt, attempt.address));
    return guesses !== undefined && !guesses.some((guess) => this.#welcome.has(placeOf(guess)));
  }

  /** What an attempt is at each tenant, where the same was looked up for one that was refused. */
  lookedUp(attempt: Attempt): readonly Guess[] {
    const guesses = this.#lookedUp.get(keyOf(attempt)) ?? [];
    return guesses.map((guess) => ({ ...guess, address: attempt.address }));
  }

  note(attempt: Attempt, guesses: readonly Guess[]): void {
    this.#refused.set(keyOf(attempt, attempt.address), guesses);
    const key = keyOf(attempt);
    // What was looked up stays as old as it is.
    if (!this.#lookedUp.has(key)) this.#lookedUp.set(key, guesses);
  }

  /** An owner is at a place from now on. */
  welcome(owned: Owned): void {
    this.#welcome.set(placeOf(owned), true);
  }
}

/** Where somebody is of an account. */
export function placeOf({ tenant, account, address }: Owned): string {
  return `${tenant} ${account} ${address}`;
}

/** Of one length, however long what was sent is. @param from where it comes from, where that matters. */
function keyOf({ tenants, email, identity }: Attempt, from?: string): string {
  const all = [tenants, email, identity?.tenant, identity?.account, from];
  return createHash("sha256").update(JSON.stringify(all)).digest("base64");
}
