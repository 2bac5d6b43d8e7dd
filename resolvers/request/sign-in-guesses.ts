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

/** A guess that may be evaluated, and counts until one of these is said. */
export interface AdmittedGuess {
  /** It was right: whoever knows it has not guessed. */
  right(): Promise<void>;
  /** It was not evaluated after all. */
  notTried(): Promise<void>;
}

/** Bounds how many passwords are tried for an account, from an address and at a tenant. */
export interface SignInGuesses {
  /** @returns null where none may be evaluated now. */
  admit(guess: Guess): Promise<AdmittedGuess | null>;
}
