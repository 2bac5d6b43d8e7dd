import { Field, Float, ObjectType } from "type-graphql";

import { type CreditRole } from "../datasources/core/title.document.js";
import { PageInfo } from "./connection.js";
import { CreditRoleEnum, Title } from "./title.type.js";

const CURSOR = "Marks this edge's place in the list: pass it as `after` or `before`.";
const EDGES = "The page's entries in list order.";
const PAGE_INFO = "Where the page stands in the list.";

@ObjectType({ simpleResolvers: true, description: "A title in a list." })
export class TitleEdge {
  @Field({ description: CURSOR })
  cursor!: string;

  @Field(() => Title, { description: "The title." })
  node!: Title;
}

@ObjectType({ simpleResolvers: true, description: "A page of titles." })
export class TitleConnection {
  @Field(() => [TitleEdge], { description: EDGES })
  edges!: TitleEdge[];

  @Field(() => PageInfo, { description: PAGE_INFO })
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers: true, description: "A title like another one." })
export class SimilarTitleEdge extends TitleEdge {
  @Field(() => Float, { description: "How near it is; comparable within this list only." })
  score!: number;
}

@ObjectType({ simpleResolvers: true, description: "A page of titles like another one, nearest first." })
export class SimilarTitleConnection {
  @Field(() => [SimilarTitleEdge], { description: EDGES })
  edges!: SimilarTitleEdge[];

  @Field(() => PageInfo, { description: PAGE_INFO })
  pageInfo!: PageInfo;
}

@ObjectType({ simpleResolvers: true, description: "A title that a person has a part in." })
export class PersonTitleEdge extends TitleEdge {
  @Field(() => CreditRoleEnum, { description: "The part." })
  role!: CreditRole;
}

@ObjectType({ simpleResolvers: true, description: "A page of a person's titles, newest first." })
export class PersonTitleConnection {
  @Field(() => [PersonTitleEdge], { description: EDGES })
  edges!: PersonTitleEdge[];

  @Field(() => PageInfo, { description: PAGE_INFO })
  pageInfo!: PageInfo;
}
