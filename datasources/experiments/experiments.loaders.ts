import { oneByKey } from "../core/loader.js";
import { type StoreRequest } from "../core/store-request.js";
import { armId } from "./assignment.js";
import { type ArmFigures, type ExperimentRecord, type Experiments } from "./experiments.js";

/** An arm as its figures are asked for. */
export interface AskedArm {
  experiment: ExperimentRecord;
  position: number;
}

export type ArmFiguresLoader = ReturnType<typeof armFiguresLoader>;

/** The figures of arms, of all experiments that a level of a request asks for in one call; null where too few accounts count. */
export function armFiguresLoader(experiments: Experiments, request: StoreRequest) {
  return oneByKey<AskedArm, ArmFigures>({
    request,
    keyOf: ({ experiment, position }) => armId(experiment.id, position),
    batch: (batch, arms) =>
      experiments.figures(batch, [
        ...new Map(arms.map(({ experiment }) => [experiment.id, experiment])).values(),
      ]),
  });
}
