import { setImmediate } from "node:timers/promises";

import {
  discreteLaplace,
  laplaceDeviation,
  type LaplaceScale,
  type Uniform,
} from "../../packages/private-counts/index.js";
import { MAX_DAY_SECONDS, MAX_TITLES } from "../core/insight-rules.js";
import { FEWEST_VIEWERS, MAX_RELEASED, THOUSANDTHS, type InsightNoise, type NoisyTitle } from "./insights.js";

/** How a title was watched, exactly: nobody is told so. Each of its viewers is in one of the three groups. */
export interface ExactCount {
  titleId: string;
  /** Viewers who left within the first minutes. */
  left: number;
  /** Those who stayed, and did not see the end. */
  stayed: number;
  /** Those who did. */
  completed: number;
  seconds: number;
}

/** What noise is made by. */
export interface NoiseTerms {
  /** Of the release. Thousandths of ε, at least 1. */
  epsilon: number;
  /** Of the period. */
  days: number;
}

/** Groups that viewers are counted in. */
const GROUPS = 3;
/** Both halves of ε are spent at once: on the groups, and on the time. */
const HALVES = 2;
/** Standard deviations below which a title is left out: one in 1,900 of those without a viewer is not. */
const DEVIATIONS = 4;
/** Titles between two turns of the event loop. */
const TURN = 500;

/** The scale that makes figures private by half of ε that one profile changes by at most `most` in all (their L1 sensitivity). */
function scaleOf(most: number, epsilon: number): LaplaceScale {
  return { s: epsilon, t: most * HALVES * THOUSANDTHS };
}

/** One profile is in one group of each of its titles that count. */
const groupScale = ({ epsilon }: NoiseTerms) => scaleOf(MAX_TITLES, epsilon);
const timeScale = ({ epsilon, days }: NoiseTerms) => scaleOf(days * MAX_DAY_SECONDS, epsilon);

/** How exact figures are under these terms, whatever they are. */
export function noiseOf(terms: NoiseTerms): InsightNoise {
  const viewersNoise = Math.sqrt(GROUPS) * laplaceDeviation(groupScale(terms));
  return {
    viewersNoise,
    secondsNoise: laplaceDeviation(timeScale(terms)),
    leastViewers: Math.max(FEWEST_VIEWERS, Math.ceil(DEVIATIONS * viewersNoise)),
  };
}

/**
 * What may be told of counts in which no profile is in more than `MAX_TITLES` rows, nor in all of them with more than
 * `MAX_DAY_SECONDS` of a day. What is done to them behind the noise (cut, sorted, left out) tells nothing more.
 *
 * @param counts of every title that there is, watched or not.
 * @param uniform where the chance comes from, in tests.
 */
export async function noisyTitles(
  counts: readonly ExactCount[],
  terms: NoiseTerms,
  uniform?: Uniform,
): Promise<NoisyTitle[]> {
  const [groups, time] = [groupScale(terms), timeScale(terms)];
  const { leastViewers } = noiseOf(terms);
  const told: NoisyTitle[] = [];
  for (const [index, count] of counts.entries()) {
    if (index % TURN === TURN - 1) await setImmediate();
    const noisy = noisyTitle(count, groups, time, uniform);
    if (noisy.viewers >= leastViewers) told.push(noisy);
  }
  return told.sort(byViewers).slice(0, MAX_RELEASED);
}

/** Noise is added to each group, so that whoever stayed is among the viewers in what is told as well. */
function noisyTitle(
  { titleId, left, stayed, completed, seconds }: ExactCount,
  groups: LaplaceScale,
  time: LaplaceScale,
  uniform?: Uniform,
): NoisyTitle {
  const toEnd = completed + discreteLaplace(groups, uniform);
  const on = toEnd + stayed + discreteLaplace(groups, uniform);
  const viewers = on + left + discreteLaplace(groups, uniform);
  const within = (count: number, most: number) => Math.max(0, Math.min(count, most));
  return {
    titleId,
    viewers,
    stayed: within(on, viewers),
    completions: within(toEnd, within(on, viewers)),
    watchedSeconds: Math.max(0, seconds + discreteLaplace(time, uniform)),
  };
}

function byViewers(a: NoisyTitle, b: NoisyTitle): number {
  return b.viewers - a.viewers || (a.titleId < b.titleId ? -1 : 1);
}
