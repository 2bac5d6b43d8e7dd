// What benchmarks of tenants run on: PostgreSQL servers of its own, tenants with a catalogue each, accounts.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import pg from "pg";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type NewTenant } from "../../datasources/core/tenants.js";
import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { importTitlesFile } from "../../importer/import.js";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../packages/embedded-postgres/index.js";
import { hashPassword } from "../../packages/passwords/index.js";
import { groundOn, startMarquee, type Ground, type Marquee } from "../../scripts/abuse/ground.js";
import { type Environment } from "../../scripts/environment.js";
import { placeOn } from "../../scripts/pressure/processors.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** How many tenants there are, those with servers of their own among them, how many servers these share, and titles of each. */
export interface Sizes {
  tenants: number;
  dedicated: number;
  servers: number;
  titles?: number;
}

/** Accounts of the tenant whose passwords are guessed and whose sessions are ended. */
const ACCOUNTS = 1_500;
const PLAN = { id: "all", name: "All", maxStreams: 4, maxHeight: 2160, priceCents: 900, currency: "USD" };
export const PASSWORD = "the lamp in the seventh window";
const GENRES = ["Crime", "Comedy", "Drama", "Western"];

/** Servers, tenants, and how a gateway is started on them. */
export interface TenantsGround {
  shared: Tenant[];
  dedicated: Tenant[];
  /** Admin's URLs: the deployment's server, then those of dedicated tenants. */
  servers: string[];
  /** Has accounts: the nth is `emailOf(n)`, of `PASSWORD`; the first is an operator. */
  guessed: Tenant;
  start(env?: Environment): Promise<Marquee>;
  close(): Promise<void>;
}

export const emailOf = (n: number) => `person${n}@example.com`;

export async function makeTenantsGround(sizes: Sizes): Promise<TenantsGround> {
  const folders: string[] = [];
  const running: EmbeddedPostgres[] = [];
  for (let n = 0; n <= sizes.servers; n += 1) {
    const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-tenants-"));
    folders.push(dataFolder);
    running.push(await startEmbeddedPostgres({ dataFolder, log: () => {} }));
  }
  // Its own by the socket, as it comes; those of tenants that are elsewhere over the network.
  const servers = running.map(({ adminUrl, networkUrl }, n) => (n === 0 ? adminUrl : networkUrl));
  const ground = await groundOn(servers[0] ?? "");
  const env = Object.fromEntries(
    servers.slice(1).map((url, n) => [`MARQUEE_SECRET_${secretOf(n)}`, passwordOf(url)]),
  );
  const tenants = await fill(servers, sizes, path.join(ground.dataFolder, "titles.ndjson"));
  await Promise.all(servers.map(tidy));
  return {
    ...tenants,
    servers,
    start: (own) => startApart(ground, { ...env, ...own }),
    close: async () => {
      for (const server of running) await server.stop();
      for (const made of [...folders, ground.dataFolder]) await rm(made, { recursive: true, force: true });
    },
  };
}

/** As it comes, but for the load from one address, and for a token that does not end while sessions are looked at. */
async function startApart(ground: Ground, env: Environment): Promise<Marquee> {
  const gateway = await startMarquee(ground, {
    MARQUEE_QUEUE_MS: undefined,
    MARQUEE_PLAYGROUND: "false",
    MARQUEE_DEFAULT_TENANT: "none",
    MARQUEE_MAX_CONNECTIONS_OF_ADDRESS: "10000",
    MARQUEE_MAX_REQUESTS_OF_CONNECTION: "1000000",
    ...env,
  });
  placeOn("gateway", gateway.pid);
  return gateway;
}

async function fill(
  servers: readonly string[],
  { tenants, dedicated, servers: own, titles = 40 }: Sizes,
  file: string,
): Promise<Pick<TenantsGround, "shared" | "dedicated" | "guessed">> {
  await writeFile(file, Array.from({ length: titles }, (_, n) => lineOf(n)).join("\n"));
  const secrets = new Map(servers.slice(1).map((url, n) => [secretOf(n), passwordOf(url)]));
  const stores = await openStores({
    postgresUrl: servers[0] ?? "",
    accountKeys: testAccountKeys,
    dataFolder: path.dirname(file),
    secrets,
    dedicated: { most: 1, idleMs: 300_000 },
    log: () => {},
    warn: console.error,
  });
  try {
    const made: Tenant[] = [];
    for (let n = 0; n < tenants; n += 1) {
      const placed = n < tenants - dedicated ? shared(n) : await ownServer(n, servers, own);
      const tenant = await stores.tenants.create(placed);
      await importTitlesFile(await stores.at(tenant), tenant, file);
      made.push(tenant);
      if (n % 20 === 19) console.error(`${n + 1} tenants of ${tenants}`);
    }
    const guessed = made[0] as Tenant;
    await putAccounts(stores, guessed);
    return {
      shared: made.filter(({ servers }) => !servers),
      dedicated: made.filter((t) => t.servers),
      guessed,
    };
  } finally {
    await stores.close();
  }
}

/** Does what a server would do by itself within the next minutes, while something is measured. */
async function tidy(server: string): Promise<void> {
  const { rows } = await asked(server, "select datname from pg_database where datallowconn");
  for (const { datname } of rows as { datname: string }[]) {
    const url = new URL(server);
    url.pathname = `/${datname}`;
    await asked(url.href, "vacuum (analyze)");
  }
  await asked(server, "checkpoint");
}

async function asked(connectionString: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client.query(text).finally(() => client.end());
}

const secretOf = (n: number) => `TENANTS_${n}`;
const passwordOf = (url: string) => decodeURIComponent(new URL(url).password);

function lineOf(n: number): string {
  return JSON.stringify({
    id: `film${n}`,
    kind: "MOVIE",
    name: `The ${n}th Lamp`,
    releaseYear: 1950 + n,
    runtimeMinutes: 90,
    maturityRating: "PG",
    genres: [GENRES[n % GENRES.length]],
    credits: [{ person: `Person ${n % 7}`, role: "DIRECTOR" }],
    licences: [{ countries: ["*"], from: "2020-01-01", until: null }],
  });
}

function shared(n: number): NewTenant {
  return { slug: `tenant${n}`, name: `Tenant ${n}`, tier: "SHARED", defaultCountry: "US" };
}

/** With a database of its own on one of the servers. */
async function ownServer(n: number, servers: readonly string[], own: number): Promise<NewTenant> {
  const at = n % own;
  const admin = servers[at + 1] ?? "";
  const database = `tenant${n}`;
  await asked(admin, `create database ${database} template template0`);
  const url = new URL(admin);
  url.pathname = `/${database}`;
  url.password = `$${secretOf(at)}`;
  const postgres = url.href;
  return {
    ...shared(n),
    tier: "DEDICATED",
    servers: { postgres, mongodb: null, opensearch: null, neo4j: null },
  };
}

async function putAccounts(stores: Stores, tenant: Tenant): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD);
  const accounts = Array.from({ length: ACCOUNTS }, (_, n): NewAccount => ({
    id: `account${n}`,
    email: emailOf(n),
    passwordHash,
    roles: n === 0 ? ["VIEWER", "OPERATOR"] : ["VIEWER", "EDITOR"],
    country: "US",
    planId: PLAN.id,
    profiles: ["", "b"].map((more) => ({
      id: `profile${n}${more}`,
      name: `Profile ${n}${more}`,
      kind: "ADULT",
      maturityLimit: 18,
      country: null,
    })),
  }));
  await stores.accounts.putPlans(tenant, [PLAN]);
  await stores.accounts.putAccounts(tenant, accounts);
}
