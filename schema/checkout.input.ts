import { Field, ID, InputType } from "type-graphql";

const KEY =
  "Chosen by the client, 1 to 255 characters: sent again with the same input it answers the same checkout as it is by then.";
const METHOD =
  "The payment provider's token of a card or account. In the sandbox of a demo `pm_demo_visa` pays and `pm_demo_declined` is declined, like everything else.";

@InputType({ description: "A membership to begin." })
export class SubscribeInput {
  @Field(() => ID, { description: "The plan: `plans` lists them." })
  plan!: string;

  @Field({ description: METHOD })
  paymentMethod!: string;

  @Field({ description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: "Another plan to go on with." })
export class ChangePlanInput {
  @Field(() => ID, { description: "The plan to change to." })
  plan!: string;

  @Field(() => String, {
    nullable: true,
    description: `${METHOD} Left out: what the account paid with last.`,
  })
  paymentMethod?: string | null;

  @Field({ description: KEY })
  idempotencyKey!: string;
}

@InputType({ description: "The end of a membership." })
export class CancelSubscriptionInput {
  @Field(() => String, { nullable: true, description: "Chosen by the client, 1 to 255 characters." })
  idempotencyKey?: string | null;
}
