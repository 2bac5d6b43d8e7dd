import { type Audience } from "../../datasources/catalog/audience.js";
import { EdgeRanker } from "../../datasources/recommendations/edge-ranker.js";
import { type RecommendedTitle } from "../../datasources/recommendations/recommendations.js";
import { type LoggedList } from "../../datasources/served-lists/served-lists.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type LearnedPair } from "../../datasources/top10/top10.js";
import { audiencesOf } from "./audiences.js";
import { CUT } from "./list-figures.js";
import { replayFigures, type ReplayedList, type ReplayFigures } from "./replay-figures.js";
import { titlesNow, type TitlesNow } from "./titles-now.js";

/** What replaying reads. */
export type ReplayStores = Pick<
  Stores,
  "accounts" | "servedLists" | "tasteModels" | "titleVersions" | "top10Job"
>;

export interface ReplayOptions {
  /** Number of the kept model that is asked what it would have shown. */
  model: number;
  /** Of so many profiles at most. */
  profiles: number;
  /** Places are looked at by 1 / place to this power. */
  fading: number;
}

/** What a log tells of a model, and from when on: what was watched before, the model may have learned from. */
export interface Replay extends ReplayFigures {
  /** ISO 8601. */
  since: string;
}

/** Lists of a profile that are looked at, the latest. */
const OF_EACH = 50;
const DAY_MS = 86_400_000;

/** What a profile has watched of the titles that it was shown, and everything that it watched. */
type Pairs = readonly LearnedPair[];

/** What lists are made anew with. */
interface Ground {
  ranker: EdgeRanker;
  titles: TitlesNow;
  pairs: ReadonlyMap<string, Pairs>;
  audiences: ReadonlyMap<string, Audience>;
}

/**
 * Tells from the lists that were noted what a model that is kept would have come to: each list is made anew from what its
 * profile had watched by then, completion and ratings apart, and not varied, of titles that the profile might meet then by
 * what they are now. Only lists count that were served since the model learned: it knows no watch of these. A watch counts for the latest of the
 * lists that had its title, within a day; titles that were merged since are what they are now. Nothing is written, and nobody
 * is served from it.
 *
 * Memory: the catalogue, the model's edges, and what the profiles have watched.
 *
 * @returns null where no such model is kept.
 */
export async function replay(
  stores: ReplayStores,
  tenant: Tenant,
  { model, profiles, fading }: ReplayOptions,
): Promise<Replay | null> {
  const since = await learnedUntil(stores, tenant, model);
  const edges = await stores.tasteModels.edgesOf(tenant, model);
  if (since === null || !edges) return null;
  const lists = byProfile(await stores.servedLists.logged(tenant, { profiles, ofEach: OF_EACH, since }));
  const titles = await titlesNow(stores.titleVersions, tenant);
  const ground = {
    titles,
    ranker: new EdgeRanker(titles.edges(edges)),
    pairs: await pairsOf(stores, tenant, lists),
    audiences: await audiencesOf(stores, tenant, [...lists.keys()]),
  };
  const replayed = [...lists].flatMap(([profile, own]) => replayedOf(ground, profile, own));
  return { since, ...replayFigures(replayed, (place) => place ** -fading) };
}

/** Facts from then on took no part in a kept model. */
async function learnedUntil({ tasteModels }: ReplayStores, tenant: Tenant, number: number) {
  const kept = (await tasteModels.models(tenant)).find((each) => each.number === number);
  return kept ? (kept.learnedUntil ?? kept.learnedAt) : null;
}

async function pairsOf({ top10Job }: ReplayStores, tenant: Tenant, profiles: ReadonlyMap<string, unknown>) {
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

/**
 * @param lists of the profile, the latest first.
 * @returns none where the profile is gone by now.
 */
function replayedOf(ground: Ground, profile: string, lists: readonly LoggedList[]): ReplayedList[] {
  const { titles } = ground;
  const audience = ground.audiences.get(profile);
  const pairs = ground.pairs.get(profile) ?? [];
  if (!audience) return [];
  const replayed = lists.map((list) => ({
    account: list.accountId,
    at: Date.parse(list.at),
    shown: titles.listed(list.titles),
    watched: new Set<string>(),
    instead: shownBy(ground, pairs, { ...audience, now: new Date(list.at) }),
  }));
  for (const { titleId, firstAt } of pairs) {
    const had = replayed.find(
      ({ at, shown }) => at <= firstAt && firstAt < at + DAY_MS && shown.includes(titleId),
    );
    had?.watched.add(titleId);
  }
  return replayed;
}

/**
 * The first titles that an audience may meet, for what was watched before its instant, the latest watch first, as far as it had
 * been watched by then.
 */
function shownBy({ ranker, titles }: Ground, pairs: Pairs, audience: Audience): string[] {
  const before = audience.now.getTime();
  const watched = pairs
    .filter(({ firstAt }) => firstAt < before)
    .map(({ titleId, lastAt }) => ({ titleId, at: Math.min(lastAt, before) }))
    .sort((a, b) => b.at - a.at || (a.titleId < b.titleId ? 1 : -1))
    .map(({ titleId }) => titleId);
  return firstOf(ranker.rankAfter(watched, Infinity), titles.metBy(audience));
}

function firstOf(ranked: readonly RecommendedTitle[], isMet: (id: string) => boolean): string[] {
  const first: string[] = [];
  for (const { titleId } of ranked) {
    if (first.length === CUT) break;
    if (isMet(titleId)) first.push(titleId);
  }
  return first;
}
