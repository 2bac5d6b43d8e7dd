import { type Audience } from "../catalog/audience.js";
import { type StoreRequest } from "../core/store-request.js";
import { type ChartCheckName, type ChartPeriod } from "../core/vocabulary.js";
import { type Tenant } from "../core/tenant.js";

/** A place among the titles of a list that the audience may meet, from 1 to ten without a gap. */
export interface Top10Place {
  rank: number;
  titleId: string;
}

export interface Top10Row extends Top10Place {
  /** Rank on the day or in the week before, among what the audience may meet now; null for a newcomer. */
  previousRank: number | null;
  /** Days on the list in a row, this one included; of a list of weeks, those of weeks. */
  daysOnList: number;
  viewers: number;
  watchedSeconds: number;
  /** Watch time on the day or in the week before; null where the list of then was not kept so deep. */
  secondsBefore: number | null;
}

/** A title on a country's weekly list, or on that of the week before. */
export interface WeeklyMove {
  country: string;
  titleId: string;
  /** Among what the audience may meet; null: it is not on the list any more. */
  rank: number | null;
  /** Null: it was not on the list the week before. */
  previousRank: number | null;
  /** Watch time of either week; null where its list was not kept so deep, or there is none. */
  watchedSeconds: number | null;
  secondsBefore: number | null;
}

/** What the titles of a weekly list add up to. */
export interface WeeklySums {
  /** Null where there is no list. */
  watchedSeconds: number | null;
  /** On the list, and of these those that were made for the platform, as the catalogue says now. */
  titles: number;
  originals: number;
  originalSeconds: number;
}

/** How the weekly lists of countries differ from those of the week before. */
export interface WeeklyChanges {
  /** The Monday that the week begins on, `YYYY-MM-DD`. */
  week: string;
  /** Those with a list of the week, by their codes. */
  countries: { country: string; now: WeeklySums; before: WeeklySums }[];
  /** The largest changes of watch time first. */
  moves: WeeklyMove[];
}

/** What a check of a country's day has found. */
export interface ChartCheck {
  check: ChartCheckName;
  country: string;
  /** `YYYY-MM-DD`. */
  day: string;
  passed: boolean;
  measured: number;
  /** At most; of what is complete, at least. */
  limit: number;
}

export interface TrendingTitle {
  titleId: string;
  score: number;
}

/**
 * Charts by country, computed from viewing events. A day is the country's own, by the time zone that most people of it live
 * in (`zoneOf`), and is closed `CLOSING_HOURS` after its midnight. Every reading method is one store call.
 *
 * A list is that of a catalogue which has only what its audience may meet: what may not be met takes no place, on that day
 * and on those before. It is full for every maturity limit where so many titles were watched. Of what may not be met for
 * another reason (a territory, a licence that has ended since), `KEPT_TITLES` have room without any being missed.
 */
export interface Top10 {
  /**
   * The list of a country on a day (`YYYY-MM-DD`), or of the week that this lies in, if that is closed; without a day, the
   * latest that there is. Best first.
   */
  top10(
    request: StoreRequest,
    audience: Audience,
    country: string,
    day: string | null,
    period?: ChartPeriod,
  ): Promise<Top10Row[]>;
  /**
   * The weekly lists of a country, or of all of them, beside those of the week before, as the audience may meet both; null
   * where there is none.
   *
   * @param day one of the week; null: the latest week that any of them has a list of.
   */
  weeklyChanges(
    request: StoreRequest,
    audience: Audience,
    country: string | null,
    day: string | null,
  ): Promise<WeeklyChanges | null>;
  /** The places of the latest list of a country that is closed, best first. */
  places(request: StoreRequest, audience: Audience, country: string): Promise<Top10Place[]>;
  /**
   * What the checks of lists have found: whatever has not passed, and all of each country's latest day that was checked.
   * What has not passed comes first, then the latest.
   */
  checks(request: StoreRequest): Promise<ChartCheck[]>;
  /** Titles that gain most on their own past, best first. */
  trending(request: StoreRequest, country: string, limit: number): Promise<TrendingTitle[]>;
}

/** What was written of lists. */
export interface ChartCounts {
  days: number;
  countries: number;
  entries: number;
  /** Lists that there were before, and that rank other titles, or otherwise, now. */
  changed: number;
  /** What has not passed of the checks of these days, which have no lists therefore. */
  failed: ChartCheck[];
}

/** A profile has watched a title. */
export interface LearnedPair {
  profileId: string;
  titleId: string;
  /** How much that counts, in (0, 1]. */
  strength: number;
  /** When it began to watch it, and when it did last. Milliseconds since 1970. */
  firstAt: number;
  lastAt: number;
}

/** What the batch job needs of the viewing facts, and where it leaves what it computed. */
export interface Top10Job {
  /**
   * Recomputes Top 10 for every country and day from `from` on (`YYYY-MM-DD`, default: all days with events) and trending
   * for every country, as of `at` (default: now): of days that were closed then and had viewers enough (chart-rules.ts).
   * Lists that come out otherwise than they stood are noted as they were and as they are. They are checked then, and of
   * a day that does not pass none is answered: the latest is one of before.
   */
  recompute(tenant: Tenant, options?: { from?: string; at?: Date }): Promise<ChartCounts>;
  /**
   * The same of the days that have closed since the last lists, and of those that closed within `LATE_HOURS`, which what
   * came late ranks anew; lists of days before stand. Trending, which looks at five weeks, only where it is asked for.
   */
  follow(tenant: Tenant, options?: { at?: Date; trending?: boolean }): Promise<ChartCounts>;
  /** Popularity of every title: log-scaled distinct profiles that watched it in the last 28 days of events, the most watched title being 1, and 0 where nobody has. */
  popularity(tenant: Tenant): Promise<Map<string, number>>;
  /** Distinct (profile, title) pairs watched, ordered by profile, in batches: what similarity is learned from. `strength` in (0, 1]. */
  interactions(tenant: Tenant): AsyncIterable<LearnedPair[]>;
  /** The latest days, at most `limit`, on which pairs began to be watched, the latest first; `day` is its start in UTC. */
  latestDays(tenant: Tenant, limit: number): Promise<{ day: string; pairs: number }[]>;
}
