import { type ViewerRecord } from "../datasources/accounts/accounts.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type NotedSearch } from "../datasources/search-log/search-log.js";
import { type Context } from "./request/context.js";

/** Whether what somebody searches for may be noted: with the account's consent to measurement, and of no child. */
export function isNoted({ profile, consents }: ViewerRecord): boolean {
  return consents?.measurement === true && profile.kind !== "KIDS";
}

/** Notes a search of whoever is signed in, where it may be. Nobody waits for it, and nothing fails by it. */
export async function noteSearch(
  ctx: Context,
  search: Pick<NotedSearch, "text" | "hits" | "openedTitleId" | "shown">,
  path: FieldPath,
): Promise<boolean> {
  const viewer = await ctx.viewer(path).catch(() => null);
  if (!viewer || !isNoted(viewer)) return false;
  const { language } = ctx.work;
  const noted = { ...search, profileId: viewer.profile.id, language };
  ctx.gateway.stores.searchLog.note(ctx.tenant, noted).catch(() => undefined);
  return true;
}
