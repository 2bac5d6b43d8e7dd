import { Field, ID, InputType, Int } from "type-graphql";

import { type CollectionAudience } from "../datasources/core/vocabulary.js";
import { CollectionAudienceEnum } from "./collection.type.js";
import { CountryCode, DateTime } from "./scalars.js";

@InputType({
  description:
    "A collection to make or to change. Of one that is there, fields that are absent stay as they are; a list that is given stands in the place of the one before.",
})
export class PutCollectionInput {
  @Field(() => ID, { nullable: true, description: "A collection that is there. Absent: one is made." })
  collection?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of the version that you have seen. Another one is refused as STALE_VERSION. Absent: whichever it is.",
  })
  expectedVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "The row's heading, 1 to 100 characters. Needed of one that is made.",
  })
  name?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      "Its titles in the order in which they are shown, 1 to 100, in any state. Needed of one that is made.",
  })
  titles?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: "From when on it is shown. Null: at once." })
  from?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "Until when it is shown, exclusive. Null: without end.",
  })
  until?: Date | null;

  @Field(() => CollectionAudienceEnum.values, {
    nullable: true,
    description: "Who is shown it. Of one that is made: EVERYBODY.",
  })
  audience?: CollectionAudience | null;

  @Field(() => [CountryCode], {
    nullable: true,
    description: "Where it is shown, ISO 3166-1 alpha-2. None, or null: everywhere.",
  })
  countries?: string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: "Its place on the page, 1 to 100: 1 is the first. Of one that is made: 3.",
  })
  position?: number | null;
}

@InputType({ description: "A collection to be taken away." })
export class RemoveCollectionInput {
  @Field(() => ID, { description: "Which." })
  collection!: string;
}
