import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { Refusal } from "../datasources/core/refusal.js";
import { ChangeRolesInput, ChangeRolesPayload } from "../schema/roles.type.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";

@Resolver()
export class RolesResolver {
  @Mutation(() => ChangeRolesPayload, {
    nullable: true,
    description:
      "Gives an account of the tenant roles, and takes some from it: from its next request on, whatever its tokens say. Needs the role OPERATOR.",
  })
  changeRoles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ChangeRolesInput, { description: "Whose, and which." }) input: ChangeRolesInput,
  ) {
    return payload<ChangeRolesPayload>({}, async () => {
      const found = await ctx.accounts.credentials(ctx.on(info.path), input.email);
      const roles = found && (await change(ctx, found.accountId, input));
      if (!roles)
        throw new Refusal("email", "ACCOUNT_NOT_FOUND", "No account of the tenant has this address.");
      // Who asks may be whose roles they are.
      ctx.becomes(ctx.tenant, ctx.identity);
      return { roles };
    });
  }
}

function change(ctx: Context, account: string, { give, take }: ChangeRolesInput) {
  const wanted = { account, give: give ?? [], take: take ?? [], by: actorOf(ctx) };
  return ctx.gateway.stores.accountRoles.change(ctx.tenant, wanted);
}
