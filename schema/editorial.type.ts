import { Field, Int, ObjectType } from "type-graphql";

import { type TitleFieldName } from "../datasources/core/title-fields.js";
import { type TitleState } from "../datasources/core/title.document.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { Node } from "./node.js";
import { DateTime } from "./scalars.js";
import { TitleEdge } from "./title-connection.type.js";
import { LOCKED_FIELDS, TitleFieldEnum } from "./title-field.type.js";
import { TitleStateEnum } from "./title.type.js";

@ObjectType({ simpleResolvers: true, description: "A title as editors list it." })
export class EditorialTitleEdge extends TitleEdge {
  @Field(() => TitleStateEnum, { description: "Its state in the version shown." })
  state!: TitleState;

  @Field(() => Int, { description: "Number of the version shown: in force now, or else the next to come." })
  version!: number;

  @Field(() => DateTime, { description: "From when on that version is in force." })
  effectiveFrom!: string;

  @Field(() => [TitleFieldEnum], { description: LOCKED_FIELDS })
  lockedFields!: readonly TitleFieldName[];
}

@ObjectType({ simpleResolvers: true, description: "A page of titles as editors list them." })
export class EditorialTitleConnection extends Connection(() => EditorialTitleEdge) {}

@ObjectType({ simpleResolvers: true, description: "One version of a title." })
export class TitleVersion {
  @Field(() => Int, { description: "Its number, in order of recording." })
  version!: number;

  @Field(() => DateTime, { description: "From when on it is in force, until a later one is." })
  effectiveFrom!: string;

  @Field(() => DateTime, { description: "When it was recorded." })
  recordedAt!: string;

  @Field({ description: "The title's name in it." })
  name!: string;

  @Field(() => TitleStateEnum, { description: "The title's state in it." })
  state!: TitleState;
}

@ObjectType({ simpleResolvers: true, description: "A version in the list of a title's versions." })
export class TitleVersionEdge extends Edge(() => TitleVersion, "The version.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of the versions of a title." })
export class TitleVersionConnection extends Connection(() => TitleVersionEdge, {
  edges: "The page's entries, the latest first.",
}) {}

/** Fields are resolved in resolvers/editorial.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "What editors see of the tenant's titles, from the facts.",
})
export class Editorial extends Node {}
