import { Field, ID, InputType, Int } from "type-graphql";

import { CountryCode, DateTime } from "./scalars.js";

@InputType({
  description:
    "A campaign to make or to change. Of one that is there, fields that are absent stay as they are.",
})
export class PutCampaignInput {
  @Field(() => ID, { nullable: true, description: "A campaign that is there. Absent: one is made." })
  campaign?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: "The title, in any state. Needed of one that is made.",
  })
  title?: string | null;

  @Field(() => DateTime, { nullable: true, description: "From when on it runs. Null: at once." })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Until when it runs, exclusive. Null: without end." })
  until?: Date | null;

  @Field(() => [CountryCode], {
    nullable: true,
    description: "Where it runs, ISO 3166-1 alpha-2. None, or null: everywhere.",
  })
  countries?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Of several campaigns the strongest has the highest place, 1 to 100. Of one that is made: 50.",
  })
  strength?: number | null;
}

@InputType({ description: "A campaign to be taken away." })
export class RemoveCampaignInput {
  @Field(() => ID, { description: "Which." })
  campaign!: string;
}
