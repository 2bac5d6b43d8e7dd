import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** What editors say of a campaign. Instants are ISO 8601. */
export interface CampaignFacts {
  /** Local id of the title that it is for. */
  title: string;
  /** From when on; null: at once. */
  from: string | null;
  /** Until when, exclusive; null: without end. */
  until: string | null;
  /** Where, ISO 3166-1 alpha-2; none: everywhere. */
  countries: string[];
  /** From 1 to 100: of several campaigns the strongest has the highest place. */
  strength: number;
}

export interface CampaignRecord extends CampaignFacts {
  id: string;
  updatedAt: string;
}

/** What an editor makes or changes. */
export interface CampaignEdit {
  /** Null for one to be made. */
  id: string | null;
  /** What is absent stays as it is, and is the usual of one that is made. */
  fields: Partial<CampaignFacts>;
  /** Who edits it, for the log of who did what. */
  by: AuditActor;
}

/** Titles that editors have recommended beside what suits. Every reading method is one store call. */
export interface Campaigns {
  /**
   * Titles of the campaigns that run in a country, the strongest first; merged ones as what they are now. All there are: those
   * that somebody may not meet take no places of others.
   */
  running(request: StoreRequest, where: { country: string; now: Date }): Promise<string[]>;
  /** A page of all, by their ids. */
  list(request: StoreRequest, page: Page): Promise<PageOf<{ position: Position; entry: CampaignRecord }>>;
  /** Those there are, by id. */
  byIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, CampaignRecord>>;
  /**
   * Makes a campaign or changes one. What says nothing new changes nothing.
   *
   * @throws Refusal CAMPAIGN_NOT_FOUND, TITLE_NOT_FOUND, TOO_MANY_CAMPAIGNS, INVALID.
   */
  put(tenant: Tenant, edit: CampaignEdit): Promise<CampaignRecord>;
  /** Takes one away. @throws Refusal CAMPAIGN_NOT_FOUND. */
  remove(tenant: Tenant, id: string, by: AuditActor): Promise<void>;
}

/** Campaigns of a tenant. */
export const MAX_CAMPAIGNS = 200;
/** Titles that campaigns may bring to a list: one in five of the first sixty. */
export const MAX_SPONSORED = 12;
