import { z } from "zod";

import { accepted, check, invalid } from "../core/checking.js";
import { list, oneOf, text, whole } from "../core/field-rules.js";
import { Refusals } from "../core/refusal.js";
import { EXPERIMENT_KINDS, EXPERIMENT_METRICS } from "../core/vocabulary.js";
import { MOST_ARMS, type ExperimentFacts } from "./experiments.js";

const MAX_NAME = 60;
const MOST_LISTS = 1_000_000_000;
const TWO_ARMS = "two arms of different models or diversities, to be interleaved";
const SOME_ARMS = `a list of 2 to ${MOST_ARMS} arms`;

const ARM = z.object({
  arm: text(MAX_NAME),
  percent: whole(1, 100),
  model: whole(1, 2 ** 31 - 1).nullable(),
  diversity: whole(0, 100).nullable(),
});

const RULES = z.object({
  name: text(MAX_NAME),
  kind: oneOf(EXPERIMENT_KINDS),
  exclusionGroup: text(MAX_NAME).nullable(),
  metric: oneOf(EXPERIMENT_METRICS),
  leastLists: whole(1, MOST_LISTS),
  arms: list(ARM, MOST_ARMS, "arms").min(2, { error: SOME_ARMS }),
});

/**
 * An experiment as it may be begun.
 *
 * @throws Refusals INVALID, naming every field at fault.
 */
export function checkedExperiment(facts: ExperimentFacts): ExperimentFacts {
  const checked = accepted(check(RULES, facts), (name) => name);
  const names = new Set(checked.arms.map(({ arm }) => arm));
  if (names.size < checked.arms.length)
    throw new Refusals([invalid({ field: "arms", accepted: "arms of different names" })]);
  if (percentOf(checked.arms) > 100)
    throw new Refusals([invalid({ field: "arms", accepted: "arms of at most 100 per cent together" })]);
  if (checked.kind === "INTERLEAVING" && !mayInterleave(checked.arms))
    throw new Refusals([invalid({ field: "arms", accepted: TWO_ARMS })]);
  return checked;
}

function mayInterleave([one, other, ...more]: ExperimentFacts["arms"]): boolean {
  const isSame = one?.model === other?.model && one?.diversity === other?.diversity;
  return more.length === 0 && !isSame;
}

/** What arms have of all profiles. */
export function percentOf(arms: readonly { percent: number }[]): number {
  return arms.reduce((sum, { percent }) => sum + percent, 0);
}
