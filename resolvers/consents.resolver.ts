import { type GraphQLResolveInfo } from "graphql";
import { Ctx, FieldResolver, Info, Resolver } from "type-graphql";

import { MAX_CONSENT_CHANGES } from "../datasources/accounts/profiles.js";
import { ListSize } from "../schema/cost.js";
import { ConsentChange, Consents } from "../schema/viewer.type.js";
import { Context } from "./request/context.js";

@Resolver(() => Consents)
export class ConsentsResolver {
  @ListSize(5)
  @FieldResolver(() => [ConsentChange], {
    nullable: true,
    description: `What the account has agreed to since its first day, the latest first; at most ${MAX_CONSENT_CHANGES} changes.`,
  })
  async history(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const viewer = await ctx.viewer(info.path);
    if (!viewer?.account) return [];
    return ctx.gateway.stores.profiles.consentChanges(ctx.on(info.path), viewer.account.id);
  }
}
