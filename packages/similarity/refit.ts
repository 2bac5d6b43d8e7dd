import { type SymmetricMatrix } from "./symmetric-matrix.js";

/** Edges that come in at one title: where they start, strongest first, and their weights. */
export interface IncomingEdges {
  from: Uint32Array;
  weight: Float64Array;
}

/** How often edges that turned out not to be above 0 are left out and the others fitted again. */
const ROUNDS = 2;

/**
 * Fits the edges that are kept of a title anew, so that they make up for those that are not: the ridge regression of who
 * watched it on who watched the titles where the edges start. Weights that are not above 0 are left out, and the others
 * fitted again; the last ones without. From Steck, "Markov Random Fields for Collaborative Filtering", NeurIPS 2019
 * (section 4, sparse approximation).
 *
 * @param gram XᵀX with the regularisation on its diagonal.
 * @param from where the edges start.
 * @returns the edges that are left, strongest first.
 */
export function refitted(gram: SymmetricMatrix, to: number, from: Uint32Array): IncomingEdges {
  let kept = from;
  let weight = fitted(gram, to, kept);
  for (let round = 1; round < ROUNDS && weight.some((value) => value <= 0); round++) {
    kept = kept.filter((_, at) => weight[at]! > 0);
    weight = fitted(gram, to, kept);
  }
  const order = Uint32Array.from(weight.keys())
    .filter((at) => weight[at]! > 0)
    .sort((a, b) => weight[b]! - weight[a]! || kept[a]! - kept[b]!);
  return { from: order.map((at) => kept[at]!), weight: Float64Array.from(order, (at) => weight[at]!) };
}

/** Solves gram[from, from] · weight = gram[from, to] by Cholesky's factors. */
function fitted(gram: SymmetricMatrix, to: number, from: Uint32Array): Float64Array {
  const size = from.length;
  const factor = new Float64Array(size * size);
  const weight = Float64Array.from(from, (title) => gram.get(title, to));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let value = gram.get(from[row]!, from[column]!);
      for (let k = 0; k < column; k++) value -= factor[row * size + k]! * factor[column * size + k]!;
      factor[row * size + column] =
        row === column ? Math.sqrt(value) : value / factor[column * size + column]!;
    }
    let value = weight[row]!;
    for (let k = 0; k < row; k++) value -= factor[row * size + k]! * weight[k]!;
    weight[row] = value / factor[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    let value = weight[row]!;
    for (let k = row + 1; k < size; k++) value -= factor[k * size + row]! * weight[k]!;
    weight[row] = value / factor[row * size + row]!;
  }
  return weight;
}
