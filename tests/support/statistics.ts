/** ln Γ(x) for x above 0: Stirling's series, which is exact to 1e-12 from 10 on, where recursion leads to. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const square = x * x;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

const STEPS = 10_000;
const ENOUGH = 1e-14;
const TINY = 1e-300;

/** A continued fraction b(0) + a(1) / (b(1) + a(2) / (b(2) + …)), from its beginning on (Lentz 1976). */
function continued(b: (n: number) => number, a: (n: number) => number): number {
  let [value, c, d] = [b(0) || TINY, b(0) || TINY, 0];
  for (let n = 1; n < STEPS; n += 1) {
    d = 1 / (b(n) + a(n) * d || TINY);
    c = b(n) + a(n) / c || TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < ENOUGH) return value;
  }
  throw new Error("A continued fraction does not come to its end");
}

/** How likely a chi-squared statistic is to be as great by chance: Q(freedom / 2, statistic / 2), Abramowitz and Stegun 6.5. */
export function chiSquaredTail(statistic: number, freedom: number): number {
  const [a, x] = [freedom / 2, statistic / 2];
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; term > sum * ENOUGH; n += 1) sum += term *= x / (a + n);
    return 1 - scale * sum;
  }
  return (
    scale /
    continued(
      (n) => x + 2 * n + 1 - a,
      (n) => n * (a - n),
    )
  );
}

/** The regularised incomplete beta function I_x(a, b): Abramowitz and Stegun 26.5.8. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const scale = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
  const part = (n: number) => {
    const m = Math.floor(n / 2);
    if (n % 2 === 0) return (m * (b - m) * x) / ((a + n - 1) * (a + n));
    return (-(a + m) * (a + b + m) * x) / ((a + n - 1) * (a + n));
  };
  return (
    scale /
    a /
    continued(
      () => 1,
      (n) => part(n),
    )
  );
}

/** Where a function that grows from 0 to 1 over [0, 1] comes to a value. */
function inverse(grows: (x: number) => number, value: number): number {
  let [low, high] = [0, 1];
  for (let n = 0; n < 60; n += 1) {
    const middle = (low + high) / 2;
    if (grows(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Bounds of a probability of which `hits` of `tries` came true (Clopper and Pearson 1934): each is wrong with a chance of at
 * most `alpha`.
 */
export function bounds(hits: number, tries: number, alpha: number): { low: number; high: number } {
  const low = hits === 0 ? 0 : inverse((p) => incompleteBeta(p, hits, tries - hits + 1), alpha);
  const high = hits === tries ? 1 : inverse((p) => incompleteBeta(p, hits + 1, tries - hits), 1 - alpha);
  return { low, high };
}

/**
 * What came out more than e^ε times as often of one than of the other, beyond chance: nothing, but for one time in a million,
 * where both are ε-indistinguishable.
 *
 * @param epsilon ε.
 */
export function tellingOutcomes(one: readonly string[], other: readonly string[], epsilon: number): string[] {
  const [here, there] = [counted(one), counted(other)];
  const outcomes = [...new Set([...here.keys(), ...there.keys()])];
  const alpha = 1e-6 / (4 * outcomes.length);
  return outcomes.filter((outcome) => {
    const mine = bounds(here.get(outcome) ?? 0, one.length, alpha);
    const theirs = bounds(there.get(outcome) ?? 0, other.length, alpha);
    const most = Math.exp(epsilon);
    return mine.low > most * theirs.high || theirs.low > most * mine.high;
  });
}

/** How often each of some values is there. */
export function counted<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
