import { differenceOf, preferenceOf, rateOf, type ArmSums } from "./arm-figures.js";
import { armId } from "./assignment.js";
import { type SumsRow } from "./experiment-report.postgres.js";
import { type ArmFigures, type ExperimentRecord } from "./experiments.js";

/** An experiment as far as its figures go by it. */
type Judged = Pick<ExperimentRecord, "id" | "kind" | "metric"> & {
  arms: readonly Pick<ExperimentRecord["arms"][number], "position">[];
};

/** What came of an experiment's arms, by `armId`; an arm without sums has none. */
export function figuresOf(experiment: Judged, sums: readonly SumsRow[]): Map<string, ArmFigures> {
  const found = new Map(sums.map((each) => [each.id, each]));
  const isInterleaved = experiment.kind === "INTERLEAVING";
  const figures = new Map<string, ArmFigures>();
  for (const { position } of experiment.arms) {
    const id = armId(experiment.id, position);
    const own = found.get(id);
    // Of two that are interleaved, the other one.
    const other = found.get(armId(experiment.id, isInterleaved ? 3 - position : 1));
    if (own) figures.set(id, figuresFor(experiment, own, own === other ? undefined : other));
  }
  return figures;
}

/** @param other what the arm is compared with. */
function figuresFor(experiment: Judged, own: SumsRow, other: SumsRow | undefined): ArmFigures {
  const { profiles, lists: served, watched, completed } = own;
  const sums = metricOf(experiment, own);
  const figures = { profiles, served, watched, completed, rate: rateOf(sums) };
  if (!other) return { ...figures, difference: null, preference: null };
  if (experiment.kind === "ARMS")
    return { ...figures, difference: differenceOf(sums, metricOf(experiment, other)), preference: null };
  const preference = preferenceOf(winsOf(experiment, own), winsOf(experiment, other));
  return { ...figures, difference: null, preference };
}

function winsOf({ metric }: Pick<Judged, "metric">, { watchedWins, completedWins }: SumsRow): number {
  return metric === "WATCHED" ? watchedWins : completedWins;
}

function metricOf({ metric }: Pick<Judged, "metric">, sums: SumsRow): ArmSums {
  const { profiles, lists, listsSquared } = sums;
  const [done, doneSquared, product] =
    metric === "WATCHED"
      ? [sums.watched, sums.watchedSquared, sums.watchedProduct]
      : [sums.completed, sums.completedSquared, sums.completedProduct];
  return { profiles, lists, listsSquared, done, doneSquared, product };
}

/** An arm that is to be ended. */
export interface WorseArm {
  id: string;
  name: string;
  position: number;
  arm: string;
}

/** The arms that are to be ended: none of an experiment of whose control, or of theirs, too little may be told. */
export function worseOf(experiment: ExperimentRecord, sums: readonly SumsRow[]): WorseArm[] {
  const { id, name, leastLists, arms } = experiment;
  const figures = figuresOf(experiment, sums);
  const control = figures.get(armId(id, 1));
  if (!control || control.served < leastLists) return [];
  return arms.flatMap(({ arm, position, endedAt }) => {
    const { served, difference } = figures.get(armId(id, position)) ?? { served: 0, difference: null };
    const isWorse = endedAt === null && served >= leastLists && difference !== null && difference.high < 0;
    return isWorse ? [{ id, name, arm, position }] : [];
  });
}
