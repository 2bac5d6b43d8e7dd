import { randomInt } from "node:crypto";

/*
 * npm has no library for this that is kept: those of OpenDP are for Rust, Python and R, Google's for C++, Go, Java and
 * Python, and what samples a Laplace distribution in JavaScript (@stdlib/random-base-laplace) takes logarithms of numbers
 * that a Mersenne Twister has made, both of which give away what the noise is added to. So the published algorithm stands
 * here, which needs nothing but whole numbers.
 */

/** A whole number of [0, below), each as likely as the others; `below` is at most 2^48. */
export type Uniform = (below: number) => number;

/** The scale t / s of discrete Laplace noise, as two whole numbers above 0. */
export interface LaplaceScale {
  s: number;
  t: number;
}

/**
 * A whole number by the discrete Laplace distribution: k with a probability in proportion to exp(−|k| · s / t), so that a
 * count that one person changes by at most 1 is (s / t)-differentially private when it is added.
 *
 * Exact: it is drawn with whole numbers alone, as in algorithms 1 and 2 of Canonne, Kamath and Steinke, "The Discrete
 * Gaussian for Differential Privacy" (2020, arXiv 2004.00010). Noise that is made of logarithms of floating-point numbers
 * gives away what it is added to (Mironov, "On Significance of the Least Significant Bits for Differential Privacy", 2012).
 *
 * @param uniform where the chance comes from: the operating system's, unless a test brings its own.
 */
export function discreteLaplace({ s, t }: LaplaceScale, uniform: Uniform = secure): number {
  for (;;) {
    const rest = uniform(t);
    if (!happens(rest, t, uniform)) continue;
    let whole = 0;
    while (happens(1, 1, uniform)) whole += 1;
    const magnitude = Math.floor((rest + t * whole) / s);
    const negative = uniform(2) === 1;
    // Zero has no sign: it would come twice as often as it should.
    if (!negative || magnitude > 0) return negative ? -magnitude : magnitude;
  }
}

/** Standard deviation of that noise: the root of 2q / (1 − q)² with q = exp(−s / t), the variance of two geometric ones. */
export function laplaceDeviation({ s, t }: LaplaceScale): number {
  return Math.sqrt(2 * Math.exp(-s / t)) / -Math.expm1(-s / t);
}

/** True with the probability exp(−n / d), for n of at most d. */
function happens(n: number, d: number, uniform: Uniform): boolean {
  let k = 1;
  while (uniform(d * k) < n) k += 1;
  return k % 2 === 1;
}

function secure(below: number): number {
  return randomInt(below);
}
