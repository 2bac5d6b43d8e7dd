import { FEWEST_ACCOUNTS } from "../../datasources/core/fewest-accounts.js";
import { rateOf, type Rate } from "../../datasources/experiments/arm-figures.js";

/** A list that was shown, what was watched of it, and what another model would have shown in its stead. */
export interface ReplayedList {
  account: string;
  /** In the order in which they stood, from the first place on. */
  shown: readonly string[];
  watched: ReadonlySet<string>;
  instead: readonly string[];
}

/** What a log tells of another model. */
export interface ReplayFigures {
  lists: number;
  accounts: number;
  /** Watches of what was shown, a list. */
  logged: Rate | null;
  /** Of what the other would show, each title as much as its place is looked at, the part that was shown. */
  overlap: number;
  /** To how many titles, each as good a witness as any other, those come that tell of the other: (Σw)² / Σw² of their weights. */
  effective: number;
  /** Watches of what the other would show, a list; null where the log does not tell. */
  replayed: Rate | null;
}

/** So many times as much a title counts at most as one that stands where it would: what is rarer is chance. */
export const MOST_WEIGHT = 10;
/** With less of what the other would show having been shown, or less of it that tells, nothing is told of it. */
export const LEAST_OVERLAP = 0.1;
export const LEAST_EFFECTIVE = 100;

/**
 * What another model would have come to, by what was watched of the lists that were shown: where it would show a title that
 * was shown, that counts by how much the place is looked at where it would stand, of how much the one is where it stood
 * (inverse propensity by place: Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", WSDM
 * 2017; Li et al., "Offline Evaluation of Ranking Policies with Click Models", KDD 2018), at most {@link MOST_WEIGHT}. What
 * would be shown and was not is taken to be as good as what was (self-normalised: Swaminathan and Joachims, "The
 * Self-Normalized Estimator for Counterfactual Learning", NIPS 2015): the overlap says of how much that is. Intervals are over
 * accounts, by the delta method.
 *
 * @param looksAt how much a place, from 1, is looked at, of the first.
 */
export function replayFigures(
  lists: readonly ReplayedList[],
  looksAt: (place: number) => number,
): ReplayFigures {
  const accounts = new Map<string, Sums>();
  const all = none();
  for (const list of lists) {
    const own = accounts.get(list.account) ?? none();
    accounts.set(list.account, own);
    for (const sums of [own, all]) add(sums, list, looksAt);
  }
  const overlap = all.wanted === 0 ? 0 : all.met / all.wanted;
  const effective = all.weightsSquared === 0 ? 0 : all.weights ** 2 / all.weightsSquared;
  const each = [...accounts.values()];
  const isTold = accounts.size >= FEWEST_ACCOUNTS;
  const isTelling = isTold && overlap >= LEAST_OVERLAP && effective >= LEAST_EFFECTIVE;
  const logged = isTold
    ? ratio(
        each,
        ({ lists: n }) => n,
        ({ watched }) => watched,
      )
    : null;
  // Of what a whole list of the other would be looked at.
  const whole = all.wanted / Math.max(all.lists, 1);
  const part = isTelling
    ? ratio(
        each,
        ({ met }) => met,
        ({ credited }) => credited,
      )
    : null;
  const replayed = part && { value: part.value * whole, low: part.low * whole, high: part.high * whole };
  return { lists: lists.length, accounts: accounts.size, logged, overlap, effective, replayed };
}

interface Sums {
  lists: number;
  watched: number;
  /** How much of what the other would show is looked at: all, and that which was shown. */
  wanted: number;
  met: number;
  /** Watches by their weights. */
  credited: number;
  weights: number;
  weightsSquared: number;
}

function none(): Sums {
  return { lists: 0, watched: 0, wanted: 0, met: 0, credited: 0, weights: 0, weightsSquared: 0 };
}

function add(sums: Sums, { shown, watched, instead }: ReplayedList, looksAt: (place: number) => number) {
  sums.lists += 1;
  sums.watched += shown.filter((title) => watched.has(title)).length;
  const places = new Map(shown.map((title, at) => [title, at + 1]));
  instead.forEach((title, at) => {
    const looked = looksAt(at + 1);
    sums.wanted += looked;
    const stood = places.get(title);
    if (stood === undefined) return;
    const weight = Math.min(MOST_WEIGHT, looked / looksAt(stood));
    sums.met += looked;
    sums.weights += weight;
    sums.weightsSquared += weight ** 2;
    if (watched.has(title)) sums.credited += weight;
  });
}

function ratio(each: readonly Sums[], of: (sums: Sums) => number, done: (sums: Sums) => number): Rate | null {
  const sums = { profiles: each.length, lists: 0, listsSquared: 0, done: 0, doneSquared: 0, product: 0 };
  for (const one of each) {
    const [n, d] = [of(one), done(one)];
    sums.lists += n;
    sums.listsSquared += n ** 2;
    sums.done += d;
    sums.doneSquared += d ** 2;
    sums.product += n * d;
  }
  return rateOf(sums);
}
