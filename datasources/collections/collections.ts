import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type CollectionAudience } from "../core/vocabulary.js";

/** What editors say of a collection: a row of the home page. Instants are ISO 8601. */
export interface CollectionFacts {
  name: string;
  /** Local ids, in the order in which they are shown. */
  titles: string[];
  /** From when on it is shown; null: at once. */
  from: string | null;
  /** Until when, exclusive; null: without end. */
  until: string | null;
  audience: CollectionAudience;
  /** Where it is shown, ISO 3166-1 alpha-2; none: everywhere. */
  countries: string[];
  /** Its place on the page, from 1. */
  position: number;
}

/** A collection as it is kept. */
export interface CollectionRecord extends CollectionFacts {
  id: string;
  /** Counts its changes, from 1. */
  version: number;
  updatedAt: string;
}

/** What an editor makes or changes. */
export interface CollectionEdit {
  /** Null for one to be made. */
  id: string | null;
  /** The version that the editor has seen; null for whichever it is. */
  expectedVersion: number | null;
  /** What is absent stays as it is, and is the usual of one that is made. */
  fields: Partial<CollectionFacts>;
  /** Who edits it, for the log of who did what. */
  by: AuditActor;
}

/** For whom collections are shown. */
export interface CollectionViewer {
  country: string;
  /** Whether a child looks. */
  kids: boolean;
  now: Date;
}

/** A collection as a home page shows it: titles that were merged stand for what they were merged into. */
export type ShownCollection = Pick<CollectionRecord, "id" | "name" | "titles" | "position">;

/** Collections of titles that editors put on the home page. Every reading method is one store call. */
export interface Collections {
  /** Those that are shown to somebody now, in the order of their places, at most {@link MAX_SHOWN}. */
  shown(request: StoreRequest, viewer: CollectionViewer): Promise<ShownCollection[]>;
  /** A page of all, in the order of their places. */
  list(request: StoreRequest, page: Page): Promise<PageOf<{ position: Position; entry: CollectionRecord }>>;
  /** Those there are, by id. */
  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, CollectionRecord>>;
  /**
   * Makes a collection or changes one. What says nothing new changes nothing.
   *
   * @throws Refusal COLLECTION_NOT_FOUND, STALE_VERSION, TITLE_NOT_FOUND, TOO_MANY_COLLECTIONS, INVALID.
   */
  put(tenant: Tenant, edit: CollectionEdit): Promise<CollectionRecord>;
  /** Takes a collection away. @throws Refusal COLLECTION_NOT_FOUND. */
  remove(tenant: Tenant, id: string, by: AuditActor): Promise<void>;
}

/** Collections of a tenant. */
export const MAX_COLLECTIONS = 200;
/** Collections on a home page. */
export const MAX_SHOWN = 20;
/** Titles of a collection. */
export const MAX_COLLECTED = 100;
/** The last place that a collection may be given. */
export const MAX_PLACE = 100;
