import { type AuditActor } from "../core/audit-acts.js";
import { type StoreRequest } from "../core/store-request.js";

/** What is asked about: whole days in a row, the last one a Sunday, in UTC. */
export interface InsightQuestion {
  /** How many days. */
  days: number;
  /** The Monday behind the last of them: `YYYY-MM-DD`. */
  until: string;
  /** Where it was watched, ISO 3166-1 alpha-2; null: anywhere. */
  country: string | null;
}

/** How much of a person may be told, as ε of differential privacy. In thousandths, whole numbers: sums of these are exact. */
export interface InsightBudget {
  /** ε of one release. */
  perRelease: number;
  /** Σ ε of all releases within `days`. */
  total: number;
  days: number;
}

export const THOUSANDTHS = 1_000;
export const INSIGHT_BUDGET: InsightBudget = { perRelease: THOUSANDTHS, total: 13 * THOUSANDTHS, days: 90 };

/** Titles of a release. */
export const MAX_RELEASED = 100;
/** Viewers below which a title is left out, however little noise there is. */
export const FEWEST_VIEWERS = 20;
/** Days after which a period is closed: events are late by as much, as charts take them. */
const CLOSED_AFTER_DAYS = 2;

/** How a title was watched, with noise. */
export interface NoisyTitle {
  titleId: string;
  viewers: number;
  /** Of them those who have watched for `STAYED_SECONDS` (core/insight-rules.ts), or to the end. */
  stayed: number;
  /** Of these those who have watched it, or an episode of it, to the end. */
  completions: number;
  watchedSeconds: number;
}

/** How exact figures are. */
export interface InsightNoise {
  /** Standard deviation of what was added to `viewers`; less was to `stayed`, and least to `completions`. */
  viewersNoise: number;
  /** The same of `watchedSeconds`. */
  secondsNoise: number;
  /** Viewers, noise included, below which a title was left out. */
  leastViewers: number;
}

/** What was told about a period, which stays as it is. */
export interface InsightRelease extends InsightQuestion, InsightNoise {
  /** What it has cost. Thousandths of ε. */
  epsilon: number;
  /** ISO 8601. */
  releasedAt: string;
  /** The most watched first. */
  titles: NoisyTitle[];
}

/** What was spent of a budget. */
export interface InsightAccount {
  /** Within the days of the budget. Thousandths of ε. */
  spent: number;
  /** When a release can be paid for; null: now. ISO 8601. */
  moreAt: string | null;
}

/** The tenant's budget does not allow an answer that was not told before. */
export class InsightsSpentError extends Error {
  override readonly name = "InsightsSpentError";

  /** @param moreAt when it does. ISO 8601. */
  constructor(
    readonly spent: number,
    readonly moreAt: string,
  ) {
    super("What may be told about viewers has been told");
  }
}

/** How titles are watched, told so that nobody finds out whether a profile was among the viewers. */
export interface Insights {
  /**
   * What is told of a period: for the first time it costs, from then on it is told as it was. One store call where it was
   * told before. A first release goes on when the request is over: who asks again is told.
   *
   * ε-differentially private (Dwork, McSherry, Nissim and Smith 2006) for a profile with everything that it did: at most
   * `MAX_TITLES` titles of it count, and at most `MAX_DAY_SECONDS` of a day (core/insight-rules.ts); discrete Laplace noise is
   * added to the figures of every title that there is, watched or not, of which the smallest are then left out.
   *
   * @param question of a period that is closed.
   * @param actor whom the log says it was told to.
   * @throws InsightsSpentError.
   */
  release(
    request: StoreRequest,
    question: InsightQuestion,
    budget: InsightBudget,
    actor: AuditActor,
  ): Promise<InsightRelease>;
  /** What was spent; one store call. */
  account(request: StoreRequest, budget: InsightBudget): Promise<InsightAccount>;
}

const DAY_MS = 86_400_000;
/** 1970-01-05, in days since 1970. */
const FIRST_MONDAY = 4;

const dayOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);
const weekdayOf = (day: number) => (((day - FIRST_MONDAY) % 7) + 7) % 7;

/** The latest Monday before which every day is closed: `YYYY-MM-DD`. */
export function latestClosed(now: Date): string {
  const closed = Math.floor(now.getTime() / DAY_MS) - CLOSED_AFTER_DAYS;
  return dayOf(closed - weekdayOf(closed));
}

/** Whether a day is a Monday, in UTC. @param day `YYYY-MM-DD`. */
export function isMonday(day: string): boolean {
  return weekdayOf(Date.parse(day) / DAY_MS) === 0;
}

/**
 * What was spent, and when there is enough for a release.
 *
 * @param releases those within the days of the budget, the earliest first.
 */
export function accountOf(
  releases: readonly { epsilon: number; releasedAt: string }[],
  { perRelease, total, days }: InsightBudget,
): InsightAccount {
  const spent = releases.reduce((sum, { epsilon }) => sum + epsilon, 0);
  let left = total - spent;
  let last: string | null = null;
  for (const { epsilon, releasedAt } of releases) {
    if (left >= perRelease) break;
    left += epsilon;
    last = releasedAt;
  }
  return { spent, moreAt: last && new Date(Date.parse(last) + days * DAY_MS).toISOString() };
}
