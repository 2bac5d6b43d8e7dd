import { LRUCache } from "lru-cache";

import { type BudgetLedger } from "../../datasources/budgets/budgets.js";
import { type Guess, type SignInGuesses } from "../../resolvers/request/sign-in-guesses.js";
import { Budgets, type Holders } from "./budgets.js";

/** Wrong passwords that are evaluated a minute: for an account, from an address, and at a tenant. */
const OF_ACCOUNT = 10;
const OF_ADDRESS = 100;
const OF_TENANT = 1_000;
const WINDOW_SECONDS = 60;
/** Accounts with an address that they have signed in from which are remembered, and for how long. Milliseconds. */
const MOST_FAMILIAR = 50_000;
const FAMILIAR_MS = 30 * 86_400_000;

/**
 * Counts guesses as a budget, at all gateways together. Strangers share what an account has; an address that it has
 * signed in from before has as many for itself, so that nobody else's guesses keep its owner out.
 */
export class BudgetedGuesses implements SignInGuesses {
  readonly #budgets: Budgets;
  readonly #familiar = new LRUCache<string, true>({ max: MOST_FAMILIAR, ttl: FAMILIAR_MS });

  constructor(ledger: BudgetLedger, key: Uint8Array) {
    const points = { principal: OF_ACCOUNT, key: OF_ACCOUNT, address: OF_ADDRESS, tenant: OF_TENANT };
    this.#budgets = new Budgets({ points, windowSeconds: WINDOW_SECONDS }, ledger, key, "guesses");
  }

  start(): void {
    this.#budgets.start();
  }

  stop(): Promise<void> {
    return this.#budgets.stop();
  }

  async admit(guess: Guess): Promise<boolean> {
    return (await this.#budgets.take(this.#holders(guess), 1)).short === null;
  }

  async right(guess: Guess): Promise<void> {
    await this.notTried(guess);
    this.#familiar.set(nameOf(guess), true);
  }

  async notTried(guess: Guess): Promise<void> {
    await this.#budgets.settle(this.#holders(guess), 1, 0);
  }

  #holders(guess: Guess): Holders {
    const { tenant, account, address } = guess;
    const familiar = nameOf(guess);
    const holder = this.#familiar.has(familiar) ? { key: familiar } : { principal: `${tenant} ${account}` };
    return { ...holder, address, tenant };
  }
}

function nameOf({ tenant, account, address }: Guess): string {
  return `${tenant} ${account} ${address}`;
}
