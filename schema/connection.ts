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
    description:
      "Where the page begins: pass it as `before` to read on backwards. Cursor of the first edge; null on a page without anything.",
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Where the page ends: pass it as `after` to read on. Cursor of the last edge, or of what was left out where you may not meet it; never null where `hasNextPage`.",
  })
  endCursor!: string | null;
}

/** A class that GraphQL makes an object type of. */
type ObjectClass<T> = abstract new () => T;

/** What the cursor of an edge says of itself in a list that is read forward only. */
export const CURSOR_AFTER = "Marks this edge's place in the list: pass it as `after`.";
const CURSOR = "Marks this edge's place in the list: pass it as `after` or `before`.";

/**
 * The class of a list's edges: `class TitleEdge extends Edge(() => Title, "The title.") {}`. What an entry says of itself
 * beside its node stands in the class that extends it.
 *
 * @param description of the node.
 */
export function Edge<N extends object>(node: () => ObjectClass<N>, description: string, cursor = CURSOR) {
  @ObjectType({ simpleResolvers: true })
  abstract class EdgeOf {
    @Field({ description: cursor })
    cursor!: string;

    @Field(() => node(), { description })
    node!: N;
  }
  return EdgeOf;
}

/** What the fields of a connection say of themselves. */
interface ConnectionWords {
  edges?: string;
  pageInfo?: string;
}

/**
 * The class of a list's pages: `class TitleConnection extends Connection(() => TitleEdge) {}`. What a page says of its
 * list beside its edges stands in the class that extends it.
 */
export function Connection<E extends object>(
  edge: () => ObjectClass<E>,
  {
    edges: entries = "The page's entries in list order.",
    pageInfo = "Where the page stands in the list.",
  }: ConnectionWords = {},
) {
  @ObjectType({ simpleResolvers: true })
  abstract class ConnectionOf {
    @Field(() => [edge()], { description: entries })
    edges!: E[];

    @Field(() => PageInfo, { description: pageInfo })
    pageInfo!: PageInfo;
  }
  return ConnectionOf;
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
