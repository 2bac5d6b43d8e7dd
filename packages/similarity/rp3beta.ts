import { byTitle, type TrainingSet } from "./interactions.js";
import { EdgeList, Strongest, type Edges } from "./strongest.js";

/** What `learnRp3Beta` needs besides the data. */
export interface Rp3BetaOptions {
  /** Exponent of the transition probabilities, above 0; below 1 evens them out. */
  alpha: number;
  /** How strongly popular titles are held back: 0 not at all, 1 entirely. */
  beta: number;
  /** Incoming edges kept per title. */
  maxEdges: number;
  onProgress?: (fraction: number) => void;
}

/**
 * RP3β: the probability that a random walk over the graph of viewers and titles, title → viewer → title, ends at
 * the target, with every step's probability raised to `alpha`, divided by the target's popularity to the power
 * `beta`. From Paudel, Christoffel, Newell and Bernstein, "Updatable, Accurate, Diverse, and Scalable
 * Recommendations for Interactive Applications", ACM TiiS 7 (2016). Time grows with the squares of the profiles'
 * lengths, memory with watches and kept edges, so it takes a catalogue of any size.
 *
 * @returns per title its strongest incoming weights, titles ascending, strongest first.
 */
export function learnRp3Beta(set: TrainingSet, options: Rp3BetaOptions): Edges {
  const titles = byTitle(set);
  const ofUser = sums(set.offsets, set.weight);
  const ofTitle = sums(titles.offsets, titles.weight);
  const count = set.titles.length;
  const { alpha, beta, maxEdges, onProgress } = options;
  const score = new Float64Array(count);
  const touched = new Uint32Array(count);
  const strongest = new Strongest(maxEdges);
  const edges = new EdgeList();
  const reportEvery = Math.ceil(count / 100);
  for (let to = 0; to < count; to++) {
    let found = 0;
    for (let at = titles.offsets[to]!; at < titles.offsets[to + 1]!; at++) {
      const user = titles.users[at]!;
      const toTarget = (titles.weight[at]! / ofUser[user]!) ** alpha;
      for (let watch = set.offsets[user]!; watch < set.offsets[user + 1]!; watch++) {
        const from = set.itemIndex[watch]!;
        if (score[from] === 0) touched[found++] = from;
        score[from]! += toTarget * set.weight[watch]! ** alpha;
      }
    }
    const popularity = ofTitle[to]! ** beta;
    for (let i = 0; i < found; i++) {
      const from = touched[i]!;
      if (from !== to) strongest.offer(from, score[from]! / (ofTitle[from]! ** alpha * popularity));
      score[from] = 0;
    }
    strongest.drain(edges, set.titles[to]!, (from) => set.titles[from]!);
    if ((to + 1) % reportEvery === 0) onProgress?.((to + 1) / count);
  }
  return edges.take();
}

/** The total weight of each row. */
function sums(offsets: Uint32Array, weight: Float32Array): Float64Array {
  const totals = new Float64Array(offsets.length - 1);
  for (let row = 0; row < totals.length; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) totals[row]! += weight[at]!;
  }
  return totals;
}
