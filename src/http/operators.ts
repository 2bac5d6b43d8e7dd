import { type Role } from "../../datasources/core/vocabulary.js";
import { type Context } from "../../resolvers/request/context.js";

/** Whether an operator asks, of the tenant or of all tenants; who cannot be looked up is none. One look-up of the viewer, which the request keeps. */
export async function isOperator(ctx: Context): Promise<boolean> {
  const viewer = await ctx.viewer().catch(() => null);
  return ctx.rolesOf(viewer).some(isOperatorsRole);
}

/** Whether it is the role of an operator, of a tenant or of all tenants. */
export function isOperatorsRole(role: Role): boolean {
  return role === "OPERATOR" || role === "PLATFORM";
}
