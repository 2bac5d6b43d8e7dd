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

/** A class that GraphQL makes an object type of. */
type ObjectClass<T> = abstract new () => T;

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
