/** Tells processes that what they believe tokens by has changed. */
export interface IdentityChanges {
  /** Calls back when something may have changed, until it is stopped; nobody is told what is missed meanwhile. */
  watch(onNotice: () => void): { stop(): Promise<void> };
  /**
   * Ids of the sessions that have ended while access tokens of theirs may still be shown.
   *
   * @param seconds those of this last time alone; null: all.
   */
  endedSessions(seconds: number | null): Promise<string[]>;
  /** Forgets sessions whose access tokens have expired. */
  forget(): Promise<void>;
}
