import { Field, ObjectType } from "type-graphql";

@ObjectType({
  simpleResolvers: true,
  description: "An expected failure: which field, why, and what would be accepted.",
})
export class UserError {
  @Field(() => String, { nullable: true, description: "The input field at fault." })
  field!: string | null;

  @Field({ description: "A code to branch on." })
  code!: string;

  @Field({ description: "What is wrong and what would be accepted, in words." })
  message!: string;
}
