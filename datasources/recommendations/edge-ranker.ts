import { type ByStart } from "../../packages/similarity/index.js";
import { type RecommendedTitle, type SimilarEdges } from "./recommendations.js";
import { seedsOf } from "./seeds.js";
import { byStart } from "./similar-edges.js";

/** A title that says something about a profile's taste, and how much: below 0, that it does not like what is like it. */
export interface StrongSeed {
  titleId: string;
  strength: number;
  /** Times that, what it counts for what was watched soon after it. */
  following: number;
}

/** Ranks titles over edges in memory as the stores do over theirs. */
export class EdgeRanker {
  readonly #byStart: ByStart;
  readonly #places: ReadonlyMap<string, number>;

  /** @throws RangeError as `byStart` does. */
  constructor(private readonly edges: SimilarEdges) {
    this.#byStart = byStart(edges);
    this.#places = new Map(edges.titles.map((id, place) => [id, place]));
  }

  /** Which titles are like one, in no order. */
  from(titleId: string): { titleId: string; weight: number }[] {
    const place = this.#places.get(titleId);
    if (place === undefined) return [];
    const { titles, to, weight } = this.edges;
    const own = this.#edgesFrom(place);
    const alike = own.filter((edge) => weight[edge]! > 0);
    return Array.from(alike, (edge) => ({ titleId: titles[to[edge]!]!, weight: weight[edge]! }));
  }

  /**
   * Titles by the sum of the edges that lead to them from the seeds, each times its seed's strength; above 0 alone. Ties go to the lower id, for a title as for its reason.
   *
   * @param known titles that are not ranked.
   */
  rank(seeds: readonly StrongSeed[], known: ReadonlySet<string>, limit: number): RecommendedTitle[] {
    const sums = new Map<number, { score: number; part: number; because: string }>();
    for (const seed of [...seeds].sort((a, b) => (a.titleId < b.titleId ? -1 : 1))) this.#add(sums, seed);
    for (const id of known) sums.delete(this.#places.get(id) ?? -1);
    const ranked = [...sums].flatMap(([place, { score, because }]) =>
      score > 0 ? [{ titleId: this.edges.titles[place]!, score, because }] : [],
    );
    ranked.sort((a, b) => b.score - a.score || (a.titleId < b.titleId ? -1 : 1));
    return ranked.slice(0, limit);
  }

  /**
   * The same for what was watched, the latest first, each watch as it counts by its place: completion and ratings apart.
   */
  rankAfter(watched: readonly string[], limit: number): RecommendedTitle[] {
    const seeds = seedsOf(watched).map(({ watch, counts, following }) => ({
      titleId: watch,
      strength: counts,
      following,
    }));
    return this.rank(seeds, new Set(watched), limit);
  }

  #add(
    sums: Map<number, { score: number; part: number; because: string }>,
    { titleId, strength, following }: StrongSeed,
  ): void {
    const place = this.#places.get(titleId);
    if (place === undefined || strength === 0) return;
    const { weight, next } = this.edges;
    for (const edge of this.#edgesFrom(place)) {
      const to = this.edges.to[edge]!;
      const part = (weight[edge]! + following * (next?.[edge] ?? 0)) * strength;
      const sum = sums.get(to);
      if (!sum) sums.set(to, { score: part, part, because: titleId });
      else {
        sum.score += part;
        if (part > sum.part) Object.assign(sum, { part, because: titleId });
      }
    }
  }

  #edgesFrom(place: number): Uint32Array {
    const { order, starts } = this.#byStart;
    return order.subarray(starts[place], starts[place + 1]);
  }
}
