import { type TrainingSet } from "./interactions.js";
import { refitted } from "./refit.js";
import { EdgeList, Strongest, type Edges } from "./strongest.js";
import { SymmetricMatrix } from "./symmetric-matrix.js";

/** What `learnEase` needs besides the data. */
export interface EaseOptions {
  /** Strength of the L2 regularisation, above 0. */
  lambda: number;
  /** Incoming edges kept per title. */
  maxEdges: number;
  onProgress?: (fraction: number) => void;
}

/**
 * Part of the regularisation by which the edges that are kept are fitted: a hundred numbers need less restraint than
 * thousands. On MovieLens an eighth or a half recommends as well within a fiftieth.
 */
const REFIT_PART = 0.25;
/** Part of the work that the inverse takes. */
const INVERSE_PART = 0.7;

/**
 * EASE^R: the linear item–item model with a zero diagonal that reproduces the watches best, in closed form:
 * P = (XᵀX + λI)⁻¹, B[i,j] = -P[i,j] / P[j,j]. From Steck, "Embarrassingly Shallow Autoencoders for Sparse Data",
 * WWW 2019. Of each title's incoming weights the strongest are kept, and fitted anew without the others: on MovieLens
 * a hundred recommend as well as all. Time grows with the cube of the titles, memory with the square (2 bytes × titles²).
 *
 * @returns per title its positive incoming weights, titles ascending, strongest first.
 */
export function learnEase(set: TrainingSet, options: EaseOptions): Edges {
  const { lambda, onProgress } = options;
  const incoming = strongestIncoming(set, options);
  const matrix = gram(set, lambda * REFIT_PART);
  const edges = new EdgeList();
  for (let to = 0; to < matrix.size; to++) {
    const { from, weight } = refitted(matrix, to, incoming[to]!);
    from.forEach((title, at) => edges.push(set.titles[title]!, set.titles[to]!, weight[at]!));
    onProgress?.(INVERSE_PART + (1 - INVERSE_PART) * ((to + 1) / matrix.size));
  }
  return edges.take();
}

/** Where the strongest positive incoming weights of each title start, strongest first. */
function strongestIncoming(set: TrainingSet, { lambda, maxEdges, onProgress }: EaseOptions): Uint32Array[] {
  const matrix = gram(set, lambda);
  matrix.invert((fraction) => onProgress?.(fraction * INVERSE_PART));
  const strongest = new Strongest(maxEdges);
  return Array.from({ length: matrix.size }, (_, to) => {
    const scale = -1 / matrix.get(to, to);
    for (let from = 0; from < matrix.size; from++)
      if (from !== to) strongest.offer(from, matrix.get(from, to) * scale);
    return strongest.take();
  });
}

/** XᵀX + λI: how often (by weight) each pair of titles was watched by the same viewer. */
export function gram(set: TrainingSet, lambda: number): SymmetricMatrix {
  const matrix = new SymmetricMatrix(set.titles.length);
  for (let title = 0; title < matrix.size; title++) matrix.add(title, title, lambda);
  const { offsets, itemIndex, weight } = set;
  for (let user = 0; user < set.users; user++) {
    const end = offsets[user + 1]!;
    for (let a = offsets[user]!; a < end; a++) {
      for (let b = offsets[user]!; b <= a; b++)
        matrix.add(itemIndex[a]!, itemIndex[b]!, weight[a]! * weight[b]!);
    }
  }
  return matrix;
}
