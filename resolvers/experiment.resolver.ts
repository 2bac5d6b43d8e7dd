import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Int, Mutation, Resolver, Root } from "type-graphql";

import { type Tenant } from "../datasources/core/tenant.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import {
  type ArmFacts,
  type ArmFigures,
  type ExperimentRecord,
} from "../datasources/experiments/experiments.js";
import { type AskedArm } from "../datasources/experiments/experiments.loaders.js";
import { Cost, ListSize } from "../schema/cost.js";
import {
  type ExperimentArmInput,
  StartExperimentInput,
  StopExperimentInput,
} from "../schema/experiment.input.js";
import {
  Estimate,
  Experiment,
  ExperimentArm,
  StartExperimentPayload,
  StopExperimentPayload,
} from "../schema/experiment.type.js";
import { Operations } from "../schema/operations.type.js";
import { type NodeAnswer } from "./answer.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";

const LEAST_LISTS = 1_000;

/** An experiment as GraphQL reads it. */
export function toExperiment(tenant: Tenant, record: ExperimentRecord) {
  return {
    ...record,
    arms: record.arms.map((arm) => ({ ...arm, experiment: record })),
    __typename: "Experiment" as const,
    id: toGlobalId(tenant, "Experiment", record.id),
  } satisfies NodeAnswer<Experiment>;
}

/** What is tried on a part of the profiles. */
@Resolver(() => Operations)
export class ExperimentResolver {
  @Cost(20)
  @ListSize(20)
  @FieldResolver(() => [Experiment], {
    nullable: true,
    description: "The tenant's experiments, the latest first.",
  })
  async experiments(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const records = await ctx.gateway.stores.experiments.list(ctx.on(info.path));
    return records.map((record) => toExperiment(ctx.tenant, record));
  }

  @Mutation(() => StartExperimentPayload, {
    nullable: true,
    description:
      "Begins to serve parts of the profiles recommendations made otherwise, at every gateway within ten seconds, or with the second request of a tenant that asks seldom. Needs the role OPERATOR.",
  })
  startExperiment(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => StartExperimentInput, { description: "What is tried." })
    { name, kind, exclusionGroup = null, metric, leastLists, arms }: StartExperimentInput,
  ) {
    return payload<StartExperimentPayload>({}, async () => {
      const facts = {
        name,
        kind: kind ?? ("ARMS" as const),
        exclusionGroup,
        metric: metric ?? ("WATCHED" as const),
        leastLists: leastLists ?? LEAST_LISTS,
        arms: arms.map(armOf),
      };
      const id = await ctx.gateway.stores.experiments.start(ctx.tenant, facts, actorOf(ctx));
      return { experiment: await experimentOf(ctx, id, info.path) };
    });
  }

  @Mutation(() => StopExperimentPayload, {
    nullable: true,
    description:
      "Ends an experiment, at every gateway within ten seconds, or with the second request of a tenant that asks seldom: its profiles are served as all others are. Needs the role OPERATOR.",
  })
  stopExperiment(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => StopExperimentInput, { description: "Which." }) { experiment }: StopExperimentInput,
  ) {
    return payload<StopExperimentPayload>({}, async () => {
      const id = inputId(ctx.tenant, "Experiment", experiment, "experiment");
      await ctx.gateway.stores.experiments.stop(ctx.tenant, id, actorOf(ctx));
      return { experiment: await experimentOf(ctx, id, info.path) };
    });
  }
}

/** What came of an arm, of all that a request asks for in one store call. */
@Resolver(() => ExperimentArm)
export class ExperimentArmResolver {
  @FieldResolver(() => Int, {
    nullable: true,
    description: "Profiles that were served lists by it; null below five accounts.",
  })
  profiles(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "profiles");
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "Lists that they were served; null below five accounts.",
  })
  served(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "served");
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description:
      "Titles that they began to watch within a day of a list that had them; null below five accounts.",
  })
  watched(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "watched");
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: "Of these, those that they have finished; null below five accounts.",
  })
  completed(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "completed");
  }

  @FieldResolver(() => Estimate, {
    nullable: true,
    description: "What the metric counts, a list; null below five accounts.",
  })
  rate(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "rate");
  }

  @FieldResolver(() => Estimate, {
    nullable: true,
    description:
      "By how much that is more than the control's; null of the control, where either has none, and of what is interleaved.",
  })
  difference(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "difference");
  }

  @FieldResolver(() => Estimate, {
    nullable: true,
    description:
      "Of the accounts that took more to what one of two interleaved arms has put than to the other's, the part that took to this one's: 0.5 where neither is liked better. Null of any other experiment, below five accounts, and where none took more to either.",
  })
  preference(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() arm: AskedArm) {
    return figureOf(ctx, info, arm, "preference");
  }
}

async function figureOf<K extends keyof ArmFigures>(
  ctx: Context,
  { path }: GraphQLResolveInfo,
  arm: AskedArm,
  figure: K,
): Promise<ArmFigures[K] | null> {
  return (await ctx.armFigures.load(arm, path))?.[figure] ?? null;
}

function armOf({ arm, percent, model = null, diversity = null }: ExperimentArmInput): ArmFacts {
  return { arm, percent, model, diversity };
}

/** An experiment as a write has left it behind. */
async function experimentOf(ctx: Context, id: string, path: FieldPath) {
  const record = (await ctx.gateway.stores.experiments.byIds(ctx.on(path), [id])).get(id);
  return record ? toExperiment(ctx.tenant, record) : null;
}
