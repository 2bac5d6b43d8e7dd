import { Field, ID, Int, ObjectType } from "type-graphql";

import { Cost, PART } from "./cost.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { CountryCode, DateTime } from "./scalars.js";

@Cost(PART)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A device that somebody is signed in on, whichever profiles it went on as since it was.",
})
export class Session extends Node {
  @Field(() => String, {
    nullable: true,
    description: "What it calls itself, such as Firefox on Linux; null where it does not.",
  })
  device!: string | null;

  @Field(() => CountryCode, {
    nullable: true,
    description: "The country that it was last used from; null where nobody knows.",
  })
  place!: string | null;

  @Field(() => DateTime, { description: "When it last signed in, selected a profile or was prolonged." })
  lastSeenAt!: string;

  @Field({ description: "Whether it is the one that asks." })
  current!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A device that is signed out." })
export class SignOutPayload extends Payload("Empty: nothing can be wrong with it.") {
  @Field({
    description: "Whether there were sessions to end. Their tokens are good for nothing any more.",
  })
  signedOut!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "All sessions of an account, which have ended." })
export class SignOutEverywherePayload extends Payload("Why none was ended; empty when they were.") {
  @Field(() => Int, {
    nullable: true,
    description:
      "How many there were, one for each profile that a device went on as; null where `errors` says why not.",
  })
  endedSessions!: number | null;
}

@ObjectType({ simpleResolvers: true, description: "A session that has ended." })
export class EndSessionPayload extends Payload("Why it was not ended; empty when it was.") {
  @Field(() => ID, { nullable: true, description: "The id it had; null where `errors` says why it goes on." })
  endedSessionId!: string | null;
}
