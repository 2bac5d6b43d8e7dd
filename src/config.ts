import path from "node:path";

import { z } from "zod";

import { type EngineAddress } from "../datasources/stores/engines.js";
import { WATCHING_VARIABLES, watchingOf } from "./watching-variables.js";
import { StartupError } from "../packages/process/startup-error.js";
import { accountKeys } from "./auth/account-key-variable.js";
import { isTokenKey } from "./auth/token-key.js";
import { lacksAudience, PROVIDER_VARIABLES, providerOf } from "./auth/provider-variables.js";
import { BUDGET_VARIABLES, budgetsOf } from "./budgets/budget-variables.js";
import { CACHE_VARIABLES, cacheOf, keepsForOthersOnly } from "./caching/cache-variables.js";
import { describeInvalid, describeUnknown } from "./config-problems.js";
import { COMPILED, LOG_LEVELS, type Config } from "./config-shape.js";
import { flag, isOrigin, list, whom, wholeNumber } from "./config-values.js";
import { DOCUMENT_VARIABLES, documentsOf, lacksDocuments } from "./documents/document-variables.js";
import {
  certificateOf,
  connectionLimitsOf,
  HTTP_VARIABLES,
  missingOfCertificate,
} from "./http/http-variables.js";
import { emptyIsNever, SCHEDULE_VARIABLES, scheduleOf } from "./jobs/schedule-variables.js";
import { type ListenAddress } from "./listen.js";
import { LIMIT_VARIABLES, limitsOf } from "./limits/limit-variables.js";
import { PRIVACY_VARIABLES, privacyOf } from "./privacy/privacy-variables.js";
import { isTooLittle } from "./privacy/insight-variables.js";
import { lacksSender, MAIL_VARIABLES, mailsOf } from "./mail/mail-variables.js";
import { readNamedSecrets, readSecretFiles, SECRET_FILES } from "./secret-files.js";
import { isNetwork } from "./tenancy/networks.js";
import { type TenantDomain } from "./tenancy/tenant-domains.js";

export type { Config, DedicatedSettings, StoreUrls } from "./config-shape.js";

/** The store URL that means the PostgreSQL which Marquee starts by itself. */
const EMBEDDED = "embedded:";
/** The tenant of requests that name none, unless another is set: the demo's first. */
export const DEFAULT_TENANT = "meridian";
/** Below it browsers find this machine, whatever the name before it: lumen.localhost. */
const DEMO_DOMAIN: TenantDomain = { domain: "localhost", tenant: null };

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
  ...WATCHING_VARIABLES,
  ...PRIVACY_VARIABLES,
  ...SCHEDULE_VARIABLES,
  ...CACHE_VARIABLES,
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
  .refine((value) => !keepsForOthersOnly(value), {
    path: ["MARQUEE_CACHE_MB"],
    error: "leaves nothing to be kept in REDIS_URL: that holds what gateways keep in memory, for each other",
  })
  .refine((value) => !lacksDocuments(value), {
    path: ["MARQUEE_TRUSTED_ONLY"],
    error: "needs the documents that are trusted, in MARQUEE_TRUSTED_DOCUMENTS",
  });

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
    cache: cacheOf(value),
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
    ...watchingOf(value),
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
