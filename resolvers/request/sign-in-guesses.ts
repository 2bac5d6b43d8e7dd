import { type Identity } from "./identity.js";

/** A password that is tried, and by whom. */
export interface Guess {
  /** Slug of the tenant. */
  tenant: string;
  /** Id of the account; where there is none, the e-mail address that was sent. */
  account: string;
  /** Where it comes from. */
  address: string;
  /** Whether whoever tries it is known to be of the account: by a token of it that the request brought along. */
  familiar: boolean;
}

/** Where somebody is who has shown that an account is theirs. */
export type Owned = Pick<Guess, "tenant" | "account" | "address">;

/** A password as it arrives, before anything is looked up: all that its admission depends on. */
export interface Attempt {
  /** Slugs of the tenants where the account may be. */
  tenants: readonly string[];
  /** E-mail address, as it was sent. */
  email: string;
  /** Where it comes from. */
  address: string;
  /** Whose token the request brought along, if any. */
  identity: Pick<Identity, "tenant" | "account"> | null;
}

/** A guess that may be evaluated, and counts until one of these is said. */
export interface AdmittedGuess {
  /** Whether it comes from where the account's owner is known to be, or with a token of the account. */
  familiar: boolean;
  /** It was right: whoever knows it has not guessed. */
  right(): Promise<void>;
  /** It was not evaluated after all. */
  notTried(): Promise<void>;
}

/** Bounds how many passwords are tried for an account, from an address and at a tenant, and how many sign up from and at these. */
export interface SignInGuesses {
  /**
   * Whether it is known, without looking for the account, that an attempt would be refused: the same was within the last
   * second. It tells nothing of whether there is an account.
   */
  refuses(attempt: Attempt): Promise<boolean>;
  /** Notes that an attempt was refused. @param guesses what it was at each tenant. */
  noteRefused(attempt: Attempt, guesses: readonly [Guess, ...Guess[]]): void;
  /** @returns null where none may be evaluated now. */
  admit(guess: Guess): Promise<AdmittedGuess | null>;
  /** Whether an account may be asked for at a tenant from an address now; that counts, whatever comes of it. */
  maySignUp(tenant: string, address: string): Promise<boolean>;
  /** From here on the address is known as one of the account's owner: whoever guesses elsewhere takes nothing from it. */
  welcome(owned: Owned): Promise<void>;
}
