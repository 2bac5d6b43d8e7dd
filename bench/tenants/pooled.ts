import { quantile } from "../../scripts/pressure/phase.js";

/** Latencies of two slices of time that follow each other, as they come and with something going on beside. Milliseconds. */
export interface Pair {
  calm: readonly number[];
  during: readonly number[];
}

/** How the latencies of some pairs compare. */
export interface Pooled {
  calm: { p50: number; p99: number };
  during: { p50: number; p99: number };
  /** Of the two p99. */
  ratio: number;
  /** Bounds of it, at 95 %. */
  low: number;
  high: number;
}

const RESAMPLES = 400;

/**
 * Quantiles over all slices of a kind: of one slice alone the p99 rests on a handful of requests, which mostly waited for
 * the same thing. What slows the machine down for longer than a slice takes is in both kinds alike. The bounds are by
 * bootstrap over pairs (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 8 and 13): requests of a
 * slice are no independent samples, slices are nearly so.
 */
export function pooled(pairs: readonly Pair[]): Pooled {
  const [calm, during] = [figuresOf(pairs, "calm"), figuresOf(pairs, "during")];
  const ratios = Array.from({ length: RESAMPLES }, () => ratioOf(pairs.map(() => oneOf(pairs)))).sort(
    (a, b) => a - b,
  );
  const [low, high] = [quantile(ratios, 0.025), quantile(ratios, 0.975)];
  return { calm, during, ratio: during.p99 / calm.p99, low, high };
}

/**
 * Slices in turn, each kind as often first, so that what one leaves behind is the other's as often.
 *
 * @param slice latencies of one: of which pair, and of which kind.
 */
export async function inPairs(
  count: number,
  slice: (n: number, kind: keyof Pair) => Promise<readonly number[]>,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let n = 0; n < count; n += 1) {
    const early = n % 2 === 1 ? await slice(n, "during") : null;
    const calm = await slice(n, "calm");
    pairs.push({ calm, during: early ?? (await slice(n, "during")) });
  }
  return pairs;
}

const oneOf = (pairs: readonly Pair[]) => pairs[Math.floor(Math.random() * pairs.length)] as Pair;

function ratioOf(pairs: readonly Pair[]): number {
  return figuresOf(pairs, "during").p99 / figuresOf(pairs, "calm").p99;
}

function figuresOf(pairs: readonly Pair[], kind: keyof Pair): { p50: number; p99: number } {
  const sorted = Float64Array.from(pairs.flatMap((pair) => pair[kind])).sort();
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}
