import { Field, Float, ObjectType } from "type-graphql";

import { type CreditRole } from "../datasources/core/title.document.js";
import { Connection, Edge } from "./connection.js";
import { CreditRoleEnum, Title } from "./title.type.js";

@ObjectType({ simpleResolvers: true, description: "A title in a list." })
export class TitleEdge extends Edge(() => Title, "The title.") {}

@ObjectType({ simpleResolvers: true, description: "A page of titles." })
export class TitleConnection extends Connection(() => TitleEdge) {}

@ObjectType({ simpleResolvers: true, description: "A title like another one." })
export class SimilarTitleEdge extends TitleEdge {
  @Field(() => Float, { description: "How near it is; comparable within this list only." })
  score!: number;
}

@ObjectType({ simpleResolvers: true, description: "A page of titles like another one, nearest first." })
export class SimilarTitleConnection extends Connection(() => SimilarTitleEdge) {}

@ObjectType({ simpleResolvers: true, description: "A title that a person has a part in." })
export class PersonTitleEdge extends TitleEdge {
  @Field(() => CreditRoleEnum, { description: "The part." })
  role!: CreditRole;
}

@ObjectType({ simpleResolvers: true, description: "A page of a person's titles, newest first." })
export class PersonTitleConnection extends Connection(() => PersonTitleEdge) {}
