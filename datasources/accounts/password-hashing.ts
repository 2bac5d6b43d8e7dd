import { bulkhead, BulkheadRejectedError } from "cockatiel";

import { Refusal } from "../core/refusal.js";
import { hashPassword, verifyPassword } from "../../packages/passwords/index.js";

/** Passwords hashed at once: half of the threads that connections derive their keys on as well (libuv has four). */
const AT_ONCE = 2;
/** Passwords that may wait, and how long. Milliseconds. */
const WAITING = 32;
const WAIT_MS = 5_000;

/**
 * Hashes passwords, a few at a time: however many sign in at once, the threads of the process are not theirs alone.
 * Whoever has hung up meanwhile is not hashed for. Every method throws Refusal SIGN_IN_BUSY where too many wait.
 */
export class PasswordHashing {
  readonly #places = bulkhead(AT_ONCE, WAITING);

  /** @see hashPassword */
  hash(password: string, signal?: AbortSignal): Promise<string> {
    return this.#inTurn(() => hashPassword(password), signal);
  }

  /** @see verifyPassword */
  verify(password: string, stored: string | null, signal?: AbortSignal): Promise<boolean> {
    return this.#inTurn(() => verifyPassword(password, stored), signal);
  }

  async #inTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const asked = performance.now();
    // The bulkhead is not told of the signal: those behind one that was aborted would never get their turn.
    const turn = () => {
      if (signal?.aborted || performance.now() - asked > WAIT_MS) throw busy();
      return work();
    };
    return this.#places.execute(turn).catch((error: unknown) => {
      throw error instanceof BulkheadRejectedError ? busy() : error;
    });
  }
}

function busy(): Refusal {
  return new Refusal(
    null,
    "SIGN_IN_BUSY",
    "Too many sign in at this moment. Try again in a few seconds; nothing was changed.",
  );
}
