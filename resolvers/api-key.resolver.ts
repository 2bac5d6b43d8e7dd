import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver } from "type-graphql";

import { type ApiKeyRecord } from "../datasources/api-keys/api-keys.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { CreateApiKeyInput, RevokeApiKeyInput } from "../schema/api-key.input.js";
import {
  type ApiKey,
  ApiKeyConnection,
  CreateApiKeyPayload,
  RevokeApiKeyPayload,
} from "../schema/api-key.type.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { Operations } from "../schema/operations.type.js";
import { type NodeAnswer } from "./answer.js";
import { checkedDays, checkedKeyName, checkedScope } from "./api-key-rules.js";
import { readPage, toConnection, withNodes } from "./connection.js";
import { payload } from "./payload.js";
import { mayAsk } from "./permissions-gate.js";
import { actorOf } from "./request/actor.js";
import { makeKey } from "./request/api-key.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";

@Resolver(() => Operations)
export class ApiKeyResolver {
  @FieldResolver(() => ApiKeyConnection, { description: "The tenant's API keys, the latest first." })
  async apiKeys(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "operations.apiKeys", args);
    const page = await ctx.gateway.stores.apiKeys.list(ctx.on(info.path), at.page);
    const edges = withNodes(page, (key) => toApiKey(ctx.tenant, key));
    return toConnection(ctx, at, edges);
  }

  @Mutation(() => CreateApiKeyPayload, {
    nullable: true,
    description: "Makes an API key of the tenant, which is shown this once. Needs the role OPERATOR.",
  })
  createApiKey(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => CreateApiKeyInput, { description: "Which." }) input: CreateApiKeyInput,
  ) {
    return payload<CreateApiKeyPayload>({}, async () => {
      const may = await mayAsk(ctx, info.path);
      const wanted = {
        name: checkedKeyName(input.name),
        scope: checkedScope(input.scope, may),
        days: checkedDays(input.days ?? undefined),
      };
      const { key, kept } = await makeKey(ctx.gateway.stores.apiKeys, ctx.tenant, wanted, actorOf(ctx));
      return { key, apiKey: toApiKey(ctx.tenant, kept) };
    });
  }

  @Mutation(() => RevokeApiKeyPayload, {
    nullable: true,
    description:
      "Ends an API key of the tenant for good, within seconds everywhere. Needs the role OPERATOR.",
  })
  revokeApiKey(
    @Ctx() ctx: Context,
    @Arg("input", () => RevokeApiKeyInput, { description: "Which." }) { apiKey }: RevokeApiKeyInput,
  ) {
    return payload<RevokeApiKeyPayload>({}, async () => {
      const id = inputId(ctx.tenant, "ApiKey", apiKey, "apiKey");
      const revoked = await ctx.gateway.stores.apiKeys.revoke(ctx.tenant, id, actorOf(ctx));
      if (!revoked) throw new Refusal("apiKey", "KEY_NOT_FOUND", "There is no such API key.");
      return { apiKey: toApiKey(ctx.tenant, revoked) };
    });
  }
}

/** A key as GraphQL reads it. */
export function toApiKey(tenant: Tenant, key: ApiKeyRecord) {
  return {
    ...key,
    __typename: "ApiKey" as const,
    id: toGlobalId(tenant, "ApiKey", key.id),
  } satisfies NodeAnswer<ApiKey>;
}
