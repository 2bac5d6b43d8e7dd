import { Field, ID, InputType, Int } from "type-graphql";

import { type ExperimentKind, type ExperimentMetric } from "../datasources/core/vocabulary.js";
import { ExperimentKindEnum, ExperimentMetricEnum } from "./experiment.type.js";

@InputType({ description: "What some profiles are served instead of what others are." })
export class ExperimentArmInput {
  @Field({ description: "Its name within the experiment, 1 to 60 characters." })
  arm!: string;

  @Field(() => Int, { description: "Of all profiles, 1 to 100 per cent; all arms together at most 100." })
  percent!: number;

  @Field(() => Int, {
    nullable: true,
    description: "The number of a model that is kept. Null: the one that is live.",
  })
  model?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "How strongly lists are varied that do not ask for it otherwise, 0 to 100 per cent. Null: as the deployment has it.",
  })
  diversity?: number | null;
}

@InputType({ description: "An experiment to be begun." })
export class StartExperimentInput {
  @Field({ description: "Its name, 1 to 60 characters, which no other that is kept has." })
  name!: string;

  @Field(() => ExperimentKindEnum.values, {
    nullable: true,
    description: "How it serves: INTERLEAVING two arms that differ. Absent: ARMS.",
  })
  kind?: ExperimentKind | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Of the experiments that share a group, a profile takes part in one at most. Null: it takes part whatever else it is in.",
  })
  exclusionGroup?: string | null;

  @Field(() => ExperimentMetricEnum.values, {
    nullable: true,
    description: "What arms are judged by. Absent: WATCHED.",
  })
  metric?: ExperimentMetric | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Lists that an arm and the control have to have before the arm is ended for being worse. Absent: 1,000.",
  })
  leastLists?: number | null;

  @Field(() => [ExperimentArmInput], { description: "2 to 10 arms. The first is the control." })
  arms!: ExperimentArmInput[];
}

@InputType({ description: "An experiment to be ended." })
export class StopExperimentInput {
  @Field(() => ID, { description: "Which." })
  experiment!: string;
}
