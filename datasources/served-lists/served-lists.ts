import { type Tenant } from "../core/tenant.js";
import { type RecommendationContext } from "../core/vocabulary.js";

/** A page of a list of recommendations, or of a row of the home page, as a profile was shown it. */
export interface ServedList {
  profileId: string;
  context: RecommendationContext;
  /** Of the home page the row, by its local id, and the place where that stands, from 1; null where the list is no row. */
  row: { id: string; place: number } | null;
  /** Of the list the place where the page begins, from 1. */
  place: number;
  /** Local ids, in the order in which they stand. */
  titles: readonly string[];
  /** Whether any of them is there by what was learned, so that a model has answered. */
  learned: boolean;
  /** Number of the kept model that did; null: the one that is live. */
  model: number | null;
  /** The arms of experiments that it was made by (`armId`). */
  arms: readonly string[];
  /** Of an interleaved list, for each title which of the arms has put it there, from 1; 0: neither. Null of any other. */
  teams: readonly number[] | null;
  /** How long it took to make. Milliseconds. */
  latencyMs: number;
  /** Whether answers that were known already took part. */
  kept: boolean;
  /** ISO 8601. */
  at: string;
}

/** The first page of a list that suits a profile by itself, as the live model or a kept one has made it. */
export interface LoggedList {
  profileId: string;
  accountId: string;
  /** ISO 8601. */
  at: string;
  /** Local ids, in the order in which they stood: {@link LOGGED_TITLES} at most. */
  titles: readonly string[];
}

/** Of how many profiles, how many lists of each at most, and from when on. */
export interface WhichLogged {
  profiles: number;
  ofEach: number;
  /** ISO 8601. */
  since: string;
}

/** What has become of lists that were noted, of all tenants that this process answers. */
export class ServedFigures {
  kept = 0;
  /** Those that came while too many waited, and those that could not be written. */
  lost = 0;
}

/**
 * What profiles were recommended, of accounts that agree to personalisation alone, and none of children. A list is noted
 * behind the answer that has it: nobody waits for it, and nothing fails by it.
 */
export interface ServedLists {
  /**
   * Keeps it soon, together with what else is noted meanwhile; of a profile {@link MOST_OF_DAY} in a day. Where
   * {@link MOST_WAITING} wait already, or {@link MOST_OF_TENANT} of its tenant, or it cannot be written, it is lost, and
   * counted as that. Those of several tenants are kept at once. A row of the home page that is as it was, made by the same
   * arms and {@link SAME_ROW_MS} ago at most, is the one that was noted then.
   */
  note(tenant: Tenant, list: ServedList): Promise<void>;
  /**
   * Lists that are held, of context `HOME` and no row, that one model has made since an instant (ISO 8601): of so many profiles,
   * those whose ids have the lowest hashes, the latest of each. Of accounts alone that agree to measurement as well as to personalisation. Each
   * profile's are together, the latest first.
   */
  logged(tenant: Tenant, which: WhichLogged): Promise<LoggedList[]>;
  /** Keeps what was noted so far. */
  settle(): Promise<void>;
}

/** Titles of a logged list that are looked at. */
export const LOGGED_TITLES = 10;
/** Lists of all tenants that wait at most: a second's of a busy gateway. */
export const MOST_WAITING = 5_000;
/** Those of a tenant: its share leaves room for others while its own are not written. */
export const MOST_OF_TENANT = MOST_WAITING / 8;
/** For how long a row that stays as it is is one, as somebody comes back to it from each title. Milliseconds. */
export const SAME_ROW_MS = 600_000;
/** Lists of a profile that are kept of a day, as somebody may see who looks at one a minute. */
export const MOST_OF_DAY = 1_000;
