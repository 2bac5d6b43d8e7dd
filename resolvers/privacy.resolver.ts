import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { Cost } from "../schema/cost.js";
import { EraseMyAccountInput, ErasurePayload, ExportPayload } from "../schema/privacy.type.js";
import { checkOwner } from "./password-check.js";
import { payload } from "./payload.js";
import { owner } from "./permissions-gate.js";
import { toErasure, toExport } from "./privacy.value.js";
import { Context } from "./request/context.js";

/** What accounts may ask for about themselves. */
@Resolver()
export class PrivacyResolver {
  @Cost(50)
  @Mutation(() => ExportPayload, {
    nullable: true,
    description:
      "Has everything that is held about the account put together, in every store, or says how far that is: ask again until it is READY. One is kept for a day.",
  })
  exportMyData(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return payload<ExportPayload>({}, async () => {
      const { account } = await owner(ctx, info.path);
      const { stores, exportHours } = ctx.gateway;
      return { export: toExport(ctx, await stores.privacy.askExport(ctx.tenant, account.id, exportHours)) };
    });
  }

  @Cost(1000)
  @Mutation(() => ErasurePayload, {
    nullable: true,
    description:
      "Erases the account with its profiles and everything that is held about them, in every store; nobody can sign in to it from now on. What was watched still counts in the Top 10, and what was paid in the books, without anything that says whose it was.",
  })
  eraseMyAccount(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => EraseMyAccountInput, { description: "What shows that it is the owner's." })
    { password, idempotencyKey }: EraseMyAccountInput,
  ) {
    return payload<ErasurePayload>({}, async () => {
      const { account } = await owner(ctx, info.path);
      await checkOwner(ctx, info.path, account, password);
      const erasure = await ctx.gateway.stores.privacy.askErasure(ctx.tenant, account.id, idempotencyKey);
      // What the document asks behind it is asked by nobody.
      ctx.becomes(ctx.tenant, null);
      return { erasure: toErasure(ctx, erasure) };
    });
  }
}
