import { defaultLambda, MAX_PROFILE } from "./compute-similarities.js";
import { gram } from "./ease.js";
import { trainingSet, type Watches } from "./interactions.js";
import { Strongest } from "./strongest.js";
import { type SymmetricMatrix } from "./symmetric-matrix.js";

/** Whom to rank for, and how much of it. */
export interface DenseSettings {
  /** For each list the items that it follows from. */
  histories: readonly Uint32Array[];
  /** Most items of a list. */
  limit: number;
  /** Items with fewer viewers take no part. */
  minViewers: number;
}

/** What was ranked: a list of items for each history, best first, without those of the history. */
export interface DenseLists {
  lists: Uint32Array[];
}

/**
 * Ranks with EASE^R's whole matrix, signed weights and all, which no store could serve: what a graph that keeps some edges is
 * to be compared with. See `learnEase`; time and memory are the same, and a list takes items × length of its history more.
 */
export function computeDense(
  input: Watches,
  { histories, limit, minViewers }: DenseSettings,
  onProgress?: (fraction: number) => void,
): DenseLists {
  const set = trainingSet(input, minViewers, MAX_PROFILE);
  const matrix = gram(set, defaultLambda(set));
  matrix.invert((fraction) => onProgress?.(fraction / 2));
  const rowOf = new Int32Array(input.items.length).fill(-1);
  set.titles.forEach((item, row) => (rowOf[item] = row));
  const strongest = new Strongest(limit);
  const lists = histories.map((history, at) => {
    const rows = history.map((item) => rowOf[item]! + 1).filter((row) => row > 0);
    rankInto(strongest, matrix, rows);
    onProgress?.((1 + (at + 1) / histories.length) / 2);
    return strongest.take().map((row) => set.titles[row]!);
  });
  return { lists };
}

/** @param rows where the history lies in the matrix, counted from 1. */
function rankInto(strongest: Strongest, matrix: SymmetricMatrix, rows: Uint32Array): void {
  const known = new Set(rows);
  for (let to = 0; to < matrix.size; to++) {
    if (known.has(to + 1)) continue;
    let sum = 0;
    for (const row of rows) sum += matrix.get(row - 1, to);
    strongest.offer(to, -sum / matrix.get(to, to));
  }
}
