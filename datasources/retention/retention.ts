import { type Tenant } from "../core/tenant.js";

/** What is kept for a while only: what it is, from when its days are counted, and how many they are unless somebody says. */
export const RETENTION_KINDS = {
  viewing: {
    days: null,
    what: "Whose viewing events were: they stay for charts, as nobody's. Counted from when it was watched.",
  },
  receipts: { days: 90, what: "Answers to reports that came with an id. Counted from the report." },
  sessions: { days: 0, what: "Sessions, and refresh tokens that were used. Counted from their end." },
  playback: { days: 30, what: "Streams and the devices that they went to. Counted from their end." },
  mails: { days: 0, what: "Mails that wait or were sent. Counted from when what they bring is over." },
  exports: { days: 0, what: "Copies of what is held about an account. Counted from when they expire." },
  searches: { days: 30, what: "What profiles have searched for. Counted from the search." },
  served: { days: 90, what: "Lists that profiles were recommended. Counted from when they were shown." },
  keys: { days: 30, what: "Answers kept for clients' idempotency keys. Counted from the request." },
  deadLetters: { days: 90, what: "Events that a projection refused. Counted from the first refusal." },
  audit: { days: null, what: "Entries of the log of who did what. Counted from when they were noted." },
  jobs: { days: 90, what: "Work that operators have started. Counted from its end." },
} as const satisfies Record<string, { days: number | null; what: string }>;

export type RetentionKind = keyof typeof RETENTION_KINDS;

/** For how many days each kind is kept; null: for as long as what it is about. */
export type RetentionDays = Readonly<Record<RetentionKind, number | null>>;

/** What is held of a kind. */
export interface HeldKind {
  kind: RetentionKind;
  entries: number;
  /** From when the days of the oldest are counted, ISO 8601; null where there are none. */
  oldest: string | null;
}

/** Takes away what has been kept for long enough. */
export interface Retention {
  /**
   * Takes away what is older than its kind may be, batch by batch. While somebody else does so for the tenant, nothing.
   *
   * @returns how many entries of each kind went.
   */
  enforce(tenant: Tenant, days: RetentionDays): Promise<Record<RetentionKind, number>>;
  /** What is held of each kind. */
  held(tenant: Tenant): Promise<HeldKind[]>;
}
