import { mayMeet, type Audience } from "../../datasources/catalog/audience.js";
import { type Knows } from "../../datasources/core/freshness.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";

/** How far the clocks of PostgreSQL and of gateways may be apart: what has just been published there is so here. Milliseconds. */
const CLOCKS_MS = 1_000;

/** Who asks, as far as it decides of what they may know. */
export interface Knowing {
  stores: Pick<Stores, "catalog" | "titleVersions">;
  request: StoreRequest;
  audience(): Promise<Audience>;
  /** Local ids of the profiles that are theirs. */
  profiles(): Promise<readonly string[]>;
}

/**
 * Of what projections lack: what the very transaction wrote that the token stands for, titles that whoever asks may meet,
 * as they are or as the projections still have them, and what their own profiles have done.
 */
export function knownEvents(asking: Knowing): Knows {
  const met = new Map<string, boolean>();
  return async (lacking) => {
    const titles = lacking.flatMap(({ topic, entity }) => (topic === "TITLE" ? [entity] : []));
    const [own] = await Promise.all([asking.profiles(), meet(asking, [...new Set(titles)], met)]);
    return lacking.filter(
      (event) =>
        event.own || (event.topic === "TITLE" ? met.get(event.entity) === true : own.includes(event.entity)),
    );
  };
}

/** Notes of titles whether they may be met; each is looked at once a request. */
async function meet(asking: Knowing, titles: readonly string[], met: Map<string, boolean>): Promise<void> {
  const ids = titles.filter((id) => !met.has(id));
  if (ids.length === 0) return;
  const { catalog, titleVersions } = asking.stores;
  // What tells for how long to wait waits for nothing itself, and is not among what the request has cost, nor has seen.
  const request = { ...asking.request, freshness: undefined, seen: undefined, calls: new CallLog() };
  const asks = await asking.audience();
  const audience = { ...asks, now: new Date(asks.now.getTime() + CLOCKS_MS) };
  const at = audience.now.toISOString();
  const [facts, shown] = await Promise.all([
    titleVersions.titlesAsOf(
      request,
      ids.map((id) => ({ id, at })),
    ),
    catalog.visibleTitles(request, asks, ids),
  ]);
  for (const id of ids) {
    const title = facts.get(`${id} ${at}`);
    met.set(id, shown.has(id) || (title !== undefined && mayMeet(title, audience)));
  }
}
