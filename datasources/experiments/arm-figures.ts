/** Sums over the profiles of an arm: of the lists that each was served, and of what it did with their titles. */
export interface ArmSums {
  profiles: number;
  lists: number;
  listsSquared: number;
  /** What the metric counts. */
  done: number;
  doneSquared: number;
  /** Of the products of both. */
  product: number;
}

/** A mean with its 95 % interval. */
export interface Rate {
  value: number;
  low: number;
  high: number;
}

/** The standard normal distribution has 95 % of its mass within so much of 0. */
const Z = 1.959964;

/**
 * Of the accounts that took more to what one of two interleaved arms has put than to the other's, the part that this is: a
 * half where neither is better. Those that took as much to both tell nothing, as in a sign test; the interval is Wilson's
 * ("Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927), which holds for few as well.
 *
 * @returns null where none took more to either.
 */
export function preferenceOf(wins: number, losses: number): Rate | null {
  const n = wins + losses;
  if (n === 0) return null;
  const value = wins / n;
  const scale = 1 + Z ** 2 / n;
  const middle = (value + Z ** 2 / (2 * n)) / scale;
  const reach = (Z / scale) * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  return { value, low: middle - reach, high: middle + reach };
}

interface Estimate {
  value: number;
  /** Of the estimate. */
  variance: number;
}

/** What was done a list; null before there are lists of two profiles. */
export function rateOf(sums: ArmSums): Rate | null {
  const estimate = estimateOf(sums);
  return estimate && within(estimate);
}

/** By how much one arm's rate is more than another's; null where either has none. The arms share no profile. */
export function differenceOf(one: ArmSums, other: ArmSums): Rate | null {
  const [a, b] = [estimateOf(one), estimateOf(other)];
  return a && b && within({ value: a.value - b.value, variance: a.variance + b.variance });
}

/**
 * A ratio of sums over profiles, which are what chance has put into arms, and not lists: those of one profile are alike. Its
 * variance is by the delta method (Deng, Knoblich and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018): that
 * of the mean of what each profile did beyond the rate times its lists, by the square of the mean number of lists.
 */
function estimateOf({ profiles, lists, listsSquared, done, doneSquared, product }: ArmSums): Estimate | null {
  if (profiles < 2 || lists === 0) return null;
  const value = done / lists;
  // The residuals add up to 0.
  const squares = doneSquared - 2 * value * product + value ** 2 * listsSquared;
  const mean = lists / profiles;
  return { value, variance: Math.max(0, squares) / (profiles - 1) / profiles / mean ** 2 };
}

function within({ value, variance }: Estimate): Rate {
  const reach = Z * Math.sqrt(variance);
  return { value, low: value - reach, high: value + reach };
}
