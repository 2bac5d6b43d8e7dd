import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Resolver } from "type-graphql";

import { Cost } from "../schema/cost.js";
import { Editorial } from "../schema/editorial.type.js";
import { InsightArgs, InsightBudget, InsightRelease, TitleInsight } from "../schema/insights.type.js";
import { DEFAULT_PAGE, MAX_PAGE, readPage } from "./connection.js";
import { budgetOf, insightsOf, releaseOf, worthOf } from "./insights.value.js";
import { Context } from "./request/context.js";

const COSTS =
  "Asked for the first time it costs of `insightBudget`, and is refused with INSIGHTS_SPENT where that does not suffice; from then on it is told as it was.";

/** What a release takes: events of weeks are counted, once. */
const RELEASE = 50;

@Resolver(() => Editorial)
export class InsightsResolver {
  @Cost(RELEASE)
  @FieldResolver(() => [TitleInsight], {
    nullable: true,
    description: `How titles were watched in a period, those with most viewers first; few viewers are left out, and titles that your profile may not meet. ${COSTS}`,
  })
  async insights(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => InsightArgs) args: InsightArgs,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE,
      description: `How many at most, 0 to ${MAX_PAGE}.`,
    })
    first?: number | null,
  ) {
    const { page } = readPage(ctx, "editorial.insights", { first: first ?? DEFAULT_PAGE });
    return insightsOf(ctx, info.path, await releaseOf(ctx, info.path, args), page.limit);
  }

  @Cost(RELEASE)
  @FieldResolver(() => InsightRelease, {
    nullable: true,
    description: `What \`insights\` of the same period are worth. ${COSTS}`,
  })
  async insightRelease(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => InsightArgs) args: InsightArgs,
  ) {
    return worthOf(await releaseOf(ctx, info.path, args));
  }

  @FieldResolver(() => InsightBudget, {
    nullable: true,
    description: "How much insights may tell of the tenant's viewers, and have told.",
  })
  async insightBudget(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const { stores, insightBudget } = ctx.gateway;
    return budgetOf(insightBudget, await stores.insights.account(ctx.on(info.path), insightBudget));
  }
}
