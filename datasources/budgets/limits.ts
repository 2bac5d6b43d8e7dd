/** How often something may be done in a window of time. */
export interface LimitRule {
  /** What it is counted for: limits of different names have nothing in common. */
  name: string;
  points: number;
  windowSeconds: number;
}

/** Holds whoever it is asked about to one rule, at all gateways of a deployment together. */
export interface Limit {
  /** Takes a point, where one is left. */
  take(holder: string): Promise<boolean>;
  /**
   * Whether nothing is left for the rest of a window, as far as this gateway knows without asking: it was refused in it.
   * What was given back since does not count, as it does not for whoever goes on taking.
   */
  isUsedUp(holder: string): boolean;
  /** Gives back a point that was taken. */
  giveBack(holder: string): Promise<void>;
}

/** Things that are remembered for a while, at all gateways together. */
export interface Remembered {
  has(holder: string): Promise<boolean>;
  note(holder: string): Promise<void>;
}

/**
 * What gateways count together, at once. While the store does not answer each counts by itself, so that nothing is
 * unlimited meanwhile.
 */
export interface Limits {
  limit(rule: LimitRule): Limit;
  remembered(name: string, seconds: number): Remembered;
}
