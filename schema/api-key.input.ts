import { Field, ID, InputType, Int } from "type-graphql";

@InputType({ description: "An API key to be made." })
export class CreateApiKeyInput {
  @Field({ description: "What operators call it: 1 to 100 characters." })
  name!: string;

  @Field(() => [String], {
    description:
      "The fields of Query and Mutation that it is for, as `Query.titles`: of those that keys may have, what you may ask for yourself.",
  })
  scope!: string[];

  @Field(() => Int, { nullable: true, description: "Days until it ends, 1 to 366. Default 90." })
  days?: number | null;
}

@InputType({ description: "An API key to be revoked." })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: "Which." })
  apiKey!: string;
}
