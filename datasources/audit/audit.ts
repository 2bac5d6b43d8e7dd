import { type AuditAct, type AuditActor, type AuditOutcome } from "../core/audit-acts.js";
import { type Page, type PageOf, type Position } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** What it was done to: an account by its id, one that is gone by its name in the log, or a thing that is no person's. */
export type AuditSubject =
  | { account: string }
  | { formerAccount: string }
  | { title: string }
  | { collection: string }
  | { synonym: string }
  | { searchRule: string }
  | { experiment: string }
  | { campaign: string }
  | { projection: string }
  | { apiKey: string }
  | { tenant: string }
  /** One that access tokens are signed with, by its thumbprint. */
  | { key: string }
  | null;

/** Something to be noted. Details are figures and words of the program, never what somebody has entered. */
export interface AuditedAct {
  act: AuditAct;
  actor: AuditActor;
  subject?: AuditSubject;
  outcome?: AuditOutcome;
  details?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * An entry of the log. Accounts go by a random name that the account alone leads to: `account:7c9e…`. Once the account is
 * gone, the log names nobody.
 */
export interface AuditEntry {
  position: number;
  /** ISO 8601. */
  at: string;
  act: AuditAct;
  outcome: AuditOutcome;
  actor: string;
  subject: string | null;
  details: Record<string, string | number | boolean>;
  /** Of this entry and all before it: SHA-256 in hexadecimal. */
  hash: string;
}

/** Which entries; what is left out, all. */
export interface AuditFilter {
  acts?: readonly AuditAct[];
  outcome?: AuditOutcome;
  /** Id of an account that did it or that it was done to. */
  account?: string;
  /** ISO 8601; `until` exclusive. */
  from?: string;
  until?: string;
}

/** A line of the exported log: `hash` is the SHA-256 of the bytes of the hash before and of `entry` in UTF-8. */
export interface AuditLine {
  /** `[tenant, position, microseconds since 1970, act, outcome, actor, subject, details]` in JSON. */
  entry: string;
  hash: string;
}

/** What verifying a log has found. */
export interface AuditVerdict {
  entries: number;
  /** Position up to which older ones were cut off; null where none were. */
  cutAt: number | null;
  /** Hash of the last entry, to be compared with one noted elsewhere; null of an empty log. */
  head: string | null;
  /** Position of the first entry that does not follow from those before it; null where all do. */
  brokenAt: number | null;
}

/** The log of who did what: append-only, but for its oldest part, which may be cut off; one chain a tenant. */
export interface Audit {
  /**
   * Notes an act that has no transaction of its own; others are noted in theirs, by `recordAct`.
   *
   * @returns what the log calls whoever did it.
   */
  record(tenant: Tenant, act: AuditedAct): Promise<string>;
  /** A page of the entries, the latest first; one store call. */
  entries(
    request: StoreRequest,
    filter: AuditFilter,
    page: Page,
  ): Promise<PageOf<{ position: Position; entry: AuditEntry }>>;
  /** The whole log from its beginning, batch by batch. */
  lines(tenant: Tenant): AsyncIterable<readonly AuditLine[]>;
}

/** The deployment's own log of who did what: to tenants, which stays when they go, and to keys. Chained as theirs are. */
export interface DeploymentAudit {
  /** Notes an act that has no statement of its own. */
  record(act: AuditedAct): Promise<void>;
  /** The whole log from its beginning, batch by batch. */
  lines(): AsyncIterable<readonly AuditLine[]>;
  /** Cuts off what was noted so many days ago. @returns how many entries. */
  cut(days: number): Promise<number>;
}
