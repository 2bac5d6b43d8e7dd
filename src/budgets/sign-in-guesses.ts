import { type Limit, type Limits, type Remembered } from "../../datasources/budgets/limits.js";
import {
  type AdmittedGuess,
  type Attempt,
  type Guess,
  type Owned,
  type SignInGuesses,
} from "../../resolvers/request/sign-in-guesses.js";
import { siteOf } from "../tenancy/networks.js";
import { placeOf, RefusedAttempts } from "./refused-attempts.js";
import { giveBack, ReservedLimit, taken, type Held } from "./reserved-limit.js";

/**
 * Wrong passwords that are evaluated a minute: for an account, from an address, and at a tenant. Networks that have tried
 * an account within the hour share a part of what it has, and those that have tried twenty times at a tenant a part of
 * what that has: the rest is for others, among whom its owners are.
 */
const OF_ACCOUNT = { points: 10, part: 6, newcomer: 1 };
const OF_ADDRESS = 100;
const OF_TENANT = { points: 1_000, part: 600, newcomer: 20 };
const WINDOW_SECONDS = 60;
/** How long an address is remembered that an account has signed in from. Seconds. */
const FAMILIAR_SECONDS = 30 * 86_400;

/** PINs that are tried for an account: of four digits it takes months at this rate to find one in two. */
export const PIN_GUESSES = { name: "guess-pin", points: 10, windowSeconds: 3_600 };

/**
 * Sign-ups a minute: from an address, and at a tenant, of which networks that have sent ten within the hour share a part.
 * Each tells whether an address has an account, and takes a turn of hashing.
 */
const SIGN_UPS_BY = { name: "sign-ups-by", points: 60, windowSeconds: 60 };
const SIGN_UPS_AT = { name: "sign-ups-at", points: 200, windowSeconds: 60, part: 100, newcomer: 10 };

/** Mails that are asked for to one address, and by those behind one. */
export const MAILS_TO = { name: "mails-to", points: 5, windowSeconds: 3_600 };
export const MAILS_BY = { name: "mails-by", points: 30, windowSeconds: 3_600 };

/** How often an account goes to another country: a territory is where somebody lives, and not what they choose. */
export const COUNTRY_CHANGES = { name: "country", points: 2, windowSeconds: 30 * 86_400 };

/**
 * Counts guesses at all gateways together. Strangers share what an account has, an address and a tenant; who signs in from
 * where the account has signed in before, or has shown a mail to it, or brings a token of it, has as many for itself:
 * nobody else's guesses keep an owner out.
 */
export class LimitedGuesses implements SignInGuesses {
  readonly #ofAccount: ReservedLimit;
  readonly #ofOwner: Limit;
  readonly #ofAddress: Limit;
  readonly #ofTenant: ReservedLimit;
  readonly #signUpsBy: Limit;
  readonly #signUpsAt: ReservedLimit;
  readonly #familiar: Remembered;

  /** @param refused what was refused at this gateway a moment ago. */
  constructor(
    limits: Limits,
    private readonly refused = new RefusedAttempts(),
  ) {
    const limit = (name: string, points: number) =>
      limits.limit({ name: `guess-${name}`, points, windowSeconds: WINDOW_SECONDS });
    const reserved = (name: string, points: typeof OF_ACCOUNT) =>
      new ReservedLimit(limits, { name: `guess-${name}`, windowSeconds: WINDOW_SECONDS, ...points });
    this.#ofAccount = reserved("account", OF_ACCOUNT);
    this.#ofOwner = limit("owner", OF_ACCOUNT.points);
    this.#ofAddress = limit("address", OF_ADDRESS);
    this.#ofTenant = reserved("tenant", OF_TENANT);
    this.#signUpsBy = limits.limit(SIGN_UPS_BY);
    this.#signUpsAt = new ReservedLimit(limits, SIGN_UPS_AT);
    this.#familiar = limits.remembered("familiar", FAMILIAR_SECONDS);
  }

  async admit(guess: Guess): Promise<AdmittedGuess | null> {
    const owner = await this.#ownerOf(guess);
    const held = await (owner === null ? this.#asStranger(guess) : taken(this.#ofOwner, owner));
    if (!held) return null;
    const notTried = () => giveBack(held);
    const right = async () => void (await Promise.all([notTried(), this.welcome(guess)]));
    return { familiar: owner !== null, notTried, right };
  }

  async maySignUp(tenant: string, address: string): Promise<boolean> {
    // Of a tenant's own, so that nobody sees at one what was asked of another.
    if (!(await this.#signUpsBy.take(`${tenant} ${address}`))) return false;
    return (await this.#signUpsAt.take(tenant, siteOf(address))) !== null;
  }

  async refuses(attempt: Attempt): Promise<boolean> {
    if (this.refused.has(attempt)) return true;
    const guesses = this.refused.lookedUp(attempt);
    // A stranger is tried where something is left at each of the tenants: which of them has the account changes nothing.
    if (!guesses.some((guess) => this.#isUsedUp(guess))) return false;
    if (guesses.some(({ familiar }) => familiar)) return false;
    const known = await Promise.all(guesses.map((guess) => this.#familiar.has(placeOf(guess))));
    if (known.includes(true)) return false;
    this.refused.note(attempt, guesses);
    return true;
  }

  noteRefused(attempt: Attempt, guesses: readonly [Guess, ...Guess[]]): void {
    this.refused.note(attempt, guesses);
  }

  async welcome(owned: Owned): Promise<void> {
    await this.#familiar.note(placeOf(owned));
    this.refused.welcome(owned);
  }

  /** As whom an owner is counted; null for strangers. Whoever has stolen a token guesses no faster by moving about. */
  async #ownerOf(guess: Guess): Promise<string | null> {
    if (guess.familiar) return nameOf(guess);
    return (await this.#familiar.has(placeOf(guess))) ? placeOf(guess) : null;
  }

  /** The account stands first: who is refused there has taken nothing from whoever else signs in. */
  async #asStranger(guess: Guess): Promise<Held[] | null> {
    // Nothing is taken, to be given back, where it is known already that nothing is left of what comes next.
    if (this.#isUsedUp(guess)) return null;
    const { tenant, address } = guess;
    const site = siteOf(address);
    const all: Held[] = [];
    for (const take of [
      () => this.#ofAccount.take(nameOf(guess), site),
      () => taken(this.#ofAddress, address),
      () => this.#ofTenant.take(tenant, site),
    ]) {
      const held = await take();
      if (!held) return giveBack(all).then(() => null);
      all.push(...held);
    }
    return all;
  }

  /** Whether nothing is left to a stranger, as far as is known without asking. */
  #isUsedUp(guess: Guess): boolean {
    const { tenant, address } = guess;
    const site = siteOf(address);
    return (
      this.#ofAccount.isUsedUp(nameOf(guess), site) ||
      this.#ofAddress.isUsedUp(address) ||
      this.#ofTenant.isUsedUp(tenant, site)
    );
  }
}

/** An account of a tenant. */
function nameOf({ tenant, account }: Guess): string {
  return `${tenant} ${account}`;
}
