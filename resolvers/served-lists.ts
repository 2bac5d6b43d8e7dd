import { type ViewerRecord } from "../datasources/accounts/accounts.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type ServedList } from "../datasources/served-lists/served-lists.js";
import { type Context } from "./request/context.js";

/** What a list turned out to be; no row of the home page unless given. */
export type Served = Pick<ServedList, "place" | "titles" | "learned"> &
  Partial<Pick<ServedList, "row" | "model" | "teams">>;

/** Whether what a profile is shown may be noted: with the account's consent to personalisation, and of no child. */
export function isNoted({ profile, consents }: ViewerRecord): boolean {
  return consents?.personalisation === true && profile.kind !== "KIDS";
}

/** Lists that are noted of a request at most, and rows of the home page, which has no more: nobody looks at more at once. */
const MOST_OF_REQUEST = { lists: 5, rows: 8 };
const noted = new WeakMap<Context, typeof MOST_OF_REQUEST>();

/** Whether a request may have one more noted; counts it. */
function hasRoom(ctx: Context, what: keyof typeof MOST_OF_REQUEST): boolean {
  const before = noted.get(ctx) ?? { lists: 0, rows: 0 };
  noted.set(ctx, before);
  before[what] += 1;
  return before[what] <= MOST_OF_REQUEST[what];
}

/** What a list is made for, and by. */
type Serving = { profile: string } & Pick<ServedList, "context" | "arms" | "model">;

/**
 * Begins to make a list of recommendations for a profile. The answer notes what it was, where it may be: that of whoever is
 * signed in, since what others of an account look at was not shown to the profile. Nobody waits for it. Of a request's, the
 * first {@link MOST_OF_REQUEST} that are made are noted.
 */
export function beginServing(
  ctx: Context,
  { profile, ...made }: Serving,
  path: FieldPath,
): (served: Served) => Promise<void> {
  const begun = performance.now();
  const known = knownTo(ctx);
  return async (served) => {
    const latencyMs = performance.now() - begun;
    const viewer = await ctx.viewer(path).catch(() => null);
    if (!viewer || viewer.profile.id !== profile || !isNoted(viewer) || served.titles.length === 0) return;
    if (!hasRoom(ctx, served.row ? "rows" : "lists")) return;
    const at = new Date().toISOString();
    const list = {
      row: null,
      teams: null,
      ...made,
      ...served,
      profileId: profile,
      latencyMs,
      kept: knownTo(ctx) > known,
      at,
    };
    ctx.gateway.stores.servedLists.note(ctx.tenant, list).catch(() => undefined);
  };
}

/** Keys that the request did not have to ask a store for, so far. */
function knownTo({ request }: Context): number {
  let keys = 0;
  for (const each of request.calls.kept.values()) keys += each.length;
  return keys;
}
