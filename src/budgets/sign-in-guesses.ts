import { type Limit, type Limits, type Remembered } from "../../datasources/budgets/limits.js";
import {
  type AdmittedGuess,
  type Guess,
  type SignInGuesses,
} from "../../resolvers/request/sign-in-guesses.js";

/** Wrong passwords that are evaluated a minute: for an account, from an address, and at a tenant. */
const OF_ACCOUNT = 10;
const OF_ADDRESS = 100;
const OF_TENANT = 1_000;
const WINDOW_SECONDS = 60;
/** How long an address is remembered that an account has signed in from. Seconds. */
const FAMILIAR_SECONDS = 30 * 86_400;

/** PINs that are tried for an account: of four digits it takes months at this rate to find one in two. */
export const PIN_GUESSES = { name: "guess-pin", points: 10, windowSeconds: 3_600 };

/** Mails that are asked for to one address, and by those behind one. */
export const MAILS_TO = { name: "mails-to", points: 5, windowSeconds: 3_600 };
export const MAILS_BY = { name: "mails-by", points: 30, windowSeconds: 3_600 };

/** How often an account goes to another country: a territory is where somebody lives, and not what they choose. */
export const COUNTRY_CHANGES = { name: "country", points: 2, windowSeconds: 30 * 86_400 };

/** A limit, and whom it is asked about. */
type Held = readonly [limit: Limit, holder: string];

/**
 * Counts guesses at all gateways together. Strangers share what an account has, an address and a tenant; who signs in from
 * where the account has signed in before, or brings a token of it, has as many for itself: nobody else's guesses keep an
 * owner out.
 */
export class LimitedGuesses implements SignInGuesses {
  readonly #ofAccount: Limit;
  readonly #ofOwner: Limit;
  readonly #ofAddress: Limit;
  readonly #ofTenant: Limit;
  readonly #familiar: Remembered;

  constructor(limits: Limits) {
    const limit = (name: string, points: number) =>
      limits.limit({ name: `guess-${name}`, points, windowSeconds: WINDOW_SECONDS });
    this.#ofAccount = limit("account", OF_ACCOUNT);
    this.#ofOwner = limit("owner", OF_ACCOUNT);
    this.#ofAddress = limit("address", OF_ADDRESS);
    this.#ofTenant = limit("tenant", OF_TENANT);
    this.#familiar = limits.remembered("familiar", FAMILIAR_SECONDS);
  }

  async admit(guess: Guess): Promise<AdmittedGuess | null> {
    const { tenant, account, address } = guess;
    const place = `${tenant} ${account} ${address}`;
    const held = await this.#heldTo(guess, place);
    if (!(await takeAll(held))) return null;
    const notTried = () => giveBack(held);
    return { notTried, right: () => Promise.all([notTried(), this.#familiar.note(place)]).then(() => {}) };
  }

  /** The account stands first: who is refused there has taken nothing from whoever else signs in. */
  async #heldTo({ tenant, account, address, familiar }: Guess, place: string): Promise<Held[]> {
    // Whoever has stolen a token guesses no faster by moving about.
    if (familiar) return [[this.#ofOwner, `${tenant} ${account}`]];
    if (await this.#familiar.has(place)) return [[this.#ofOwner, place]];
    return [
      [this.#ofAccount, `${tenant} ${account}`],
      [this.#ofAddress, address],
      [this.#ofTenant, tenant],
    ];
  }
}

/** Takes a point of each, or of none. */
async function takeAll(held: readonly Held[]): Promise<boolean> {
  for (const [at, [limit, holder]] of held.entries()) {
    if (await limit.take(holder)) continue;
    await giveBack(held.slice(0, at));
    return false;
  }
  return true;
}

async function giveBack(held: readonly Held[]): Promise<void> {
  await Promise.all(held.map(([limit, holder]) => limit.giveBack(holder)));
}
