import path from "node:path";

import { z } from "zod";

import { type EngineAddress, type EngineAddresses } from "../datasources/stores/engines.js";
import { type DedicatedLimits } from "../datasources/stores/dedicated-stores.js";
import { WATCH_RULES, type WatchRules } from "../datasources/viewing/watch-rules.js";
import { StartupError } from "../packages/process/startup-error.js";
import { accountKeys } from "./auth/account-key-variable.js";
import { isTokenKey } from "./auth/token-key.js";
import {
  lacksAudience,
  PROVIDER_VARIABLES,
  providerOf,
  type ProviderSettings,
} from "./auth/provider-variables.js";
import { BUDGET_VARIABLES, budgetsOf } from "./budgets/budget-variables.js";
import { type BudgetPlan } from "./budgets/budgets.js";
import { describeInvalid, describeUnknown } from "./config-problems.js";
import { flag, isOrigin, list, whom, wholeNumber, type Whom } from "./config-values.js";
import {
  DOCUMENT_VARIABLES,
  documentsOf,
  type DocumentSettings,
  lacksDocuments,
} from "./documents/document-variables.js";
import { type CertificateFiles } from "./http/certificate.js";
import { type ConnectionLimits } from "./http/connections.js";
import {
  certificateOf,
  connectionLimitsOf,
  HTTP_VARIABLES,
  missingOfCertificate,
} from "./http/http-variables.js";
import { emptyIsNever, SCHEDULE_VARIABLES, scheduleOf, type Schedule } from "./jobs/schedule-variables.js";
import { type ListenAddress } from "./listen.js";
import { LIMIT_VARIABLES, limitsOf } from "./limits/limit-variables.js";
import { PRIVACY_VARIABLES, privacyOf, type PrivacySettings } from "./privacy/privacy-variables.js";
import { isTooLittle } from "./privacy/insight-variables.js";
import { type Limits } from "./limits/limits.js";
import { lacksSender, MAIL_VARIABLES, mailsOf, type MailSettings } from "./mail/mail-variables.js";
import { readNamedSecrets, readSecretFiles, SECRET_FILES } from "./secret-files.js";
import { isNetwork } from "./tenancy/networks.js";
import { type TenantDomain } from "./tenancy/tenant-domains.js";

/** The store URL that means the PostgreSQL which Marquee starts by itself. */
const EMBEDDED = "embedded:";
/** The tenant of requests that name none, unless another is set: the demo's first. */
export const DEFAULT_TENANT = "meridian";
/** Below it browsers find this machine, whatever the name before it: lumen.localhost. */
const DEMO_DOMAIN: TenantDomain = { domain: "localhost", tenant: null };
const COMPILED = ["repeated", "all", "none"] as const;
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

function storeUrl(form: RegExp, name: string) {
  return z
    .string()
    .refine((value) => value === EMBEDDED || form.test(value), {
      error: `is neither ${EMBEDDED} nor ${name}`,
    })
    .default(EMBEDDED);
}

/** The environment as Marquee reads it. Each variable is described in docs/configuration.md and stands in `.env.example` with its default. */
export const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: z.string().min(1).default("127.0.0.1"),
  MARQUEE_BASE_PATH: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/, "is not a path such as /marquee")
    .optional(),
  MARQUEE_CORS_ORIGINS: z
    .string()
    .transform((text) => (text === "none" ? [] : list(text)))
    .refine((origins) => origins.join() === "*" || origins.every(isOrigin), {
      error: "is neither none nor * nor a list of origins such as https://app.example, with commas between",
    })
    .optional(),
  MARQUEE_CORS_CREDENTIALS: flag.default(false),
  MARQUEE_OPERATIONS_PORT: z
    .union([z.literal("none"), wholeNumber(0, 65_535)], {
      error: "is neither none nor a whole number from 0 to 65535",
    })
    .optional(),
  MARQUEE_OPERATIONS_HOST: z.string().min(1).default("127.0.0.1"),
  MARQUEE_EXPLAIN: whom.optional(),
  MARQUEE_COMPILED_QUERIES: z
    .enum(COMPILED, { error: `is none of ${COMPILED.join(", ")}` })
    .default("repeated"),
  MARQUEE_DATA: z.string().min(1).default(".marquee"),
  POSTGRES_URL: z
    .string()
    .regex(/^(embedded:|postgres(ql)?:\/\/.+)$/, "is neither embedded: nor a postgres:// URL")
    .default(EMBEDDED),
  MONGODB_URL: storeUrl(/^mongodb(\+srv)?:\/\/.+/, "a mongodb:// URL"),
  MONGODB_CA_FILE: z.string().min(1).optional(),
  OPENSEARCH_URL: storeUrl(/^https?:\/\/.+/, "an http:// or https:// URL"),
  OPENSEARCH_CA_FILE: z.string().min(1).optional(),
  NEO4J_URL: storeUrl(/^(bolt|neo4j)(\+s|\+ssc)?:\/\/.+/, "a bolt:// or neo4j:// URL"),
  NEO4J_CA_FILE: z.string().min(1).optional(),
  MARQUEE_DEDICATED_OPEN: wholeNumber(1, 1_000).default(32),
  MARQUEE_DEDICATED_IDLE_SECONDS: wholeNumber(1, 86_400).default(300),
  MARQUEE_STORE_DEADLINE_MS: wholeNumber(50, 60_000).default(2_000),
  PAYMENTS_URL: z
    .string()
    .regex(/^https?:\/\/.+/, "is not an http:// or https:// URL")
    .optional(),
  PAYMENTS_KEY: z.string().min(1).optional(),
  PAYMENTS_DEADLINE_MS: wholeNumber(50, 60_000).default(5_000),
  MARQUEE_PROJECTOR: flag.default(true),
  MARQUEE_CONSISTENCY_WAIT_MS: wholeNumber(0, 30_000).default(1_000),
  MARQUEE_FINISHED_PERCENT: wholeNumber(50, 100).default(WATCH_RULES.finishedPercent),
  MARQUEE_BEGUN_SECONDS: wholeNumber(0, 3_600).default(WATCH_RULES.begunSeconds),
  ...PRIVACY_VARIABLES,
  ...SCHEDULE_VARIABLES,
  MARQUEE_CACHE_SECONDS: wholeNumber(0, 86_400).default(300),
  MARQUEE_COUNTRY_HEADER: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]+$/, "is not the name of a header")
    .transform((name) => name.toLowerCase())
    .optional(),
  MARQUEE_TRUSTED_PROXIES: z
    .string()
    .transform(list)
    .refine((networks) => networks.every(isNetwork), {
      error: "is not a list of networks such as 10.0.0.0/8, with commas between",
    })
    .optional(),
  MARQUEE_DEFAULT_TENANT: z.string().default(DEFAULT_TENANT),
  MARQUEE_DEMO: flag.optional(),
  MARQUEE_SIGNING_KEY: z.string().min(32, "has fewer than 32 characters").optional(),
  MARQUEE_TOKEN_KEY: z.string().refine(isTokenKey, "is no Ed25519 private key in PEM (PKCS #8)").optional(),
  MARQUEE_ACCOUNT_KEY: accountKeys.optional(),
  MARQUEE_KEY_DAYS: wholeNumber(1, 365).default(30),
  MARQUEE_TOKEN_MINUTES: wholeNumber(1, 1440).default(15),
  MARQUEE_PLAYGROUND: flag.default(true),
  MARQUEE_REQUEST_DEADLINE_MS: wholeNumber(100, 600_000).default(10_000),
  MARQUEE_REQUEST_DEADLINE_MOST_MS: wholeNumber(100, 600_000).default(30_000),
  MARQUEE_QUEUE_MS: wholeNumber(0, 60_000).default(500),
  MARQUEE_MEMORY_PERCENT: wholeNumber(10, 100).default(85),
  MARQUEE_NOTICE_SECONDS: wholeNumber(0, 300).default(2),
  MARQUEE_DRAIN_SECONDS: wholeNumber(0, 300).default(10),
  ...LIMIT_VARIABLES,
  ...BUDGET_VARIABLES,
  ...DOCUMENT_VARIABLES,
  ...MAIL_VARIABLES,
  ...PROVIDER_VARIABLES,
  ...HTTP_VARIABLES,
  ...SECRET_FILES,
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `is none of ${LOG_LEVELS.join(", ")}` }).default("info"),
});

/** What the variables have to say together. */
const consistent = environment
  .refine(({ MARQUEE_COUNTRY_HEADER: header, MARQUEE_TRUSTED_PROXIES: proxies }) => !header || proxies, {
    path: ["MARQUEE_TRUSTED_PROXIES"],
    error: "names nobody who may set the header of MARQUEE_COUNTRY_HEADER",
  })
  .refine(
    ({ MARQUEE_CORS_CREDENTIALS: credentials, MARQUEE_CORS_ORIGINS: origins }) =>
      !credentials || (origins !== undefined && !origins.includes("*")),
    {
      path: ["MARQUEE_CORS_CREDENTIALS"],
      error: "needs the origins to be listed in MARQUEE_CORS_ORIGINS: browsers take no credentials for *",
    },
  )
  .check(({ value, issues }) => {
    const missing = missingOfCertificate(value);
    const message = "is needed beside the other of MARQUEE_TLS_CERT_FILE and MARQUEE_TLS_KEY_FILE";
    if (missing) issues.push({ code: "custom", path: [missing], message, input: value });
  })
  .refine((value) => !lacksSender(value), {
    path: ["MARQUEE_MAIL_FROM"],
    error: "is needed beside MARQUEE_SMTP_URL: what mails are from",
  })
  .refine((value) => !lacksAudience(value), {
    path: ["MARQUEE_IDP_AUDIENCE"],
    error: "is needed with MARQUEE_IDP_ISSUER, and for nothing else",
  })
  .refine((value) => !isTooLittle(value), {
    path: ["MARQUEE_INSIGHTS_BUDGET"],
    error: "is less than MARQUEE_INSIGHTS_EPSILON: nothing could be told",
  })
  .refine((value) => !lacksDocuments(value), {
    path: ["MARQUEE_TRUSTED_ONLY"],
    error: "needs the documents that are trusted, in MARQUEE_TRUSTED_DOCUMENTS",
  });

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

/**
 * Reads the configuration.
 *
 * @param env the process's environment unless a test brings its own.
 * @throws StartupError that names every variable that is wrong, what was found and what is accepted.
 */
// eslint-disable-next-line no-restricted-syntax -- the one place that reads it
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const set = Object.fromEntries(Object.entries(emptyIsNever(env)).filter(([, value]) => value !== ""));
  const { environment: present, problems: unread } = readSecretFiles(set);
  const named = readNamedSecrets(set);
  const result = consistent.safeParse(present);
  const problems = [
    ...describeUnknown(Object.keys(environment.shape), set),
    ...unread,
    ...named.problems,
    ...(result.success ? [] : describeInvalid(result.error, present)),
  ];
  if (!result.success || problems.length > 0) {
    throw new StartupError(
      `The configuration is not usable. ${problems.join("; ")}. docs/configuration.md lists what each variable accepts.`,
    );
  }
  const value = result.data;
  const embedded = value.POSTGRES_URL === EMBEDDED;
  const demo = value.MARQUEE_DEMO ?? embedded;
  return {
    http: {
      port: value.PORT,
      host: value.HOST,
      variables: { port: "PORT", host: "HOST" },
      drainSeconds: value.MARQUEE_DRAIN_SECONDS,
      connection: connectionLimitsOf(value),
      certificate: certificateOf(value),
      noticeSeconds: value.MARQUEE_NOTICE_SECONDS,
      queueMs: value.MARQUEE_QUEUE_MS,
      memoryPercent: value.MARQUEE_MEMORY_PERCENT,
      deadline: {
        standardMs: value.MARQUEE_REQUEST_DEADLINE_MS,
        mostMs: Math.max(value.MARQUEE_REQUEST_DEADLINE_MS, value.MARQUEE_REQUEST_DEADLINE_MOST_MS),
      },
      basePath: value.MARQUEE_BASE_PATH ?? null,
    },
    cors: {
      origins: value.MARQUEE_CORS_ORIGINS ?? (demo && embedded ? ["*"] : []),
      credentials: value.MARQUEE_CORS_CREDENTIALS,
    },
    operations: operationsAddress(value),
    explain: value.MARQUEE_EXPLAIN ?? (demo && embedded ? "all" : "operators"),
    compiledQueries: value.MARQUEE_COMPILED_QUERIES,
    cacheSeconds: value.MARQUEE_CACHE_SECONDS,
    dataFolder: path.resolve(value.MARQUEE_DATA),
    demo,
    defaultTenant: value.MARQUEE_DEFAULT_TENANT === "none" ? null : value.MARQUEE_DEFAULT_TENANT,
    stores: {
      postgres: value.POSTGRES_URL,
      mongodb: engine(value.MONGODB_URL, value.MONGODB_CA_FILE),
      opensearch: engine(value.OPENSEARCH_URL, value.OPENSEARCH_CA_FILE),
      neo4j: engine(value.NEO4J_URL, value.NEO4J_CA_FILE),
      deadlineMs: value.MARQUEE_STORE_DEADLINE_MS,
    },
    dedicated: {
      most: value.MARQUEE_DEDICATED_OPEN,
      idleMs: value.MARQUEE_DEDICATED_IDLE_SECONDS * 1_000,
      secrets: named.secrets,
    },
    projector: value.MARQUEE_PROJECTOR,
    consistencyWaitMs: value.MARQUEE_CONSISTENCY_WAIT_MS,
    watching: { finishedPercent: value.MARQUEE_FINISHED_PERCENT, begunSeconds: value.MARQUEE_BEGUN_SECONDS },
    privacy: privacyOf(value),
    schedule: scheduleOf(value),
    auth: {
      signingKey: value.MARQUEE_SIGNING_KEY ?? null,
      tokenKey: value.MARQUEE_TOKEN_KEY ?? null,
      accountKeys: value.MARQUEE_ACCOUNT_KEY ?? null,
      keyDays: value.MARQUEE_KEY_DAYS,
      tokenMinutes: value.MARQUEE_TOKEN_MINUTES,
      provider: providerOf(value),
    },
    payments: {
      url: value.PAYMENTS_URL ?? null,
      key: value.PAYMENTS_KEY ?? null,
      deadlineMs: value.PAYMENTS_DEADLINE_MS,
    },
    mail: mailsOf(value),
    territory: {
      countryHeader: value.MARQUEE_COUNTRY_HEADER ?? null,
      trustedProxies: value.MARQUEE_TRUSTED_PROXIES ?? [],
    },
    tenantDomains: value.MARQUEE_TENANT_DOMAINS ?? (demo && embedded ? [DEMO_DOMAIN] : []),
    securityContacts: value.MARQUEE_SECURITY_CONTACT ?? [],
    limits: limitsOf(value),
    budgets: budgetsOf(value),
    ...documentsOf(value),
    playground: value.MARQUEE_PLAYGROUND,
    logLevel: value.LOG_LEVEL,
  };
}

/** Unless something else is said, the port behind the gateway's own; a free one where that is free to be chosen. */
function operationsAddress(value: z.infer<typeof environment>): ListenAddress | null {
  const { PORT, MARQUEE_OPERATIONS_PORT: given, MARQUEE_OPERATIONS_HOST: host } = value;
  if (given === "none") return null;
  const next = PORT === 0 || PORT === 65_535 ? 0 : PORT + 1;
  const variables = { port: "MARQUEE_OPERATIONS_PORT", host: "MARQUEE_OPERATIONS_HOST" };
  return { port: given ?? next, host, variables };
}

function engine(url: string, caFile: string | undefined): EngineAddress | null {
  return url === EMBEDDED ? null : { url, caFile };
}
