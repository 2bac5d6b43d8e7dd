import { Field, Int, ObjectType } from "type-graphql";

import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { CountryCode, DateTime } from "./scalars.js";

/** `title` is resolved in resolvers/campaign.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "A title that editors have recommended beside what suits. It is shown to whoever may meet it, and to no child.",
})
export class Campaign extends Node {
  @Field(() => DateTime, { nullable: true, description: "From when on it runs; null: at once." })
  from!: string | null;

  @Field(() => DateTime, { nullable: true, description: "Until when it runs, exclusive; null: without end." })
  until!: string | null;

  @ListSize(5)
  @Field(() => [CountryCode], { description: "Where it runs, ISO 3166-1 alpha-2; none: everywhere." })
  countries!: readonly string[];

  @Field(() => Int, { description: "Of several campaigns the strongest has the highest place, 1 to 100." })
  strength!: number;

  @Field(() => DateTime, { description: "When it was changed last." })
  updatedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A campaign in a list." })
export class CampaignEdge extends Edge(() => Campaign, "The campaign.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of campaigns." })
export class CampaignConnection extends Connection(() => CampaignEdge, {
  edges: "The page's entries, by their ids.",
}) {}

@ObjectType({ simpleResolvers: true, description: "What an edit of a campaign led to." })
export class CampaignPayload extends Payload(
  "Why it was refused: CAMPAIGN_NOT_FOUND, TITLE_NOT_FOUND, TOO_MANY_CAMPAIGNS, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => Campaign, { nullable: true, description: "The campaign; null where the edit was refused." })
  campaign!: Campaign | null;
}

@ObjectType({ simpleResolvers: true, description: "A campaign that was taken away." })
export class RemoveCampaignPayload extends Payload("Why it was not: CAMPAIGN_NOT_FOUND, or INVALID.") {
  @Field(() => String, { nullable: true, description: "Its global id." })
  removedCampaignId!: string | null;
}
