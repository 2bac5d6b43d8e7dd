/** A password that is tried, and by whom. */
export interface Guess {
  /** Slug of the tenant. */
  tenant: string;
  /** Id of the account; where there is none, the e-mail address that was sent. */
  account: string;
  /** Where it comes from. */
  address: string;
}

/** Bounds how many passwords are tried for an account, from an address and at a tenant. */
export interface SignInGuesses {
  /** Whether a password may be evaluated now. */
  admit(guess: Guess): Promise<boolean>;
  /** Told of the one that was right: whoever knows it has not guessed. */
  right(guess: Guess): Promise<void>;
  /** Told of one that was not evaluated after all. */
  notTried(guess: Guess): Promise<void>;
}
