import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from "type-graphql";

import { type CampaignFacts } from "../datasources/campaigns/campaigns.js";
import { PutCampaignInput, RemoveCampaignInput } from "../schema/campaign.input.js";
import {
  Campaign,
  CampaignConnection,
  CampaignPayload,
  RemoveCampaignPayload,
} from "../schema/campaign.type.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { Editorial } from "../schema/editorial.type.js";
import { Title } from "../schema/title.type.js";
import { CampaignValue } from "./campaign.value.js";
import { readPage, toConnection, withNodes } from "./connection.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";
import { instant } from "./title-edits.js";
import { loadTitle } from "./titles.js";

/** What editors have recommended beside what suits. */
@Resolver(() => Editorial)
export class EditorialCampaignsResolver {
  @FieldResolver(() => CampaignConnection, {
    nullable: true,
    description: "The tenant's campaigns, also those that do not run now.",
  })
  async campaigns(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "editorial.campaigns", args);
    const page = await ctx.gateway.stores.campaigns.list(ctx.on(info.path), at.page);
    const edges = withNodes(page, (campaign) => new CampaignValue(ctx.tenant, campaign));
    return toConnection(ctx, at, edges);
  }

  @Mutation(() => CampaignPayload, {
    nullable: true,
    description:
      "Editors: has a title recommended beside what suits, or changes how. It stands at the fifth place at the highest, one in five titles at most, is flagged as sponsored, and is shown to nobody who may not meet it, nor to children.",
  })
  putCampaign(
    @Ctx() ctx: Context,
    @Arg("input", () => PutCampaignInput, { description: "Which, and what it says." })
    { campaign, ...input }: PutCampaignInput,
  ) {
    return payload<CampaignPayload>({}, async () => {
      const id = campaign == null ? null : inputId(ctx.tenant, "Campaign", campaign, "campaign");
      const edit = { id, fields: statedOf(ctx, input), by: actorOf(ctx) };
      return {
        campaign: new CampaignValue(ctx.tenant, await ctx.gateway.stores.campaigns.put(ctx.tenant, edit)),
      };
    });
  }

  @Mutation(() => RemoveCampaignPayload, { nullable: true, description: "Editors: takes a campaign away." })
  removeCampaign(
    @Ctx() ctx: Context,
    @Arg("input", () => RemoveCampaignInput, { description: "Which." }) { campaign }: RemoveCampaignInput,
  ) {
    return payload<RemoveCampaignPayload>({}, async () => {
      const id = inputId(ctx.tenant, "Campaign", campaign, "campaign");
      await ctx.gateway.stores.campaigns.remove(ctx.tenant, id, actorOf(ctx));
      return { removedCampaignId: toGlobalId(ctx.tenant, "Campaign", id) };
    });
  }
}

@Resolver(() => Campaign)
export class CampaignResolver {
  @FieldResolver(() => Title, {
    nullable: true,
    description: "The title; null where your profile may not meet it.",
  })
  title(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() { record }: CampaignValue) {
    return loadTitle(ctx, record.title, info.path);
  }
}

/** What the input says; what is null is as if it were absent, but for instants and countries, which null clears. */
function statedOf(
  ctx: Context,
  { title, from, until, countries, strength }: Omit<PutCampaignInput, "campaign">,
): Partial<CampaignFacts> {
  return {
    ...(title != null && { title: inputId(ctx.tenant, "Title", title, "title") }),
    ...(from !== undefined && { from: instant(from) }),
    ...(until !== undefined && { until: instant(until) }),
    ...(countries !== undefined && { countries: countries ?? [] }),
    ...(strength != null && { strength }),
  };
}
