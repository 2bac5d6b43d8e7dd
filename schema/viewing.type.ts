import { Field, ObjectType } from "type-graphql";

import { CONSISTENCY_TOKEN } from "./consistency-token.js";
import { Title } from "./title.type.js";
import { UserError } from "./user-error.type.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "The title with what the signed-in profile has done with it now, or the reason why nothing changed.",
})
export class ViewingPayload {
  @Field(() => Title, { nullable: true, description: "The title. Null when `errors` says why." })
  title!: Title | null;

  @Field(() => String, { nullable: true, description: CONSISTENCY_TOKEN })
  consistencyToken!: string | null;

  @Field(() => [UserError], { description: "Why nothing changed; empty when it is done." })
  errors!: UserError[];
}
