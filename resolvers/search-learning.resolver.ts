import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver } from "type-graphql";

import { Cost } from "../schema/cost.js";
import { Operations } from "../schema/operations.type.js";
import {
  SearchLearning,
  SetSearchLearningInput,
  SetSearchLearningPayload,
} from "../schema/search-learning.type.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";

/** What searches learn from what was opened. */
@Resolver(() => Operations)
export class SearchLearningResolver {
  @Cost(10)
  @FieldResolver(() => SearchLearning, {
    nullable: true,
    description: "What searches learn from what was opened, and how that compares with the plain order.",
  })
  searchLearning(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return ctx.gateway.stores.searchLearning.state(ctx.on(info.path));
  }

  @Cost(50)
  @Mutation(() => SetSearchLearningPayload, {
    nullable: true,
    description:
      "Sets whether what searches learn from what was opened counts, from the next search on. It is learned at once, where that takes less than 20 seconds, and with every scheduled learning; OFF forgets it. Needs the role OPERATOR.",
  })
  setSearchLearning(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SetSearchLearningInput, { description: "Whether, and for whom." })
    { mode }: SetSearchLearningInput,
  ) {
    return payload<SetSearchLearningPayload>({}, async () => {
      const { searchLearning } = ctx.gateway.stores;
      await searchLearning.setMode(ctx.tenant, mode, actorOf(ctx));
      return { searchLearning: await searchLearning.state(ctx.on(info.path)) };
    });
  }
}
