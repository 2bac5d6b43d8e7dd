import { type FieldPath } from "../datasources/core/store-request.js";
import { assigned, type Assignment, type Tried } from "../datasources/experiments/assignment.js";
import { type RecommendedTitle } from "../datasources/recommendations/recommendations.js";
import { type Context } from "./request/context.js";
import { orElse, orNone } from "./request/without-store.js";
import { isNoted } from "./served-lists.js";

/** What is served as it is to everybody. */
export const NO_PART: Assignment = { arms: [], model: null, diversity: null, between: null };

/**
 * What a profile is served by experiments: of those alone whose lists are noted. While nobody knows which go on, none do.
 *
 * @param makes what makes a difference to the list that is asked for.
 */
export async function armsOf(
  ctx: Context,
  profile: string,
  path: FieldPath,
  makes: readonly Tried[],
): Promise<Assignment> {
  if (makes.length === 0) return NO_PART;
  const viewer = await ctx.viewer(path).catch(() => null);
  if (!viewer || viewer.profile.id !== profile || !isNoted(viewer)) return NO_PART;
  const { experiments } = ctx.gateway.stores;
  const known = await orElse(ctx.request, experiments.known(ctx.tenant), []);
  return assigned(known, ctx.tenant, profile, makes);
}

/** What is learned for a profile, by the live model or by one that is kept. */
export async function learnedFor(
  ctx: Pick<Context, "recommendations" | "request">,
  profile: string,
  model: number | null,
  path: FieldPath,
): Promise<RecommendedTitle[]> {
  const { forProfile, byModel } = ctx.recommendations;
  if (model === null) return forProfile.load(profile, path);
  return orNone(ctx.request, byModel.load({ model, profile }, path));
}
