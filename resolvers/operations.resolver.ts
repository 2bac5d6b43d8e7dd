import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver } from "type-graphql";

import { ForwardPageArgs } from "../schema/connection.js";
import {
  CheckProjectionInput,
  RebuildProjectionInput,
  RetryDeadLettersInput,
} from "../schema/operations.input.js";
import {
  ChartCheck,
  DeadLetterConnection,
  type Job,
  JobConnection,
  JobPayload,
  OperatedProjection,
  OperatedStore,
  OperatedTenantConnection,
  Operations,
  RetryDeadLettersPayload,
} from "../schema/operations.type.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import {
  startProjectionJob,
  targetNamed,
  type ProjectionWork,
} from "../datasources/projection/jobs/projection-jobs.js";
import { pageOfList, readPage, toConnection, withNodes } from "./connection.js";
import { jobOf, operationsOf, projectionOf, storeOf } from "./operations.value.js";
import { payload } from "./payload.js";
import { ListSize } from "../schema/cost.js";

@Resolver(() => Operations)
export class OperationsResolver {
  @Query(() => Operations, { nullable: true, description: "What operators see; needs the role OPERATOR." })
  operations(@Ctx() ctx: Context) {
    return operationsOf(ctx.tenant);
  }

  @ListSize(4)
  @FieldResolver(() => [OperatedStore], {
    description: "The stores that the tenant is answered from, asked now.",
  })
  async stores(@Ctx() ctx: Context) {
    const stores = await ctx.gateway.stores.at(ctx.tenant);
    return (await stores.health()).map(storeOf);
  }

  @ListSize(3)
  @FieldResolver(() => [OperatedProjection], {
    description: "The projections, with the tenant's own events, dead letters and checks.",
  })
  async projections(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const { outbox, operations } = ctx.gateway.stores;
    const [lags, checks] = await Promise.all([outbox.lag(ctx.tenant), operations.checks(ctx.on(info.path))]);
    return lags.map((lag) => projectionOf(lag, checks));
  }

  @ListSize(100)
  @FieldResolver(() => [ChartCheck], {
    description:
      "What the checks of the Top 10 have found: whatever has not passed, and all of each country's latest day. What has not passed comes first.",
  })
  quality(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return ctx.gateway.stores.top10.checks(ctx.on(info.path));
  }

  @FieldResolver(() => OperatedTenantConnection, {
    description: "The tenants that the operator runs: the one that the token is of. Others are not shown.",
  })
  async tenants(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "operations.tenants", args);
    const { slug, name, tier } = ctx.tenant;
    const figures = await ctx.gateway.stores.operations.figures(ctx.on(info.path));
    const entry = { position: { value: slug, id: slug }, node: { slug, name, tier, ...figures }, extra: {} };
    return toConnection(ctx, at, pageOfList([entry], at.page));
  }

  @FieldResolver(() => JobConnection, { description: "The tenant's jobs, the latest first." })
  async jobs(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "operations.jobs", args);
    const page = await ctx.gateway.stores.operations.jobs(ctx.on(info.path), at.page);
    return toConnection(
      ctx,
      at,
      withNodes(page, (job) => jobOf(ctx.tenant, job)),
    );
  }

  @FieldResolver(() => DeadLetterConnection, { description: "The tenant's dead letters, the latest first." })
  async deadLetters(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "operations.deadLetters", args);
    const page = await ctx.gateway.stores.operations.deadLetters(ctx.on(info.path), at.page);
    return toConnection(
      ctx,
      at,
      withNodes(page, (letter) => letter),
    );
  }

  @Mutation(() => JobPayload, {
    nullable: true,
    description:
      "Fills a projection of the tenant anew, beside the live one, and switches to it. Needs the role OPERATOR.",
  })
  rebuildProjection(
    @Ctx() ctx: Context,
    @Arg("input", () => RebuildProjectionInput, { description: "Which." }) { target }: RebuildProjectionInput,
  ) {
    return payload<JobPayload>({}, async () => ({
      job: await start(ctx, "REBUILD", target),
    }));
  }

  @Mutation(() => JobPayload, {
    nullable: true,
    description:
      "Compares a projection of the tenant with its source, and mends it where asked to. `operations { projections { lastCheck } }` has the result. Needs the role OPERATOR.",
  })
  checkProjection(
    @Ctx() ctx: Context,
    @Arg("input", () => CheckProjectionInput, { description: "Which." })
    { target, repair }: CheckProjectionInput,
  ) {
    const kind = repair ? "REPAIR" : "CHECK";
    return payload<JobPayload>({}, async () => ({ job: await start(ctx, kind, target) }));
  }

  @Mutation(() => RetryDeadLettersPayload, {
    nullable: true,
    description: "Puts the tenant's dead letters back among the events to be tried. Needs the role OPERATOR.",
  })
  retryDeadLetters(
    @Ctx() ctx: Context,
    @Arg("input", () => RetryDeadLettersInput, { description: "Which." }) { target }: RetryDeadLettersInput,
  ) {
    return payload<RetryDeadLettersPayload>({ retried: 0 }, async () => {
      const stores = await ctx.gateway.stores.at(ctx.tenant);
      if (target != null) targetNamed(stores, target);
      const retried = await stores.outbox.retry({ target: target ?? undefined, tenant: ctx.tenant });
      const details = { retried };
      await stores.audit.record(ctx.tenant, { act: "DEAD_LETTERS_RETRIED", actor: actorOf(ctx), details });
      return { retried };
    });
  }
}

async function start(ctx: Context, kind: ProjectionWork, target: string): Promise<Job> {
  const stores = await ctx.gateway.stores.at(ctx.tenant);
  return jobOf(ctx.tenant, await startProjectionJob(stores, ctx.tenant, kind, target, actorOf(ctx)));
}
