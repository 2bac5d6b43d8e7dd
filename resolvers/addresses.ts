import { email as emailRule } from "../datasources/core/field-rules.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { tidyAddress } from "../packages/names/index.js";
import { type Context } from "./request/context.js";

/** An address without what surrounds it. @throws Refusal INVALID_EMAIL. */
export function checkedEmail(email: string): string {
  const checked = emailRule.safeParse(email);
  if (checked.success) return checked.data;
  const [problem] = checked.error.issues;
  throw new Refusal("email", "INVALID_EMAIL", `This is no e-mail address. Accepted: ${problem?.message}.`);
}

/**
 * Where the account of an address is looked for, the likeliest first: at the request's tenant; where the request names
 * none, also at the one that the address's domain begins with.
 */
export async function tenantsOfEmail(ctx: Context, email: string): Promise<[Tenant, ...Tenant[]]> {
  const domain = ctx.namedTenant === null && /@([a-z][a-z0-9-]*)\./i.exec(tidyAddress(email))?.[1];
  const named = domain ? await ctx.gateway.stores.tenants.bySlug(domain.toLowerCase()) : null;
  return named && named.id !== ctx.tenant.id ? [ctx.tenant, named] : [ctx.tenant];
}

/** Which of the tenants has an account of an address; the first where none has. What is asked of stores is the same for any. */
export async function tenantWithAccount(
  ctx: Context,
  path: FieldPath,
  [first, ...others]: readonly [Tenant, ...Tenant[]],
  email: string,
): Promise<Tenant> {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const accounts = await Promise.all(
    all.map((tenant) => ctx.accounts.credentials({ ...ctx.on(path), tenant }, email)),
  );
  return all.find((_, at) => accounts[at]) ?? first;
}
