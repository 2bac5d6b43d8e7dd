import { EdgeRanker } from "../../datasources/recommendations/edge-ranker.js";
import { seedsOf } from "../../datasources/recommendations/seeds.js";
import { type LoggedList } from "../../datasources/served-lists/served-lists.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type LearnedPair } from "../../datasources/top10/top10.js";
import { CUT } from "./list-figures.js";
import { replayFigures, type ReplayedList, type ReplayFigures } from "./replay-figures.js";

/** What replaying reads. */
export type ReplayStores = Pick<Stores, "servedLists" | "tasteModels" | "top10Job">;

export interface ReplayOptions {
  /** Number of the kept model that is asked what it would have shown. */
  model: number;
  /** Of so many profiles at most. */
  profiles: number;
  /** Places are looked at by 1 / place to this power. */
  fading: number;
}

/** Lists of a profile that are looked at, the latest. */
const OF_EACH = 50;
const DAY_MS = 86_400_000;

/** What a profile has watched of the titles that it was shown, and everything that it watched. */
type Pairs = readonly LearnedPair[];

/**
 * Tells from the lists that were noted what a model that is kept would have come to: each list is made anew from what its
 * profile had watched by then, completion and ratings apart, and not varied. A watch counts for the latest of the lists that
 * had its title, within a day. Nothing is written, and nobody is served from it.
 *
 * @returns null where no such model is kept.
 */
export async function replay(
  stores: ReplayStores,
  tenant: Tenant,
  { model, profiles, fading }: ReplayOptions,
): Promise<ReplayFigures | null> {
  const edges = await stores.tasteModels.edgesOf(tenant, model);
  if (!edges) return null;
  const lists = await stores.servedLists.logged(tenant, { profiles, ofEach: OF_EACH });
  const pairs = await pairsOf(stores, tenant, new Set(lists.map(({ profileId }) => profileId)));
  const ranker = new EdgeRanker(edges);
  const replayed = [...byProfile(lists)].flatMap(([profile, own]) =>
    replayedOf(own, pairs.get(profile) ?? [], ranker),
  );
  return replayFigures(replayed, (place) => place ** -fading);
}

async function pairsOf({ top10Job }: ReplayStores, tenant: Tenant, profiles: ReadonlySet<string>) {
  const pairs = new Map<string, LearnedPair[]>();
  for await (const batch of top10Job.interactions(tenant))
    for (const pair of batch)
      if (profiles.has(pair.profileId))
        pairs.set(pair.profileId, [...(pairs.get(pair.profileId) ?? []), pair]);
  return pairs;
}

function byProfile(lists: readonly LoggedList[]): Map<string, LoggedList[]> {
  const own = new Map<string, LoggedList[]>();
  for (const list of lists) own.set(list.profileId, [...(own.get(list.profileId) ?? []), list]);
  return own;
}

/** @param lists of one profile, the latest first. */
function replayedOf(lists: readonly LoggedList[], pairs: Pairs, ranker: EdgeRanker): ReplayedList[] {
  const replayed = lists.map(({ accountId, at, titles }) => ({
    account: accountId,
    at: Date.parse(at),
    shown: titles,
    watched: new Set<string>(),
    instead: shownBy(ranker, pairs, Date.parse(at)),
  }));
  for (const { titleId, firstAt } of pairs) {
    const had = replayed.find(
      ({ at, shown }) => at <= firstAt && firstAt < at + DAY_MS && shown.includes(titleId),
    );
    had?.watched.add(titleId);
  }
  return replayed;
}

/** The first titles for what was watched before an instant, the latest watch first, as far as it had been watched by then. */
function shownBy(ranker: EdgeRanker, pairs: Pairs, before: number): string[] {
  const watched = pairs
    .filter(({ firstAt }) => firstAt < before)
    .map(({ titleId, lastAt }) => ({ titleId, at: Math.min(lastAt, before) }))
    .sort((a, b) => b.at - a.at || (a.titleId < b.titleId ? 1 : -1))
    .map(({ titleId }) => titleId);
  const seeds = seedsOf(watched).map(({ watch, counts }) => ({ titleId: watch, strength: counts }));
  return ranker.rank(seeds, new Set(watched), CUT).map(({ titleId }) => titleId);
}
