import { Field, ObjectType, registerEnumType } from "type-graphql";

import { REFUSAL_CODES, type RefusalCode } from "../datasources/core/refusal-codes.js";
import { describedEnum } from "./described-enum.js";

const UserErrorCode = describedEnum(REFUSAL_CODES);
registerEnumType(UserErrorCode.values, {
  name: "UserErrorCode",
  description: "Why something was refused: a code to branch on.",
  valuesConfig: UserErrorCode.described,
});

@ObjectType({
  simpleResolvers: true,
  description: "An expected failure: which field, why, and what would be accepted.",
})
export class UserError {
  @Field(() => String, {
    nullable: true,
    description:
      "Path of the input field at fault, `licences[0].countries[1]`; null for the input as a whole.",
  })
  field!: string | null;

  @Field(() => UserErrorCode.values, { description: "A code to branch on." })
  code!: RefusalCode;

  @Field({ description: "What is wrong and what would be accepted, in words." })
  message!: string;
}
