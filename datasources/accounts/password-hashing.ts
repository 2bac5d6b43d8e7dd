import { Places, PlacesFullError } from "../../packages/pressure/index.js";
import { Refusal } from "../core/refusal.js";
import {
  HASHING_THREADS,
  hashPassword,
  verifyPassword,
  type Verdict,
} from "../../packages/passwords/index.js";
import { type Tenant } from "../core/tenant.js";

/** Passwords that may wait, and how long. Milliseconds. */
const WAITING = 32;
const WAIT_MS = 5_000;

/** What a password is tried against. */
export interface StoredPassword {
  /** Null where there is no such account. */
  stored: string | null;
  /** Whether others of the tenant are stored as passwords were hashed before. */
  mixed: boolean;
}

/**
 * Hashes passwords, a few at a time, fair between tenants, however many sign in at once.
 * Whoever has hung up meanwhile is not hashed for. Every method throws Refusal SIGN_IN_BUSY where too many wait.
 */
export class PasswordHashing {
  readonly #places = new Places<number>({ places: HASHING_THREADS, waiting: WAITING });

  /**
   * @param tenant on whose behalf: each has a share of the places.
   * @see hashPassword
   */
  hash(tenant: Tenant, password: string, signal?: AbortSignal): Promise<string> {
    return this.#inTurn(tenant, () => hashPassword(password), signal);
  }

  /**
   * @param tenant on whose behalf: each has a share of the places.
   * @see verifyPassword
   */
  verify(
    tenant: Tenant,
    password: string,
    { stored, mixed }: StoredPassword,
    signal?: AbortSignal,
  ): Promise<Verdict> {
    return this.#inTurn(tenant, () => verifyPassword(password, stored, mixed), signal);
  }

  async #inTurn<T>({ id }: Tenant, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (signal?.aborted) throw busy();
    const patience = AbortSignal.timeout(WAIT_MS);
    const enough = signal ? AbortSignal.any([signal, patience]) : patience;
    let begun = false;
    const turn = () => {
      begun = true;
      return work();
    };
    return this.#places.run(id, turn, enough).catch((error: unknown) => {
      throw !begun && (enough.aborted || error instanceof PlacesFullError) ? busy() : error;
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
