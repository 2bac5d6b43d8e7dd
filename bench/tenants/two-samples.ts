/** How two samples compare. */
export interface Comparison {
  /** How likely one of the first is above one of the second, ties counting half: 0.5 where nothing tells them apart. */
  auc: number;
  /** Bounds of it, at 95 %. */
  low: number;
  high: number;
  /** How likely such a difference is by chance, two-sided. */
  p: number;
}

/** Of the normal distribution, two-sided, 95 %. */
const Z = 1.959964;

/**
 * The Mann-Whitney U test as a probability (AUC = U / nm), by its normal approximation, which is good from some twenty on;
 * the bounds by Hanley and McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
 */
export function compare(one: readonly number[], other: readonly number[]): Comparison {
  const [n, m] = [one.length, other.length];
  let above = 0;
  for (const a of one) for (const b of other) above += a > b ? 1 : a === b ? 0.5 : 0;
  const auc = above / (n * m);
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const variance = auc * (1 - auc) + (n - 1) * (q1 - auc * auc) + (m - 1) * (q2 - auc * auc);
  const error = Math.sqrt(variance / (n * m));
  const z = Math.abs(auc - 0.5) / Math.sqrt((n + m + 1) / (12 * n * m));
  return { auc, low: auc - Z * error, high: auc + Z * error, p: 2 * normalTail(z) };
}

/** P(X > z) for z ≥ 0: Abramowitz and Stegun 26.2.17, exact to 7.5e-8. */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
