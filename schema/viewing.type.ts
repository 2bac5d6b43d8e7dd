import { Field, ObjectType } from "type-graphql";

import { Title } from "./title.type.js";
import { WrittenPayload } from "./payload.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "The title with what the signed-in profile has done with it now, or the reason why nothing changed.",
})
export class ViewingPayload extends WrittenPayload("Why nothing changed; empty when it is done.") {
  @Field(() => Title, { nullable: true, description: "The title. Null when `errors` says why." })
  title!: Title | null;
}
