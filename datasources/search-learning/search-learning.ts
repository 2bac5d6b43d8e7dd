import { type AuditActor } from "../core/audit-acts.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type SearchLearningMode } from "../core/vocabulary.js";
import { type Rate } from "../experiments/arm-figures.js";

/** What is learned from what was opened, and what came of it. */
export interface SearchLearningState {
  mode: SearchLearningMode;
  /** ISO 8601; null: nothing was learned so far. */
  learnedAt: string | null;
  /** Texts with titles that count more for them, and how many such titles there are for all. */
  texts: number;
  titles: number;
  /** Of mixed lists that something was opened from; null below `FEWEST_ACCOUNTS` accounts. */
  trial: SearchTrial | null;
}

/** Lists that both orders had a part in, of what is kept of searches. */
export interface SearchTrial {
  /** Of which something was opened that one of the two orders had put there. */
  decided: number;
  /** What share of these the learned order had put there: more than a half, where it is the better one. */
  learnedShare: Rate | null;
}

/**
 * What searches learn from what was opened: for a text, by how much titles count more that attract whoever looks at them
 * (`packages/click-model`). From the log of searches alone, which has accounts that agree to measurement; a title counts
 * more once `FEWEST_ACCOUNTS` accounts have opened it for the text, so that nobody's own doings show.
 */
export interface SearchLearning {
  state(request: StoreRequest): Promise<SearchLearningState>;
  /** Sets whether what is learned counts, and learns it, unless that takes too long to be waited for, or forgets it. */
  setMode(tenant: Tenant, mode: SearchLearningMode, by: AuditActor): Promise<void>;
  /** Learns anew from what is kept of searches; answers for how many titles of a text. Nothing where it is `OFF`. */
  learn(tenant: Tenant): Promise<number>;
}

/** Days of searches that are learned from. */
export const LEARNED_DAYS = 90;
/** Titles of texts that are kept, those of most accounts. */
export const MOST_LIFTS = 50_000;
