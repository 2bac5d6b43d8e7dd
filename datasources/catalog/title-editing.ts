import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type TitleFieldName } from "../core/title-fields.js";
import { type MaturityRating, type VersionedTitle, type TitleState } from "../core/title.document.js";

/** Which title an editor changes, what the editor took it for, and from when on the change holds. */
export interface TitleTarget {
  id: string;
  /** The input field that names it, for refusals. */
  field: string;
  /** The number of the latest version that the editor has seen. */
  expectedVersion: number | null;
  /** ISO 8601; null for now, later for a change that is to come, earlier for one that held already. */
  effectiveFrom: string | null;
  /** Who edits it, for the log of who did what. */
  by: AuditActor;
}

/** Fields of a title to set, in the form of a line of `titles.ndjson`; those that are absent stay as they are. */
export interface TitleEdit extends TitleTarget {
  /** Whether a title that is not there is made, where no version is expected of it. */
  mayCreate: boolean;
  fields: Readonly<Record<string, unknown>>;
  /** Fields that imports may set again. */
  unlock?: readonly TitleFieldName[];
}

/** Where and how long a title may be shown. Instants are ISO 8601. */
export interface LicenceEdit extends TitleTarget {
  /** ISO 3166-1 alpha-2; null for everywhere. */
  countries: readonly string[] | null;
  /** Null for when the change takes effect. */
  from: string | null;
  /** Exclusive; null for without end. */
  until: string | null;
}

export interface TitleMerge {
  keep: string;
  merge: string;
  /** The number of the latest version seen of the title that is kept; null for whichever it is. */
  expectedVersion: number | null;
  /** As in `TitleTarget`. */
  by: AuditActor;
}

/** What an edit left behind. */
export interface EditedTitle {
  /** What is in force now according to the facts, which projections follow; null where nothing is yet. */
  title: VersionedTitle | null;
  /** The number of the title's latest version. */
  version: number;
  /** Fields that were last set by hand and not given back: imports leave them alone. */
  lockedFields: readonly TitleFieldName[];
  /** The transaction that projections have to reach to show it; null where nothing that they lack is known. */
  xid: number | null;
}

/** A title as editors list it. */
export interface EditorialTitle {
  position: Position;
  /** The version in force, or else the next to come. */
  title: VersionedTitle;
  version: number;
  effectiveFrom: string;
  /** As in `EditedTitle`. */
  lockedFields: readonly TitleFieldName[];
}

/** One version of a title. Instants are ISO 8601. */
export interface RecordedVersion {
  version: number;
  effectiveFrom: string;
  recordedAt: string;
  name: string;
  state: TitleState;
  maturityRating: MaturityRating;
}

/**
 * Titles in the hands of editors: every change is a version that is added, with the event that projections follow, in
 * one transaction. A change holds from its instant on, until a version that begins later says something else about the
 * same field: versions that are to come take over what they do not say themselves.
 *
 * Whoever states a field holds it from then on, whether that says something new or not: imports leave it alone until an
 * edit gives it back.
 *
 * Whoever expected another version than there is gets a `Refusal` STALE_VERSION that answers with the current one.
 */
export interface TitleEditing {
  /**
   * Makes a title as a draft (`expectedVersion` null), or changes fields of one. What says nothing new adds no version.
   *
   * @throws Refusal STALE_VERSION, TITLE_NOT_FOUND, TITLE_MERGED; Refusals with INVALID for every field at fault.
   */
  put(tenant: Tenant, edit: TitleEdit): Promise<EditedTitle>;
  /**
   * Publishes or archives. A title that is in the state already stays as it is.
   *
   * @throws Refusal STALE_VERSION, TITLE_NOT_FOUND, TITLE_MERGED, or WRONG_STATE for a draft that is to be archived.
   */
  setState(tenant: Tenant, target: TitleTarget, state: "PUBLISHED" | "ARCHIVED"): Promise<EditedTitle>;
  /**
   * Sets the licence of countries in the place of all that these had, or of everything there was where it is for
   * everywhere.
   *
   * @throws Refusal STALE_VERSION, TITLE_NOT_FOUND, TITLE_MERGED; Refusals with INVALID.
   */
  setLicence(tenant: Tenant, edit: LicenceEdit): Promise<EditedTitle>;
  /**
   * Keeps one of two titles: the other's id leads to it from now on, and what profiles have done with either counts
   * as done with it, once.
   *
   * @throws Refusal STALE_VERSION, TITLE_NOT_FOUND, TITLE_MERGED, SAME_TITLE or NOT_IN_FORCE.
   */
  merge(tenant: Tenant, merge: TitleMerge): Promise<EditedTitle>;
  /** A page of the tenant's titles in whatever state, by id, without those that were merged into others; one store call. */
  titles(request: StoreRequest, page: Page): Promise<PageOf<EditorialTitle>>;
  /** A page of the versions of a title, the latest first; one store call. */
  versions(request: StoreRequest, id: string, page: Page): Promise<PageOf<RecordedVersion>>;
}
