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
  /** @returns null where none may be evaluated now. */
  admit(guess: Guess): Promise<AdmittedGuess | null>;
  /** Whether an account may be asked for at a tenant from an address now; that counts, whatever comes of it. */
  maySignUp(tenant: string, address: string): Promise<boolean>;
  /** From here on the address is known as one of the account's owner: whoever guesses elsewhere takes nothing from it. */
  welcome(owned: Owned): Promise<void>;
}
