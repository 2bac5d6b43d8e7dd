import { Field, ObjectType } from "type-graphql";

import { REFUSAL_CODES, type RefusalCode } from "../datasources/core/refusal-codes.js";

const CODES = Object.entries(REFUSAL_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);

@ObjectType({
  simpleResolvers: true,
  description: "An expected failure: which field, why, and what would be accepted.",
})
export class UserError {
  @Field(() => String, { nullable: true, description: "The input field at fault." })
  field!: string | null;

  @Field(() => String, { description: ["A code to branch on:\n", ...CODES].join("\n") })
  code!: RefusalCode;

  @Field({ description: "What is wrong and what would be accepted, in words." })
  message!: string;
}
