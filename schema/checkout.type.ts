import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

import { REFUSAL_CODES } from "../datasources/core/refusal-codes.js";
import { CHECKOUT_FAILURES, type CheckoutFailure } from "../datasources/core/vocabulary.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { Membership } from "./viewer.type.js";

export const PublicCheckoutState = {
  PENDING: "PENDING",
  COMPLETED: "COMPLETED",
  REVERSING: "REVERSING",
  FAILED: "FAILED",
} as const;
export type PublicCheckoutState = keyof typeof PublicCheckoutState;
registerEnumType(PublicCheckoutState, {
  name: "CheckoutState",
  description: "Where a checkout is.",
  valuesConfig: {
    PENDING: { description: "Being paid for. Ask `node` for it again, or send the same key again." },
    COMPLETED: { description: "Paid, and the membership is active." },
    REVERSING: { description: "Given up: what was reserved or taken is being given back." },
    FAILED: { description: "Given up, and nothing was kept; `failure` says why." },
  },
});

const CheckoutFailureEnum = describedEnum(
  Object.fromEntries(CHECKOUT_FAILURES.map((code) => [code, REFUSAL_CODES[code]])) as Record<
    CheckoutFailure,
    string
  >,
);
registerEnumType(CheckoutFailureEnum.values, {
  name: "CheckoutFailure",
  description: "Why a checkout failed.",
  valuesConfig: CheckoutFailureEnum.described,
});

@ObjectType({ implements: Node, simpleResolvers: true, description: "Something being paid for." })
export class Checkout extends Node {
  @Field(() => PublicCheckoutState, { description: "Where it is." })
  state!: PublicCheckoutState;

  @Field(() => CheckoutFailureEnum.values, {
    nullable: true,
    description: "Why it failed; null where it did not.",
  })
  failure!: CheckoutFailure | null;

  @Field(() => Int, { description: "What it costs. Hundredths of the currency." })
  amountCents!: number;

  @Field(() => Int, {
    description: "What a change of plan gives back of the earlier payment. Hundredths of the currency.",
  })
  creditCents!: number;

  @Field({ description: "The currency. ISO 4217." })
  currency!: string;
}

@ObjectType({ simpleResolvers: true, description: "A checkout as far as it got within two seconds." })
export class CheckoutPayload extends Payload("Why it failed or was not begun; empty otherwise.") {
  @Field(() => Membership, {
    nullable: true,
    description: "The membership: not active before it is paid for; null where the checkout failed.",
  })
  membership!: Membership | null;

  @Field(() => Checkout, { nullable: true, description: "The checkout; null where none was begun." })
  checkout!: Checkout | null;
}

@ObjectType({ simpleResolvers: true, description: "A membership that ends with its period." })
export class CancelSubscriptionPayload extends Payload("Why it was not cancelled; empty when it was.") {
  @Field(() => Membership, {
    nullable: true,
    description: "The membership, active until `endsAt`; null where `errors` says why.",
  })
  membership!: Membership | null;
}
