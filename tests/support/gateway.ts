import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { inject } from "vitest";

import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { type KeyRing } from "../../src/auth/key-ring.js";
import { readConfig } from "../../src/config.js";
import { type Explanation } from "../../src/http/explain-plugin.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { openSession } from "../../resolvers/request/sessions.js";
import { startGateway as start, type RunningGateway } from "../../src/server.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { enginesUnderTest, fillEngines } from "./engines.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { createTestTenant } from "./stores.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";

/** What gateways of tests share, those in processes of their own included. */
export const TEST_SECRET = "a signing key that only the tests use, 32+ chars";

/** A GraphQL answer as it comes over HTTP. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read into answers of any shape
export interface Answer<T = Record<string, any>> {
  status: number;
  data: T;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
  extensions?: { explain?: Explanation; cost?: { estimated: number; actual: number } };
}

export interface Ask {
  variables?: Record<string, unknown>;
  token?: string | undefined;
  tenant?: string;
  explain?: boolean;
  operationName?: string;
  headers?: Record<string, string>;
}

/** Whom a token is for, as far as a test cares. */
export type TestIdentity = Omit<Identity, "session" | "roles"> & Partial<Pick<Identity, "session" | "roles">>;

/** A real gateway on a port of its own, over the PostgreSQL of this run. Close it in `afterAll`. */
export interface TestGateway {
  url: string;
  /** The operators' listener. */
  operationsUrl: string;
  stores: Stores;
  tokens: Tokens;
  /** What they are signed with. */
  keys: KeyRing;
  /** Sends one document over HTTP. */
  ask(query: string, options?: Ask): Promise<Answer>;
  /** Signs in through the API and answers the access token. */
  signIn(email: string): Promise<string>;
  /** A token for a profile that is signed in by a session, where there is that profile. */
  tokenFor(identity: TestIdentity): Promise<string>;
  /** A tenant that nothing else uses, answered for by the engines under test from the start. */
  createTenant(tier?: TenantTier): Promise<Tenant>;
  /** Has it read its certificate anew. */
  reload(): Promise<void>;
  close(noticeSeconds?: number): Promise<void>;
}

/** Starts a gateway in this process with the environment given on top of the tests' own. */
export async function startGateway(env: Record<string, string> = {}): Promise<TestGateway> {
  const outside = ["MARQUEE_SMTP_URL", "MARQUEE_ERASURES_FILE"].filter((name) => env[name]);
  if (outside.length > 0 && !env.POSTGRES_URL)
    throw new Error(
      `Another test's gateway may do what ${outside.join(" and ")} is for: see useLoneGateway.`,
    );
  const config = readConfig({
    PORT: "0",
    POSTGRES_URL: inject("postgresUrl"),
    MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
    MARQUEE_SIGNING_KEY: TEST_SECRET,
    LOG_LEVEL: "silent",
    MARQUEE_EXPLAIN: "all",
    // What is due at the full hour comes when tests do not expect it.
    MARQUEE_LEARN_AT: "none",
    MARQUEE_CHARTS_AT: "none",
    MARQUEE_COMPILED_QUERIES: "all",
    // Tests count what stores are asked, and most need no gateway that is warm.
    MARQUEE_PRIMING_MS: "0",
    MARQUEE_CACHE_MB: "0",
    MARQUEE_ERASURES_FILE: path.join(tmpdir(), `marquee-erasures-${process.pid}.ndjson`),
    // Tests ask as much as they like at once.
    MARQUEE_QUEUE_MS: String(PATIENT_DEADLINE_MS),
    MARQUEE_REQUEST_DEADLINE_MS: "120000",
    MARQUEE_STORE_DEADLINE_MS: String(PATIENT_DEADLINE_MS),
    ...enginesUnderTest(),
    ...env,
  });
  const gateway = await start(config);
  const ask = (query: string, options: Ask = {}) => sendTo(gateway.url, query, options);
  return {
    url: gateway.url,
    operationsUrl: gateway.operationsUrl ?? "",
    stores: gateway.stores,
    tokens: gateway.tokens,
    keys: gateway.keys,
    ask,
    signIn: async (email) => {
      const mutation =
        "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { message } } }";
      const { data } = await ask(mutation, { variables: { input: { email, password: "marquee" } } });
      return (data.signIn as { accessToken: string }).accessToken;
    },
    tokenFor: (identity) => tokenFor(gateway, identity),
    createTenant: async (tier) => {
      const tenant = await createTestTenant(gateway.stores, tier);
      await fillEngines(gateway.stores, tenant);
      return tenant;
    },
    reload: () => gateway.reload(),
    close: (noticeSeconds) => gateway.close(noticeSeconds),
  };
}

const FROM = { device: "tests", country: null };
/** Tokens of tests outlast the longest run: what is tried with one that is over tries nothing. */
const TOKEN_MINUTES = 24 * 60;

async function tokenFor(gateway: RunningGateway, wanted: TestIdentity): Promise<string> {
  const identity = { session: null, roles: null, ...wanted };
  const tenant = identity.session ? null : await gateway.stores.tenants.bySlug(identity.tenant);
  const opened = tenant && (await openSession(gateway.stores.sessions, tenant, identity, FROM));
  return (await gateway.tokens.issue(opened?.identity ?? identity, { minutes: TOKEN_MINUTES })).accessToken;
}

/** Sends one document over HTTP to a gateway, wherever it runs. */
export async function sendTo(url: string, query: string, options: Ask): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // What current clients ask for: under it a document that is refused has a status that says so.
      accept: "application/graphql-response+json",
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      ...(options.tenant ? { "x-marquee-tenant": options.tenant } : {}),
      ...(options.explain ? { "x-marquee-explain": "1" } : {}),
      ...options.headers,
    },
    body: JSON.stringify({ query, variables: options.variables, operationName: options.operationName }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
}

/** The documents that clients send, as they stand: `tests/e2e/documents/reads.graphql`. */
export function clientDocuments(file: string): Promise<string> {
  return readFile(path.join(packageRoot(), "tests", "e2e", "documents", file), "utf8");
}
