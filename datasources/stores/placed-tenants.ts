import { randomInt } from "node:crypto";

import { Refusal } from "../core/refusal.js";
import { type Tenant, type TenantServers, type TenantTier } from "../core/tenant.js";
import { type DedicatedStores } from "./dedicated-stores.js";
import { serversProblem } from "./server-urls.js";
import { tenantExists, type NewTenant, type TenantRegistry, type Tenants } from "../core/tenants.js";

/** Above every id of a tenant. */
const IDS = 2 ** 31 - 1;

/** Of the tenants those that live on the servers that they are noted down on, unless they are being deleted. */
export function residentsOf(tenants: Tenants): Tenants {
  const lives = (tenant: Tenant | null) =>
    tenant?.servers === null && tenant.state !== "DELETING" ? tenant : null;
  return {
    bySlug: async (slug) => lives(await tenants.bySlug(slug)),
    byDomain: async (host) => lives(await tenants.byDomain(host)),
    named: async (slug) => lives(await tenants.named(slug)),
    byId: async (id) => lives(await tenants.byId(id)),
    current: async (id) => lives(await tenants.current(id)),
    list: async () => (await tenants.list()).filter(lives),
    create: (tenant) => tenants.create(tenant),
    setState: (tenant, state) => tenants.setState(tenant, state),
  };
}

/** The tenants of a deployment, those on servers of their own included. */
export function placedTenants(
  registry: TenantRegistry,
  dedicated: DedicatedStores,
  secrets: ReadonlySet<string>,
): Tenants {
  return {
    bySlug: (slug) => registry.bySlug(slug),
    byDomain: (host) => registry.byDomain(host),
    named: (slug) => registry.named(slug),
    byId: (id) => registry.byId(id),
    current: (id) => registry.current(id),
    list: () => registry.list(),
    setState: (tenant, state) => registry.setState(tenant, state),
    async create(tenant) {
      checkServers(tenant, secrets);
      if (!tenant.servers) return registry.create(tenant);
      // Its servers may be the ones given, and are made ready for another below.
      if (await registry.named(tenant.slug)) throw tenantExists();
      return createDedicated(registry, dedicated, tenant);
    },
  };
}

/** First on its own servers, which then know its id, so that whoever finds it here finds it there. */
async function createDedicated(
  registry: TenantRegistry,
  dedicated: DedicatedStores,
  tenant: NewTenant,
): Promise<Tenant> {
  const id = randomInt(1, IDS);
  const own = await dedicated.expect(placement(id, tenant));
  try {
    await settleIn(own.registry, { ...tenant, id });
    return await registry.create({ ...tenant, id });
  } catch (error) {
    await dedicated.leave(id);
    throw error;
  }
}

async function settleIn(registry: TenantRegistry, tenant: NewTenant & { id: number }): Promise<void> {
  await checkVacant(registry, tenant);
  // What an attempt that went no further has left.
  for (const left of await registry.list()) await registry.forget(left);
  const { id, slug, name, tier, defaultCountry } = tenant;
  await registry.create({ id, slug, name, tier, defaultCountry });
}

/** @throws Refusal SERVERS_INVALID where other tenants live, or one has left and may still come back. */
export async function checkVacant(registry: TenantRegistry, { slug }: Pick<Tenant, "slug">): Promise<void> {
  if ((await registry.occupants()).some((other) => other !== slug))
    throw invalid("postgres: that database has other tenants. Name one that nothing else uses");
}

function placement(id: number, { slug, name, servers, defaultCountry }: NewTenant): Tenant {
  return {
    id,
    slug,
    name,
    tier: "DEDICATED",
    state: "ACTIVE",
    schema: "shared",
    epoch: 1,
    servers: servers ?? null,
    domains: [],
    defaultCountry,
  };
}

/** @throws Refusal SERVERS_INVALID where a tier does not go with servers, or these are not named as they have to be. */
export function checkServers(
  { tier, servers }: { tier: TenantTier; servers?: TenantServers | null },
  secrets: ReadonlySet<string>,
): void {
  if (tier === "DEDICATED" && !servers) throw invalid("a dedicated tenant needs the URL of a PostgreSQL");
  if (tier !== "DEDICATED" && servers) throw invalid(`a tenant that is ${tier} has no servers of its own`);
  const problem = servers && serversProblem(servers, secrets);
  if (problem) throw invalid(problem);
}

function invalid(message: string): Refusal {
  return new Refusal("servers", "SERVERS_INVALID", `${message}.`);
}
