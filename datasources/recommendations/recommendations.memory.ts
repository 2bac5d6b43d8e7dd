import { type StoreRequest } from "../core/store-request.js";
import { LEFT_BEFORE } from "../viewing/watch-rules.js";
import { EdgeRanker, type StrongSeed } from "./edge-ranker.js";
import {
  GIVEN_UP,
  LIKING,
  NOT_FOR_ME,
  NOT_FOR_ME_SEEDS,
  type RecommendedTitle,
  type Recommendations,
  type SimilarEdges,
  type SimilarTitle,
} from "./recommendations.js";
import { seedsOf } from "./seeds.js";
import { type Aversion, type Watch } from "./taste-graph-source.js";

/** What a profile has watched, and what is not for it; in any order. */
export interface TasteHistory {
  watches: readonly Watch[];
  aversions: readonly Aversion[];
}

const DAY_MS = 86_400_000;

/**
 * A taste graph in memory, which answers what a store with the same edges and facts does: for measuring a graph that
 * nobody is served from. Its calls are no round trips and are not logged.
 */
export class MemoryRecommendations implements Recommendations {
  readonly #ranker: EdgeRanker;

  /** @param now when it is, for what was given up. Milliseconds since 1970. */
  constructor(
    edges: SimilarEdges,
    private readonly histories: ReadonlyMap<string, TasteHistory>,
    private readonly now = Date.now(),
  ) {
    this.#ranker = new EdgeRanker(edges);
  }

  async forProfiles(
    _request: StoreRequest,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>> {
    return listed(profiles, (id) => {
      const history = this.histories.get(id);
      if (!history) return [];
      const known = [...history.watches, ...history.aversions].map(({ titleId }) => titleId);
      return this.#ranker.rank(this.#seedsOf(history), new Set(known), limit);
    });
  }

  async similarTo(
    _request: StoreRequest,
    titles: readonly string[],
    limit: number,
  ): Promise<Map<string, SimilarTitle[]>> {
    return listed(titles, (id) => {
      const near = this.#ranker.from(id).map(({ titleId, weight }) => ({ titleId, score: weight }));
      near.sort((a, b) => b.score - a.score || (a.titleId < b.titleId ? -1 : 1));
      return near.slice(0, limit);
    });
  }

  #seedsOf({ watches, aversions }: TasteHistory): StrongSeed[] {
    const unwanted = [...aversions].sort(latestFirst).map(({ titleId }) => titleId);
    const isUnwanted = new Set(unwanted);
    const watched = seedsOf([...watches].sort(latestFirst)).map(({ watch, counts, following }) => ({
      titleId: watch.titleId,
      following,
      strength: isUnwanted.has(watch.titleId) ? 0 : counts * this.#tells(watch),
    }));
    const against = unwanted.slice(0, NOT_FOR_ME_SEEDS);
    return [...watched, ...against.map((titleId) => ({ titleId, strength: NOT_FOR_ME, following: 0 }))];
  }

  /** How much a watch says, whenever it was. */
  #tells({ at, completed, rating, leftEarly }: Watch): number {
    const isGivenUp = leftEarly === true && Date.parse(at) < this.now - LEFT_BEFORE.days * DAY_MS;
    const liking = rating === null ? (isGivenUp ? GIVEN_UP : 1) : LIKING[rating as keyof typeof LIKING];
    return (completed ? 1 : 0.5) * liking;
  }
}

/** As stores order them: by the microsecond, which only the text tells, and then by title. */
function latestFirst(a: { at: string; titleId: string }, b: { at: string; titleId: string }): number {
  if (a.at !== b.at) return Date.parse(b.at) - Date.parse(a.at) || (a.at < b.at ? 1 : -1);
  return a.titleId < b.titleId ? 1 : -1;
}

function listed<T>(keys: readonly string[], listOf: (key: string) => T[]): Map<string, T[]> {
  const lists = [...new Set(keys)].map((key) => [key, listOf(key)] as const);
  return new Map(lists.filter(([, list]) => list.length > 0));
}
