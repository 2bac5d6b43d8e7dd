import { type TrainingSet } from "./interactions.js";
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
 * EASE^R: the linear item–item model with a zero diagonal that reproduces the watches best, in closed form:
 * P = (XᵀX + λI)⁻¹, B[i,j] = -P[i,j] / P[j,j]. From Steck, "Embarrassingly Shallow Autoencoders for Sparse Data",
 * WWW 2019. Time grows with the cube of the titles, memory with the square (2 bytes × titles²).
 *
 * @returns per title its strongest positive incoming weights, titles ascending, strongest first.
 */
export function learnEase(set: TrainingSet, options: EaseOptions): Edges {
  const matrix = gram(set);
  for (let title = 0; title < matrix.size; title++) matrix.add(title, title, options.lambda);
  matrix.invert(options.onProgress);

  const edges = new EdgeList();
  const strongest = new Strongest(options.maxEdges);
  for (let to = 0; to < matrix.size; to++) {
    const scale = -1 / matrix.get(to, to);
    for (let from = 0; from < matrix.size; from++) {
      if (from !== to) strongest.offer(from, matrix.get(from, to) * scale);
    }
    strongest.drain(edges, set.titles[to]!, (from) => set.titles[from]!);
  }
  return edges.take();
}

/** XᵀX: how often (by weight) each pair of titles was watched by the same viewer. */
function gram(set: TrainingSet): SymmetricMatrix {
  const matrix = new SymmetricMatrix(set.titles.length);
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
