import { Field, Float, ID, InputType, Int } from "type-graphql";

@InputType({ description: "Words that search is to take for the same, or for a genre. They count at once." })
export class AddSearchSynonymInput {
  @Field({ description: "What they are written in: a BCP 47 tag such as `en`." })
  language!: string;

  @Field(() => [String], {
    description:
      "Words and phrases of 1 to 60 characters and 1 to 4 words, up to 20 of them: two at least, or one of a genre. Case, accents and punctuation make no difference.",
  })
  words!: string[];

  @Field(() => String, {
    nullable: true,
    description: "The name of the genre that they ask for. Absent: they stand for each other.",
  })
  genre?: string | null;
}

@InputType({ description: "Words to be taken away." })
export class RemoveSearchSynonymInput {
  @Field(() => ID, { description: "Which." })
  synonym!: string;
}

@InputType({
  description:
    "Where a title is to stand when a text is searched for, or how much it is to count: a place or a factor. What was said of it for the text before is replaced.",
})
export class SetSearchRuleInput {
  @Field({
    description: "The text, 1 to 200 characters. Case, accents, punctuation and articles make no difference.",
  })
  query!: string;

  @Field(() => ID, { description: "The title, in any state." })
  title!: string;

  @Field(() => Int, { nullable: true, description: "Its place before all others, 1 to 10." })
  place?: number | null;

  @Field(() => Float, { nullable: true, description: "What its score is multiplied by, 0.25 to 2." })
  factor?: number | null;
}

@InputType({ description: "A rule to be taken back." })
export class RemoveSearchRuleInput {
  @Field(() => ID, { description: "Which." })
  rule!: string;
}
