import { ArgsType, Field, Int, ObjectType } from "type-graphql";

@ObjectType({
  simpleResolvers: true,
  description: "Where a page stands in its list, after the Relay cursor connections specification.",
})
export class PageInfo {
  @Field({ description: "Whether the list goes on after this page." })
  hasNextPage!: boolean;

  @Field({ description: "Whether the list has entries before this page." })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Cursor of the page's first edge; null on an empty page.",
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Cursor of the page's last edge: pass it as `after` to read on. Null on an empty page.",
  })
  endCursor!: string | null;
}

/** Forward paging. */
@ArgsType()
export class ForwardPageArgs {
  @Field(() => Int, { nullable: true, description: "How many from the start, 0 to 100. Default 20." })
  first?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after the edge with this cursor." })
  after?: string | null;
}

/** Paging in both directions. */
@ArgsType()
export class PageArgs extends ForwardPageArgs {
  @Field(() => Int, {
    nullable: true,
    description: "How many from the end, 0 to 100, in list order. Not together with `first`.",
  })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before the edge with this cursor." })
  before?: string | null;
}

/** `T`, written so that decorator metadata does not name a class that a circular import has not defined yet. */
export type Relation<T> = T;
