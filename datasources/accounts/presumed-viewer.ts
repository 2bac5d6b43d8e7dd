/**
 * What somebody who writes is taken to be by what their token says, instead of being looked up: the transaction that
 * writes finds out whether it is so.
 */
export interface PresumedViewer {
  /** Null for a profile without an account. */
  account: string | null;
  session: string;
  /** The account's, or the profile's where there is none: ISO 3166-1 alpha-2. */
  country: string | null;
  /** Age in years. */
  maturityLimit: number;
}

/** It is not so, or not any more. Nothing was done: who it is has to be looked up. */
export class NotAsPresumedError extends Error {
  constructor() {
    super("Whoever writes is not who the token says, or not any more");
    this.name = "NotAsPresumedError";
  }
}
