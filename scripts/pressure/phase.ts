import { type Asked } from "./connection.js";

/** What a generator does for a time. */
export interface Phase {
  url: string;
  queries: Asked[];
  headers: Record<string, string>;
  /** Tenants that ask in turn, each for all of the queries; by `headers` alone unless given. */
  tenants?: readonly string[];
  seconds: number;
  /** Requests a second, whatever becomes of them. */
  rate?: number;
  /** Or requests under way, each followed by the next. */
  connections?: number;
  /** Whether the summary is to tell how long each took that was served. */
  each?: boolean;
}

/** What became of the requests of a phase. */
export interface Summary {
  /** Requests that were answered with 200, those with 503, and those without an answer. */
  served: number;
  refused: number;
  other: number;
  failed: number;
  /** Not sent, since too many were under way. */
  skipped: number;
  /** Served a second. */
  goodput: number;
  p50: number;
  p99: number;
  /** Until a refusal was answered. */
  refusedP99: number;
  /** Of each tenth of a second: how many were served and refused. */
  course: { served: number; refused: number; p99: number }[];
  /** Of each that was served, where that was asked for; else none. Milliseconds. */
  each: number[];
}

interface Sample {
  at: number;
  status: number;
  ms: number;
}

export function summarise(
  samples: readonly Sample[],
  {
    failed,
    skipped,
    seconds,
    each,
  }: Omit<Phase, "url" | "queries" | "headers"> & Record<"failed" | "skipped", number>,
): Summary {
  const served = samples.filter(({ status }) => status === 200);
  const refused = samples.filter(({ status }) => status === 503);
  const course = Array.from({ length: Math.ceil(seconds * 10) }, (_, slot) => {
    const within = ({ at }: Sample) => Math.floor(at / 100) === slot;
    const inTime = served.filter(within);
    return {
      served: inTime.length,
      refused: refused.filter(within).length,
      p99: percentile(inTime, 0.99),
    };
  });
  return {
    served: served.length,
    refused: refused.length,
    other: samples.length - served.length - refused.length,
    failed,
    skipped,
    goodput: served.length / seconds,
    p50: percentile(served, 0.5),
    p99: percentile(served, 0.99),
    refusedP99: percentile(refused, 0.99),
    course,
    each: each ? served.map(({ ms }) => ms) : [],
  };
}

function percentile(samples: readonly Sample[], share: number): number {
  return quantile(
    samples.map(({ ms }) => ms).sort((a, b) => a - b),
    share,
  );
}

/** What so large a share of some figures is at most, which are in order; 0 where there is none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
