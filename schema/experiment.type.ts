import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import {
  type EXPERIMENT_KINDS,
  type EXPERIMENT_METRICS,
  type ExperimentKind,
  type ExperimentMetric,
} from "../datasources/core/vocabulary.js";
import { ListSize } from "./cost.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";

const KINDS = {
  ARMS: "Each profile that takes part is served what one of the arms makes.",
  INTERLEAVING:
    "Each profile that takes part is served what two arms make, as one list in which they take turns: it takes far fewer to tell which is liked better.",
} as const satisfies Record<(typeof EXPERIMENT_KINDS)[number], string>;

export const ExperimentKindEnum = describedEnum<ExperimentKind>(KINDS);
registerEnumType(ExperimentKindEnum.values, {
  name: "ExperimentKind",
  description: "How an experiment serves.",
  valuesConfig: ExperimentKindEnum.described,
});

const MEANINGS = {
  WATCHED: "Titles that were begun to be watched within a day of a list that had them, a list.",
  COMPLETED: "Of these, those that were finished, a list.",
} as const satisfies Record<(typeof EXPERIMENT_METRICS)[number], string>;

export const ExperimentMetricEnum = describedEnum<ExperimentMetric>(MEANINGS);
registerEnumType(ExperimentMetricEnum.values, {
  name: "ExperimentMetric",
  description: "What the arms of an experiment are judged by.",
  valuesConfig: ExperimentMetricEnum.described,
});

@ObjectType({ simpleResolvers: true, description: "A figure with its 95 % interval." })
export class Estimate {
  @Field(() => Float, { description: "The figure." })
  value!: number;

  @Field(() => Float, { description: "Where the interval begins." })
  low!: number;

  @Field(() => Float, { description: "Where it ends." })
  high!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "An arm of an experiment, with what came of the lists that are still held: of accounts that agree to measurement too, and of five at least.",
})
export class ExperimentArm {
  @Field({ description: "Its name within the experiment." })
  arm!: string;

  @Field(() => Int, { description: "What it has of all profiles. Per cent." })
  percent!: number;

  @Field(() => Int, {
    nullable: true,
    description: "The number of the model that answers; null: the one that is live.",
  })
  model!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "How strongly its lists are varied, per cent; null: as the deployment has it.",
  })
  diversity!: number | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was ended for being worse than the control; null: it was not.",
  })
  endedAt!: string | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "Something that is tried on a part of the profiles, of accounts that agree to personalisation and no children's. A profile stays with its arm.",
})
export class Experiment extends Node {
  @Field({ description: "Its name." })
  name!: string;

  @Field(() => ExperimentKindEnum.values, { description: "How it serves." })
  kind!: ExperimentKind;

  @Field(() => String, {
    nullable: true,
    description: "Of the experiments that share one, a profile takes part in one at most.",
  })
  exclusionGroup!: string | null;

  @Field(() => ExperimentMetricEnum.values, { description: "What its arms are judged by." })
  metric!: ExperimentMetric;

  @Field(() => Int, {
    description: "Lists that an arm and the control have to have before the arm is ended for being worse.",
  })
  leastLists!: number;

  @Field(() => DateTime, { description: "When it began." })
  startedAt!: string;

  @Field(() => DateTime, { nullable: true, description: "When it ended; null while it goes on." })
  endedAt!: string | null;

  @ListSize(3)
  @Field(() => [ExperimentArm], { description: "Its arms; the first is the control." })
  arms!: readonly ExperimentArm[];
}

@ObjectType({ simpleResolvers: true, description: "An experiment that was begun." })
export class StartExperimentPayload extends Payload(
  "Why it was not: EXPERIMENT_EXISTS, EXCLUSION_GROUP_FULL, MODEL_NOT_FOUND, TOO_MANY_EXPERIMENTS, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => Experiment, { nullable: true, description: "The experiment; null where it was refused." })
  experiment!: Experiment | null;
}

@ObjectType({ simpleResolvers: true, description: "An experiment that was ended." })
export class StopExperimentPayload extends Payload("Why it was not: EXPERIMENT_NOT_FOUND, or INVALID.") {
  @Field(() => Experiment, { nullable: true, description: "The experiment; null where it was refused." })
  experiment!: Experiment | null;
}
