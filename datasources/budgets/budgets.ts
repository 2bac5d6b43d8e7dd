/** What one holder of a budget has spent since it was last told. */
export interface Spending {
  /** Tells nothing of who it is. */
  holder: string;
  /** Less than 0 where more was told before than was spent. */
  points: number;
  /** Length of the window that begins with it, where none is open. Seconds. */
  windowSeconds: number;
}

/** What one holder has spent at all gateways in the window that is open. */
export interface Spent {
  holder: string;
  points: number;
  secondsLeft: number;
}

/** What holders of budgets have spent at all gateways of a deployment together. */
export interface BudgetLedger {
  /**
   * Adds what was spent at this gateway; one round trip, however many holders.
   *
   * @param spendings one a holder at most.
   * @throws StoreUnavailableError when the store does not answer.
   */
  add(spendings: readonly Spending[]): Promise<Spent[]>;
  /** Forgets windows that are over. */
  forget(): Promise<void>;
}
