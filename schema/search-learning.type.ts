import { Field, InputType, Int, ObjectType, registerEnumType } from "type-graphql";

import { type SearchLearningMode } from "../datasources/core/vocabulary.js";
import { describedEnum } from "./described-enum.js";
import { Estimate } from "./experiment.type.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";

export const SearchLearningModeEnum = describedEnum<SearchLearningMode>({
  OFF: "Nothing is learned, and nothing counts.",
  TRIAL:
    "Those whose searches are noted are shown the learned order mixed with the plain one, all others the plain one.",
  ON: "Everybody is shown the learned order.",
});
registerEnumType(SearchLearningModeEnum.values, {
  name: "SearchLearningMode",
  description: "Whether what searches learn from what was opened counts.",
  valuesConfig: SearchLearningModeEnum.described,
});

@ObjectType({
  simpleResolvers: true,
  description: "What came of lists that the learned and the plain order had a part in.",
})
export class SearchTrial {
  @Field(() => Int, {
    description: "Lists that something was opened from which one of the two had put there.",
  })
  decided!: number;

  @Field(() => Estimate, {
    nullable: true,
    description:
      "Of the accounts that opened more of what one of the two had put there, the part that opened more of the learned order's: above .5, where it is the better one. Null where none did.",
  })
  learnedShare!: Estimate | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "What searches learn from what was opened, of accounts that agree to measurement: titles that five of them have opened for a text, and that attract, count more for it.",
})
export class SearchLearning {
  @Field(() => SearchLearningModeEnum.values, { description: "Whether that counts." })
  mode!: SearchLearningMode;

  @Field(() => DateTime, { nullable: true, description: "When it was learned last; null: never." })
  learnedAt!: string | null;

  @Field(() => Int, { description: "Texts that titles count more for." })
  texts!: number;

  @Field(() => Int, { description: "Such titles, of all texts." })
  titles!: number;

  @Field(() => SearchTrial, {
    nullable: true,
    description: "How both orders compare; null below five accounts.",
  })
  trial!: SearchTrial | null;
}

@InputType({ description: "Whether what searches learn is to count." })
export class SetSearchLearningInput {
  @Field(() => SearchLearningModeEnum.values, { description: "Whether, and for whom." })
  mode!: SearchLearningMode;
}

@ObjectType({ simpleResolvers: true, description: "What searches learn, as it was set." })
export class SetSearchLearningPayload extends Payload("Why it was not: for no reason of its own.") {
  @Field(() => SearchLearning, { nullable: true, description: "What it is now." })
  searchLearning!: SearchLearning | null;
}
