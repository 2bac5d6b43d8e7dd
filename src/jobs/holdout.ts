import { createHash } from "node:crypto";

import { type LearnedPair } from "../../datasources/top10/top10.js";

/** Which of each profile's watches are held out: so many at random, the same for the same seed, or its latest. */
export interface HoldoutOptions {
  /** Of each profile's watches, above 0 and below 1; rounded down. */
  fraction: number;
  order: "RANDOM" | "LATEST";
  seed: number;
  /** Of so many profiles at most it is kept what was held out. */
  profiles: number;
}

/** What was held out of a profile. */
export interface HeldCase {
  profileId: string;
  held: ReadonlySet<string>;
}

/** What was held out and what was not, counted. */
export interface HoldoutCounts {
  /** Profiles with watches that are learned from. */
  profiles: number;
  /** Those of whom nothing was held out, since they have watched too little. */
  short: number;
  learned: number;
  held: number;
}

/** Holds a part of each profile's watches out of what is learned from; keeps those of a bounded sample of profiles. */
export class Holdout {
  #cases: (HeldCase & { hash: string })[] = [];
  #open: LearnedPair[] = [];
  readonly counts: HoldoutCounts = { profiles: 0, short: 0, learned: 0, held: 0 };

  constructor(private readonly options: HoldoutOptions) {}

  /** What was held out, of those profiles whose ids have the lowest hashes; by profile. */
  get cases(): HeldCase[] {
    this.#thin();
    const cases = this.#cases.map(({ profileId, held }) => ({ profileId, held }));
    return cases.sort((a, b) => (a.profileId < b.profileId ? -1 : 1));
  }

  /**
   * What is left to learn from, a profile at a time.
   *
   * @param batches those of one profile together.
   */
  async *learned(batches: AsyncIterable<readonly LearnedPair[]>): AsyncGenerator<LearnedPair[]> {
    for await (const batch of batches) {
      for (const pair of batch) {
        if (this.#open[0] && this.#open[0].profileId !== pair.profileId) yield this.#close();
        this.#open.push(pair);
      }
    }
    if (this.#open.length > 0) yield this.#close();
  }

  #close(): LearnedPair[] {
    const pairs = this.#open;
    this.#open = [];
    const count = Math.floor(pairs.length * this.options.fraction);
    const held = new Set(
      [...pairs]
        .sort(this.#before())
        .slice(0, count)
        .map(({ titleId }) => titleId),
    );
    this.counts.profiles += 1;
    this.counts.short += count === 0 ? 1 : 0;
    this.counts.held += count;
    this.counts.learned += pairs.length - count;
    if (count > 0) this.#keep(pairs[0]!.profileId, held);
    return pairs.filter(({ titleId }) => !held.has(titleId));
  }

  /** Which of a profile's watches is held out before which other. */
  #before(): (a: LearnedPair, b: LearnedPair) => number {
    if (this.options.order === "LATEST")
      return (a, b) => b.lastAt - a.lastAt || (a.titleId < b.titleId ? 1 : -1);
    return (a, b) => (this.#hashOf(a.profileId, a.titleId) < this.#hashOf(b.profileId, b.titleId) ? -1 : 1);
  }

  #keep(profileId: string, held: ReadonlySet<string>): void {
    this.#cases.push({ profileId, held, hash: this.#hashOf(profileId) });
    if (this.#cases.length >= 2 * this.options.profiles) this.#thin();
  }

  #thin(): void {
    if (this.#cases.length <= this.options.profiles) return;
    this.#cases.sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.#cases.length = this.options.profiles;
  }

  #hashOf(...ids: string[]): string {
    return createHash("sha256")
      .update(JSON.stringify([this.options.seed, ...ids]))
      .digest("hex");
  }
}
