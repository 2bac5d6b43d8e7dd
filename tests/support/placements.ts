import { randomBytes } from "node:crypto";

import { openStores, type Stores } from "../../datasources/stores/stores.js";
import { type Tenant, type TenantServers, type TenantTier } from "../../datasources/core/tenant.js";
import { type Destination } from "../../datasources/stores/tenant-moves.js";
import { type DedicatedLimits } from "../../datasources/stores/dedicated-stores.js";
import { createDatabase, type OwnDatabase } from "./database.js";
import { enginesUnderTest, fillEngines, isUnderTest } from "./engines.js";
import { PATIENT_DEADLINE_MS } from "./patience.js";
import { TEST_ACCOUNT_KEY, testAccountKeys } from "../../scripts/test-keys.js";

/** Writes what a tenant is to have. */
type Facts = (stores: Stores, tenant: Tenant) => Promise<void>;

/** A deployment in a database of its own, with tenants of every tier. */
export interface Placements {
  stores: Stores;
  /** The deployment's database, and those of dedicated tenants. */
  databases: OwnDatabase[];
  /** As a gateway's environment. */
  env: Record<string, string>;
  /** Another process's stores on the same. To be closed. */
  open(limits?: DedicatedLimits): Promise<Stores>;
  /**
   * @param by the process that makes it, unless that is `stores`.
   * @param facts what it has when the engines are filled: filling them anew takes as long as a read may.
   */
  create(tier: TenantTier, by?: Stores, facts?: Facts): Promise<Tenant>;
  /** Where a tenant that is to be of a tier can go: with a database of its own for DEDICATED. */
  destination(tier: TenantTier): Promise<Destination>;
  /** That a tenant's rows are in. */
  databaseOf(tenant: Tenant): OwnDatabase;
  close(): Promise<void>;
}

export async function openPlacements(): Promise<Placements> {
  const databases = [await createDatabase()];
  const [{ url }] = databases as [OwnDatabase];
  const secrets = secretsOf(urlsAt({ url }));
  const opened: Stores[] = [];
  const open = async (dedicated?: DedicatedLimits) => {
    const stores = await openStores({
      accountKeys: testAccountKeys,
      postgresUrl: url,
      engines: engines(),
      dataFolder: "/nonexistent",
      secrets,
      log: () => undefined,
      ...(dedicated && { dedicated }),
    });
    opened.push(stores);
    return stores;
  };
  const stores = await open();
  const destination = async (tier: TenantTier): Promise<Destination> => {
    if (tier !== "DEDICATED") return { tier };
    const own = await createDatabase();
    databases.push(own);
    return { tier, servers: serversAt(own) };
  };
  return {
    stores,
    databases,
    env: {
      POSTGRES_URL: url,
      MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
      ...enginesUnderTest(),
      ...asVariables(secrets),
    },
    open,
    async create(tier, by = stores, facts) {
      const slug = `test-${randomBytes(6).toString("hex")}`;
      const { servers } = await destination(tier);
      const tenant = await by.tenants.create({
        slug,
        name: slug,
        tier,
        defaultCountry: "US",
        ...(servers && { servers }),
      });
      await facts?.(by, tenant);
      await fillEngines(await by.at(tenant), tenant);
      return tenant;
    },
    destination,
    databaseOf: ({ servers }) =>
      databases.find((own) => serversAt(own).postgres === servers?.postgres) ?? databases[0]!,
    close: async () => {
      for (const each of opened) await each.close();
      for (const database of databases) await database.close();
    },
  };
}

/** A database of its own on the PostgreSQL of this run, and the engines that are under test. */
export function serversAt(own: Pick<OwnDatabase, "url">): TenantServers {
  const { postgres, mongodb = null, opensearch = null, neo4j = null } = urlsAt(own);
  const named = (name: string, url: string | null) => url && withNamedSecret(name, url);
  return {
    postgres: withNamedSecret("postgres", postgres),
    mongodb: named("mongodb", mongodb),
    opensearch: named("opensearch", opensearch),
    neo4j: named("neo4j", neo4j),
  };
}

function urlsAt({ url }: Pick<OwnDatabase, "url">): { postgres: string } & Partial<TenantServers> {
  const { MONGODB_URL: mongodb, OPENSEARCH_URL: opensearch, NEO4J_URL: neo4j } = enginesUnderTest();
  return {
    postgres: url,
    ...(mongodb && { mongodb }),
    ...(opensearch && { opensearch }),
    ...(neo4j && { neo4j }),
  };
}

const secretName = (store: string) => `TEST_${store.toUpperCase()}`;

function withNamedSecret(store: string, text: string): string {
  const url = new URL(text);
  if (url.password !== "") url.password = `$${secretName(store)}`;
  return url.href;
}

function secretsOf(urls: Partial<TenantServers>): Map<string, string> {
  const found = Object.entries(urls).map(
    ([store, url]) => [store, url ? new URL(url).password : ""] as const,
  );
  return new Map(
    found
      .filter(([, password]) => password !== "")
      .map(([store, password]) => [secretName(store), decodeURIComponent(password)]),
  );
}

function asVariables(secrets: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...secrets].map(([name, secret]) => [`MARQUEE_SECRET_${name}`, secret]));
}

function engines() {
  const urls = enginesUnderTest();
  const address = (name: "MONGODB_URL" | "OPENSEARCH_URL" | "NEO4J_URL") =>
    isUnderTest(name) ? { url: urls[name] ?? "", caFile: undefined } : null;
  return {
    mongodb: address("MONGODB_URL"),
    opensearch: address("OPENSEARCH_URL"),
    neo4j: address("NEO4J_URL"),
    deadlineMs: PATIENT_DEADLINE_MS,
  };
}
