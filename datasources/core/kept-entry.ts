/** An answer as a store gave it, under a stamp, for whoever asks at an instant of a span. */
export interface Kept {
  stamp: string;
  /** Milliseconds since 1970; included. */
  since: number;
  /** Excluded. */
  until: number;
  value: unknown;
}
