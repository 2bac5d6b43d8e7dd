/** Everything that is noted of who did what, and what it means. The schema's enum is printed from it. */
export const AUDIT_ACTS = {
  SIGN_IN: "A session was opened, or a wrong password was tried.",
  SIGN_UP: "An account was made by whoever owns it.",
  SIGN_OUT: "Sessions were ended by whoever they were of.",
  SESSIONS_REVOKED:
    "A refresh token was used again, by whoever has a copy: its device's sessions were ended.",
  PASSWORD_CHANGED: "An account's password was changed by its owner, which ended its other sessions.",
  PASSWORD_RESET: "A password was set by what a mail brought, which ended every session.",
  COUNTRY_CHANGED: "An account was set to another country by its owner.",
  EMAIL_CHANGE_ASKED: "An account asked for another address.",
  EMAIL_VERIFIED: "An address was verified by what a mail to it brought, and is the account's.",
  PIN_SET: "A profile's PIN was set or taken away.",
  API_KEY_CREATED: "An API key was made.",
  API_KEY_REVOKED: "An API key was ended.",
  ROLES_SET: "An account was given roles, or some were taken from it.",
  TENANT_CREATED: "The tenant was made.",
  TENANT_SUSPENDED: "The tenant was served no more.",
  TENANT_RESUMED: "The tenant was served again.",
  TENANT_DELETED: "It was begun to delete the tenant, and its log with it.",
  TENANT_GONE: "The tenant was deleted, and nothing of it was found any more.",
  TENANT_MOVED: "The tenant was moved to another tier.",
  TENANT_MOVE_CONFIRMED: "The way back of a move was given up.",
  TENANT_MOVE_UNDONE: "The tenant was brought back to where it was before a move.",
  CONSENTS_SET: "An account said what it agrees to.",
  PROFILE_CREATED: "A profile was made by its account, for whom and up to which age.",
  PROFILE_LIMITED: "What a profile may meet was changed by its account: for whom it is, or up to which age.",
  PROFILE_DELETED: "A profile was deleted by its account.",
  DATA_EXPORTED: "Everything held about an account was put together for it.",
  DATA_FETCHED: "What was put together was fetched by its link.",
  ERASURE_ASKED: "An account asked to be erased.",
  ACCOUNT_ERASED: "An account was erased.",
  ERASURES_REPLAYED:
    "Whoever had been erased was looked for after a backup, and those who were there again are erased once more.",
  RETENTION_ENFORCED: "What had been kept for long enough was taken away: how much of each kind.",
  TITLE_PUT: "An editor made a title or changed it.",
  TITLE_PUBLISHED: "An editor published a title.",
  TITLE_ARCHIVED: "An editor archived a title.",
  TITLE_LICENSED: "An editor set where a title may be shown.",
  TITLES_MERGED: "An editor merged a title into another.",
  COLLECTION_PUT: "An editor made a collection for the home page, or changed it.",
  COLLECTION_REMOVED: "An editor took a collection off the home page for good.",
  CAMPAIGN_PUT: "An editor had a title recommended beside what suits, or changed how.",
  CAMPAIGN_REMOVED: "An editor took a campaign away.",
  SEARCH_SYNONYM_ADDED: "An editor added words that search takes for the same, or for a genre.",
  SEARCH_SYNONYM_REMOVED: "An editor took such words away.",
  SEARCH_RULE_SET: "An editor said where a title stands when a text is searched for, or how much it counts.",
  SEARCH_RULE_REMOVED: "An editor took back what was said of a title for a text.",
  SEARCH_LEARNING_SET: "An operator said whether what searches learn from what was opened counts.",
  EXPERIMENT_STARTED:
    "An operator began to try something on a part of the profiles: in how many arms, of how many per cent.",
  EXPERIMENT_STOPPED: "An operator ended an experiment.",
  EXPERIMENT_ARM_ENDED: "An arm of an experiment was ended, because it was worse than the control.",
  INSIGHTS_RELEASED:
    "Somebody was told for the first time how titles were watched in a period, which spent of the tenant's privacy budget.",
  AUDIT_CUT:
    "The oldest entries of the log were taken away, as it is set: up to `position`, `entries` of them. The next one follows `hash`.",
  KEY_MADE: "A key that access tokens are signed with was made, or named by the configuration.",
  KEY_REMOVED: "A key that access tokens are signed with was taken away, with all that it had signed.",
  IMPORTED: "Titles or events were imported.",
  PROJECTION_JOB: "A projection was rebuilt, checked or repaired.",
  DEAD_LETTERS_RETRIED: "Dead letters were put back among the events to be tried.",
} as const satisfies Record<string, string>;

export type AuditAct = keyof typeof AUDIT_ACTS;
export const AUDIT_OUTCOMES = {
  OK: "It was done.",
  FAILED: "It was tried, and could not be done.",
} as const satisfies Record<string, string>;

export type AuditOutcome = keyof typeof AUDIT_OUTCOMES;

/**
 * Who did it: an account or an API key by its id, somebody by what another log calls them, a command of an operator, whoever
 * runs the platform by an account of another tenant, a job that runs by itself, an identity provider, or somebody unknown.
 */
export type AuditActor =
  | { account: string }
  | { apiKey: string }
  | { named: string }
  | "command"
  | "platform"
  | "job"
  | "provider"
  | "visitor";
