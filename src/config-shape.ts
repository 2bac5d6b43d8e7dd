import { type EngineAddresses } from "../datasources/stores/engines.js";
import { type DedicatedLimits } from "../datasources/stores/dedicated-stores.js";
import { type WatchRules } from "../datasources/viewing/watch-rules.js";
import { type ProviderSettings } from "./auth/provider-variables.js";
import { type BudgetPlan } from "./budgets/budgets.js";
import { type CacheSettings } from "./caching/cache-variables.js";
import { type Whom } from "./config-values.js";
import { type DocumentSettings } from "./documents/document-variables.js";
import { type CertificateFiles } from "./http/certificate.js";
import { type ConnectionLimits } from "./http/connections.js";
import { type Schedule } from "./jobs/schedule-variables.js";
import { type ListenAddress } from "./listen.js";
import { type PrivacySettings } from "./privacy/privacy-variables.js";
import { type Limits } from "./limits/limits.js";
import { type MailSettings } from "./mail/mail-variables.js";
import { type TenantDomain } from "./tenancy/tenant-domains.js";

/** Which queries are compiled. */
export const COMPILED = ["repeated", "all", "none"] as const;

/** What is logged, the gravest first. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** Where the stores are. */
export interface StoreUrls extends EngineAddresses {
  postgres: string;
}

/** How servers of tenants' own are used. */
export interface DedicatedSettings extends DedicatedLimits {
  /** By the names that their URLs have for them. */
  secrets: ReadonlyMap<string, string>;
}

/** Everything that can be set, validated. Optional features are null. */
export interface Config extends DocumentSettings {
  http: ListenAddress & {
    drainSeconds: number;
    connection: ConnectionLimits;
    /** Null: it speaks in the clear, and a proxy brings TLS. */
    certificate: CertificateFiles | null;
    /** For how long it still takes connections after SIGTERM, while it says that it is not ready. */
    noticeSeconds: number;
    /** How long a request may wait for its turn while more are asked than can be answered. Milliseconds. */
    queueMs: number;
    /** Share of the memory that may be used before requests are let in one by one. */
    memoryPercent: number;
    /** What a request has in all to be answered, and the most that it may ask for. Milliseconds. */
    deadline: { standardMs: number; mostMs: number };
    /** Path below which a proxy has it and that it passes on; null: none. */
    basePath: string | null;
  };
  /** Pages that may use the API beside its own origin's. */
  cors: {
    /** `*` for any. */
    origins: readonly string[];
    /** Whether browsers may send cookies and certificates along, which proxies may want: Marquee reads none. */
    credentials: boolean;
  };
  /** Where operators are told how it runs; null: nowhere. */
  operations: ListenAddress | null;
  /** Whose requests may have their store calls listed. */
  explain: Whom;
  /** Which queries are compiled: those that are asked for again, all from the first time on, or none. */
  compiledQueries: (typeof COMPILED)[number];
  /** What the gateway keeps of stores' answers; null: nothing. */
  cache: CacheSettings | null;
  /** The longest that caches may keep answers to visitors; 0: not at all. */
  cacheSeconds: number;
  dataFolder: string;
  /** Whether the first start seeds the demo tenants, whose passwords everybody knows. */
  demo: boolean;
  /** Tenant of requests that name none; null refuses them. */
  defaultTenant: string | null;
  stores: StoreUrls;
  dedicated: DedicatedSettings;
  /** Whether this process carries what is written to the projections, or leaves that to others. */
  projector: boolean;
  /** How long a request with a consistency token waits for projections to follow. Milliseconds. */
  consistencyWaitMs: number;
  watching: WatchRules;
  /** How strongly recommendations are varied, from 0 to 1. */
  diversity: number;
  privacy: PrivacySettings;
  schedule: Schedule;
  auth: {
    /** What cursors are sealed with, and the keys of tokens; null: one is made once and kept in the data folder. */
    signingKey: string | null;
    /** An Ed25519 key in PEM that signs access tokens; null: keys are made, and kept with the facts. */
    tokenKey: string | null;
    /** What keys of people are wrapped by, the newest first; null: one is made once and kept in the data folder. */
    accountKeys: readonly string[] | null;
    /** For how long a key signs before the next one does. Days. */
    keyDays: number;
    tokenMinutes: number;
    /** Whose tokens are taken for access tokens as well; null: nobody's. */
    provider: ProviderSettings | null;
  };
  payments: {
    /** Where the payment provider's API begins; null where there is none. */
    url: string | null;
    /** What it knows us by. */
    key: string | null;
    /** Time that one call of it may take. Milliseconds. */
    deadlineMs: number;
  };
  mail: MailSettings;
  /** Who says where requests come from. */
  territory: {
    /** In small letters; null: nobody, and accounts are where they say. */
    countryHeader: string | null;
    /** Networks whose requests may carry it. */
    trustedProxies: readonly string[];
  };
  /** Domains by which hosts name tenants. */
  tenantDomains: readonly TenantDomain[];
  /** Whom to tell of a weakness, as URIs; none: nobody is named. */
  securityContacts: readonly string[];
  /** What a request may be at most. */
  limits: Limits;
  /** What requests may cost over time. */
  budgets: BudgetPlan;
  playground: boolean;
  logLevel: (typeof LOG_LEVELS)[number];
}
