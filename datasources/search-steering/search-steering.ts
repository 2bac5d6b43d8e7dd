import { type AuditActor } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type Steering } from "../search/steering.js";

/** Words and phrases that editors say are the same, or that a genre is asked for by. */
export interface SynonymFacts {
  /** What they are written in: a BCP 47 tag. They count for every text: what that is written in is not known. */
  language: string;
  /** As they are written. */
  words: string[];
  /** The name of the genre that they ask for; null: they stand for each other. */
  genre: string | null;
}

export interface SynonymRecord extends SynonymFacts {
  id: string;
  addedAt: string;
}

/** What editors say of a title where a text is searched for: its place, or what its score is multiplied by. */
export interface SearchRuleFacts {
  /** As it is typed. */
  query: string;
  titleId: string;
  /** From 1; null for a factor. */
  place: number | null;
  /** Null for a place. */
  factor: number | null;
}

export interface SearchRuleRecord extends SearchRuleFacts {
  id: string;
  setAt: string;
}

export type Listed<T> = Promise<PageOf<{ position: Position; entry: T }>>;

/** How editors steer search. What they say counts from the next search on. Every reading method is one store call. */
export interface SearchSteering {
  /** What counts for a text, also of what was learned; titles that were merged stand for what they were merged into. */
  of(request: StoreRequest, text: string): Promise<Steering>;
  /** A page of the tenant's own words, by language. @param language of one; null: of all. */
  synonyms(request: StoreRequest, language: string | null, page: Page): Listed<SynonymRecord>;
  /** Those there are, by id. */
  synonymsByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, SynonymRecord>>;
  /** @throws Refusal INVALID, TOO_MANY_SYNONYMS. */
  addSynonym(tenant: Tenant, facts: SynonymFacts, by: AuditActor): Promise<SynonymRecord>;
  /** @throws Refusal SYNONYM_NOT_FOUND. */
  removeSynonym(tenant: Tenant, id: string, by: AuditActor): Promise<void>;
  /** A page of the rules, by what they are for. */
  rules(request: StoreRequest, page: Page): Listed<SearchRuleRecord>;
  /** Those there are, by id. */
  rulesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, SearchRuleRecord>>;
  /** Sets what is said of a title for a text, in the place of what was. @throws Refusal INVALID, TITLE_NOT_FOUND, TOO_MANY_SEARCH_RULES. */
  setRule(tenant: Tenant, facts: SearchRuleFacts, by: AuditActor): Promise<SearchRuleRecord>;
  /** @throws Refusal SEARCH_RULE_NOT_FOUND. */
  removeRule(tenant: Tenant, id: string, by: AuditActor): Promise<void>;
}

/** Of a tenant, each with its words. */
export const MAX_SYNONYMS = 500;
/** Words and phrases that stand for each other. */
export const MAX_WORDS = 20;
/** Rules of a tenant, and of them those for one text. */
export const MAX_RULES = 1_000;
export const MAX_RULES_OF_TEXT = 20;
