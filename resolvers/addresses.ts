import { email as emailRule } from "../datasources/core/field-rules.js";
import { Refusal } from "../datasources/core/refusal.js";
import { tidyAddress } from "../packages/names/index.js";
import { type Context } from "./request/context.js";

/** An address without what surrounds it. @throws Refusal INVALID_EMAIL. */
export function checkedEmail(email: string): string {
  const checked = emailRule.safeParse(email);
  if (checked.success) return checked.data;
  const [problem] = checked.error.issues;
  throw new Refusal("email", "INVALID_EMAIL", `This is no e-mail address. Accepted: ${problem?.message}.`);
}

/** The tenant that an address's domain begins with, else the request's own. */
export async function tenantOfEmail(ctx: Context, email: string) {
  const slug = /@([a-z][a-z0-9-]*)\./i.exec(tidyAddress(email))?.[1]?.toLowerCase();
  return (slug && (await ctx.gateway.stores.tenants.bySlug(slug))) || ctx.tenant;
}
