import { type Page, type PageOf, type Position } from "../core/page.js";
import { type SearchReportKind } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** Something that a profile searched for, or what it opened of what was found. */
export interface NotedSearch {
  profileId: string;
  /** As it was typed. */
  text: string;
  /** What its client likes to read best, ISO 639-1; null where nobody knows. */
  language: string | null;
  /** How many titles were found, or at least how many; null where nobody says. */
  hits: number | null;
  /** Local id of the title that was opened; null: none so far. */
  openedTitleId: string | null;
  /** What was shown of what was found; null where nobody says. */
  shown: ShownTitles | null;
}

/** The first titles of an answer to a search. */
export interface ShownTitles {
  /** Local ids, in their order. */
  ids: readonly string[];
  /** A letter for each: which order put it there, `L` for the learned, `P` for the plain one, `-` for both. Empty: nothing was mixed. */
  teams: string;
}

/** A text of which editors are told. */
export interface ReportedSearch {
  /** As search takes it. */
  query: string;
  /** What most of those who searched for it like to read; null where nobody knows. */
  language: string | null;
  /** Accounts that searched for it and went away so. */
  accounts: number;
}

/**
 * What was searched for: a row for each text of a profile and day, of accounts that agree to measurement alone, and none of
 * children.
 */
export interface SearchLog {
  /** Keeps it soon, together with what else is noted meanwhile. What cannot be kept is lost: nobody waits for it. */
  note(tenant: Tenant, search: NotedSearch): Promise<void>;
  /** Keeps what was noted so far. */
  settle(): Promise<void>;
  /**
   * A page of the texts for which nothing was found, or of which nothing was opened, those of most accounts first; one store
   * call. Only what `FEWEST_ACCOUNTS` have searched for is told, so that nobody's own words are.
   *
   * @param days up to now.
   */
  report(
    request: StoreRequest,
    which: { kind: SearchReportKind; days: number },
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: ReportedSearch }>>;
}

/** Days that a report looks back at most. */
export const MOST_DAYS = 90;
