import { type Context } from "../../resolvers/request/context.js";

/** Whether an operator asks; who cannot be looked up is none. One look-up of the viewer, which the request keeps. */
export async function isOperator(ctx: Context): Promise<boolean> {
  const viewer = await ctx.viewer().catch(() => null);
  return ctx.rolesOf(viewer).includes("OPERATOR");
}
