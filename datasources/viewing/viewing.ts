import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** What one profile has done with one title. */
export interface TitleStateOfProfile {
  /** `completed`: whether it has been watched to the end, at some time; the position is that of the latest watch. */
  progress: { positionSeconds: number; durationSeconds: number | null; completed: boolean } | null;
  /** 1 to 5. */
  rating: number | null;
  inWatchlist: boolean;
  /** Whether the profile does not want to be shown it. */
  notForMe: boolean;
}

/** The lists a profile keeps, most recent first. */
export type Shelf = "CONTINUE_WATCHING" | "WATCHLIST" | "HISTORY" | "RATINGS";

/** One title on a shelf. `at` is when it got there or was last touched (ISO 8601, microseconds). */
export interface ShelfRow {
  position: Position;
  titleId: string;
  at: string;
  watchedSeconds: number | null;
  completed: boolean | null;
  rating: number | null;
}

/** A watch of a profile that rows of its home page are built on. */
export interface RecentWatch {
  titleId: string;
  completed: boolean;
  rating: number | null;
  lastWatchedAt: string;
}

/** Titles that a profile has begun, and as many that it has rated, which are answered at most: some decades of evenings. */
export const MAX_TOUCHED = 20_000;

export interface ViewingEvent {
  id: string;
  profileId: string;
  titleId: string;
  /** ISO 8601. */
  at: string;
  /** What it was told to be, where that lay ahead of the clock; `at` is when it came then. */
  toldAt?: string | null;
  /** Watch time; of a film, what goes beyond its running time is cut off. */
  seconds: number;
  /** Whether it was watched to the end; null: where that follows from the seconds. */
  completed: boolean | null;
  /** ISO 3166-1 alpha-2; absent where the profile's, else the tenant's, is meant. */
  country: string | null;
  device: string;
  /** 1 to 5. */
  rating: number | null;
}

/** Viewing facts: events, progress, ratings and watchlists. Every reading method is one store call. */
export interface Viewing {
  /** What profiles have done with titles; keys are `<profile> <title>`. A title untouched is left out. */
  titleStates(
    request: StoreRequest,
    keys: readonly { profile: string; title: string }[],
  ): Promise<Map<string, TitleStateOfProfile>>;
  /** A page of one shelf per key, in the order of the keys. */
  shelves(
    request: StoreRequest,
    shelf: Shelf,
    keys: readonly { profile: string; page: Page }[],
  ): Promise<PageOf<ShelfRow>[]>;
  /** A title's place on one of a profile's shelves; null where it is not on it. */
  shelved(
    request: StoreRequest,
    shelf: Shelf,
    key: { profile: string; title: string },
  ): Promise<ShelfRow | null>;
  /** A profile's latest watches (`LEAST_WATCH`), most recent first. */
  recentWatches(request: StoreRequest, profile: string, limit: number): Promise<RecentWatch[]>;
  /** Ids of everything that a profile has begun or rated, of a very long history the latest {@link MAX_TOUCHED}. */
  touchedTitles(request: StoreRequest, profile: string): Promise<string[]>;
  /** The titles that a profile does not want to be shown. */
  notForMe(request: StoreRequest, profile: string): Promise<string[]>;
}

/** The writing side for imports and seeds. */
export interface ViewingIngest {
  /**
   * Stores events, making profiles as needed and ratings where an event carries one. Idempotent by event id and
   * instant; of what is nobody's any more, whose ids are gone, by the instant alone. What follows from events (`title_progress`) is
   * brought up to date for the profiles and titles touched.
   *
   * @returns how many events told of more than the running time of their film.
   */
  ingest(tenant: Tenant, events: readonly ViewingEvent[]): Promise<{ cut: number }>;
  /**
   * Counts the watch time of everything that players told anew, by the rule that reports are counted by as they come:
   * what was told before there was that rule stands for what it was counted for then. Idempotent.
   *
   * @returns how many reports stand for something else from now on.
   */
  recount(tenant: Tenant): Promise<number>;
  /** Adds titles to watchlists; what is there already stays as it is. */
  addToWatchlists(
    tenant: Tenant,
    entries: readonly { profileId: string; titleId: string; addedAt: string }[],
  ): Promise<void>;
}
