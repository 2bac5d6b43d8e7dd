import { type z } from "zod";

import { domain, slug, text } from "../datasources/core/field-rules.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type Tenant, type TenantTier } from "../datasources/core/tenant.js";
import { type NewTenant, type Tenants } from "../datasources/core/tenants.js";
import { type Destination } from "../datasources/stores/tenant-moves.js";
import { type CreateTenantInput, type PromoteTenantInput } from "../schema/platform.input.js";

const MAX_NAME = 200;

/** A tenant as it is to be made. @throws Refusal INVALID. */
export function checkedTenant(input: CreateTenantInput): NewTenant {
  return {
    slug: checked("slug", slug, input.slug),
    name: checked("name", text(MAX_NAME), input.name),
    tier: onOwnServers("tier", input.tier ?? "SHARED"),
    defaultCountry: input.country,
    domains: (input.domains ?? []).map((host) => checked("domains", domain, host)),
  };
}

/** A tenant in whatever state. @throws Refusal TENANT_NOT_FOUND. */
export async function tenantNamed(tenants: Tenants, name: string): Promise<Tenant> {
  const found = await tenants.named(name);
  if (found && found.state !== "DELETING") return found;
  throw new Refusal("slug", "TENANT_NOT_FOUND", "There is no such tenant; platform { tenants } names them.");
}

/** Where a tenant is to go; whether it can is for the stores to say. */
export function destinationOf({ tier, servers }: PromoteTenantInput): Destination {
  if (!servers) return { tier: tier ?? "ISOLATED" };
  const { postgres, mongodb = null, opensearch = null, neo4j = null } = servers;
  return { tier: tier ?? "ISOLATED", servers: { postgres, mongodb, opensearch, neo4j } };
}

/** @throws Refusal INVALID for servers of a tenant's own. */
function onOwnServers(field: string, tier: TenantTier): "SHARED" | "ISOLATED" {
  if (tier !== "DEDICATED") return tier;
  const message = "Servers of a tenant's own are named by the command. Accepted: SHARED, ISOLATED.";
  throw new Refusal(field, "INVALID", message);
}

function checked(field: string, rule: z.ZodType<string>, value: string): string {
  const read = rule.safeParse(value);
  if (read.success) return read.data;
  throw new Refusal(field, "INVALID", `${field}: Accepted: ${read.error.issues[0]?.message ?? ""}.`);
}
