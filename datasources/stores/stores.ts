import { DEDICATED_LIMITS, DedicatedStores, type Attend } from "./dedicated-stores.js";
import { placedDomains } from "./placed-stores.js";
import { placedTenants } from "./placed-tenants.js";
import { withSecrets } from "./server-urls.js";
import { tenantMoves, type TenantMoves } from "./tenant-moves.js";
import { type Removal } from "./tenant-removal.js";
import { relocation } from "./relocation.js";
import { type Tenant, type TenantServers } from "../core/tenant.js";
import { SHARED_SCHEMA } from "../engines/postgres/migrations/migrate.postgres.js";
import { OWN_POOLS } from "../engines/postgres/store.postgres.js";
import { type UrlOf } from "../tenancy/move-session.postgres.js";
import { TenantMover } from "../tenancy/tenant-mover.postgres.js";
import { type Deployment, type OwnDeployment } from "./deployment.js";
import { openDeployment, type StoreOptions } from "./open-deployment.js";

export { applicationUrl } from "./deployment-logins.js";
export { type StoreOptions } from "./open-deployment.js";

/** Every domain of every tenant, wherever that is placed. */
export interface Stores extends Deployment {
  /** What answers for a tenant: the deployment's own servers, or the tenant's. */
  at(tenant: Tenant): Promise<Deployment>;
  /** Does something on what answers for a tenant, which stays open until that has ended. */
  use<T>(tenant: Tenant, work: (there: Deployment) => Promise<T>): Promise<T>;
  /** The deployment's own servers, with the tenants that live on them. */
  home: Deployment;
  /** Has every set of servers looked after: those of the deployment now, others while they are open. */
  attend(attend: Attend): Promise<{ stop(): Promise<unknown> }>;
  moves: TenantMoves;
  /** Removes everything of a tenant from every store, and looks whether anything is left. */
  removeTenant(tenant: Tenant): Promise<Removal>;
}

/**
 * Starts the embedded PostgreSQL where it is configured, migrates, and opens every domain. Servers of tenants' own are
 * opened when they are asked for.
 *
 * @throws StartupError with one line that says what to do.
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { secrets = new Map<string, string>(), dedicated: limits = DEDICATED_LIMITS } = options;
  const warn = options.warn ?? options.log;
  const relocate = relocation(() => ({ home, dedicated, mover }));
  const open = (tenant: Tenant) => openDeployment(optionsOf(tenant, options, secrets), relocate);
  const dedicated = new DedicatedStores(open, limits, warn);
  const onExpected = (tenant: Tenant, servers: TenantServers) => {
    const there = { ...tenant, tier: "DEDICATED", servers, epoch: tenant.epoch + 1 } as const;
    void dedicated.expect({ ...there, schema: SHARED_SCHEMA }).catch(() => undefined);
  };
  const home: OwnDeployment = await openDeployment({ ...options, onExpected }, relocate);
  const urlOf: UrlOf = (servers) => (servers ? withSecrets(servers.postgres, secrets) : home.adminUrl);
  const mover = new TenantMover(urlOf);
  const names = new Set(secrets.keys());
  const tenants = placedTenants(home.registry, dedicated, names);
  const moves = tenantMoves({ mover, home, dedicated, secrets: names, warn });
  const at = async (tenant: Tenant) => (tenant.servers ? dedicated.at(tenant) : home);
  return {
    ...home,
    ...placedDomains(home, dedicated),
    tenants,
    moves,
    at,
    use: (tenant, work) => (tenant.servers ? dedicated.use(tenant, work) : work(home)),
    home,
    settle: async (tenant) => (await at(tenant)).settle(tenant),
    async attend(attend) {
      dedicated.attend(attend);
      return attend(home);
    },
    async removeTenant(tenant) {
      const doomed = await home.registry.setState(tenant, "DELETING");
      // Of one that was moved and may go back, there is something in both places.
      await moves.end(doomed);
      const removal = doomed.servers ? await removeFromOwn(await dedicated.at(doomed), doomed) : undefined;
      await dedicated.leave(doomed.id);
      const removed = await home.remove(doomed);
      await home.registry.forget(doomed);
      return removal ?? removed;
    },
    close: async () => {
      await dedicated.close();
      await home.close();
    },
  };
}

/** Removes a tenant from the servers that it has to itself. */
async function removeFromOwn(own: OwnDeployment, tenant: Tenant): Promise<Removal> {
  const there = await own.registry.current(tenant.id);
  if (there) await own.registry.setState(there, "DELETING");
  const removal = await own.remove(there ?? { ...tenant, servers: null });
  if (there) await own.registry.forget(there);
  return removal;
}

/** How the servers of a tenant's own are opened. */
function optionsOf(
  { servers }: Tenant,
  options: StoreOptions,
  secrets: ReadonlyMap<string, string>,
): StoreOptions {
  if (!servers) throw new Error("A tenant without servers of its own has none to open");
  const engine = (name: "mongodb" | "opensearch" | "neo4j") => {
    const url = servers[name];
    return url === null ? null : { url: withSecrets(url, secrets), caFile: options.engines?.[name]?.caFile };
  };
  return {
    ...options,
    postgresUrl: withSecrets(servers.postgres, secrets),
    engines: {
      mongodb: engine("mongodb"),
      opensearch: engine("opensearch"),
      neo4j: engine("neo4j"),
      deadlineMs: options.engines?.deadlineMs ?? DEADLINE_MS,
    },
    pools: OWN_POOLS,
    onLost: undefined,
    onExpected: undefined,
  };
}

/** Time that one call may take unless it is said otherwise. Milliseconds. */
const DEADLINE_MS = 2_000;
