import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

export interface Top10Row {
  rank: number;
  /** Rank on the day before, null for a newcomer. */
  previousRank: number | null;
  /** Days on the list in a row, this one included. */
  daysOnList: number;
  titleId: string;
  viewers: number;
  watchedSeconds: number;
}

export interface TrendingTitle {
  titleId: string;
  score: number;
}

/** Charts by country, computed from viewing events. Every reading method is one store call. */
export interface Top10 {
  /** The list of a country on a day (`YYYY-MM-DD`); without a day, the latest there is. Best first. */
  top10(request: StoreRequest, country: string, day: string | null): Promise<Top10Row[]>;
  /** Titles that gain most on their own past, best first. */
  trending(request: StoreRequest, country: string, limit: number): Promise<TrendingTitle[]>;
}

/** What the batch job needs of the viewing facts, and where it leaves what it computed. */
export interface Top10Job {
  /**
   * Recomputes Top 10 for every country and day from `from` on (`YYYY-MM-DD`, default: all days with events) and trending
   * for every country, as of `at` (default: now): of days that were over then.
   */
  recompute(
    tenant: Tenant,
    options?: { from?: string; at?: Date },
  ): Promise<{ days: number; countries: number; entries: number }>;
  /** Popularity of every title with views: log-scaled distinct profiles that watched it in the last 28 days of events, the most watched title being 1. */
  popularity(tenant: Tenant): Promise<Map<string, number>>;
  /** Distinct (profile, title) pairs watched, ordered by profile, in batches: what similarity is learned from. `strength` in (0, 1]. */
  interactions(tenant: Tenant): AsyncIterable<{ profileId: string; titleId: string; strength: number }[]>;
}
