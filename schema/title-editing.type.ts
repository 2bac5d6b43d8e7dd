import { Field, Int, ObjectType } from "type-graphql";

import { type TitleFieldName } from "../datasources/core/title-fields.js";
import { LOCKED_FIELDS, TitleFieldEnum } from "./title-field.type.js";
import { Title } from "./title.type.js";
import { WrittenPayload } from "./payload.js";

@ObjectType({ simpleResolvers: true, description: "What an edit of a title led to." })
export class TitlePayload extends WrittenPayload(
  "Why it was refused: STALE_VERSION, TITLE_NOT_FOUND, TITLE_MERGED, WRONG_STATE, SAME_TITLE, NOT_IN_FORCE, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => Title, {
    nullable: true,
    description: "The title as it is in force now; null where nothing of it is yet, or the edit was refused.",
  })
  title!: Title | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Number of the title's latest version: the one recorded, or the current one where another was expected. What the next edit expects.",
  })
  version!: number | null;

  @Field(() => [TitleFieldEnum], { nullable: true, description: LOCKED_FIELDS })
  lockedFields!: readonly TitleFieldName[] | null;
}
