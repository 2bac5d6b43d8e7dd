import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

import { type CollectionAudience } from "../datasources/core/vocabulary.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { CountryCode, DateTime } from "./scalars.js";
import { TitleEdge } from "./title-connection.type.js";

export const CollectionAudienceEnum = describedEnum<CollectionAudience>({
  EVERYBODY: "Whoever looks.",
  KIDS: "Profiles of children, and others that meet no more than these may.",
  GROWN_UPS: "All others, visitors too.",
});
registerEnumType(CollectionAudienceEnum.values, {
  name: "CollectionAudience",
  description: "Who is shown a collection.",
  valuesConfig: CollectionAudienceEnum.described,
});

/** `titles` is resolved in resolvers/collection.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "Titles that editors put on the home page as a row of their own. Whoever looks is shown those that they may meet; without any, there is no row.",
})
export class EditorialCollection extends Node {
  @Field({ description: "The row's heading." })
  name!: string;

  @Field(() => DateTime, { nullable: true, description: "From when on it is shown; null: at once." })
  from!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "Until when it is shown, exclusive; null: without end.",
  })
  until!: string | null;

  @Field(() => CollectionAudienceEnum.values, { description: "Who is shown it." })
  audience!: CollectionAudience;

  @ListSize(5)
  @Field(() => [CountryCode], {
    description: "Where it is shown, ISO 3166-1 alpha-2; none: everywhere.",
  })
  countries!: readonly string[];

  @Field(() => Int, {
    description:
      "Its place on the page, 1 to 100: 1 is the first. What a profile goes on with, and its watchlist on the fourth place, go before.",
  })
  position!: number;

  @Field(() => Int, { description: "Counts its changes, from 1. What the next edit may expect." })
  version!: number;

  @Field(() => DateTime, { description: "When it was changed last." })
  updatedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A page of the titles of a collection." })
export class CollectionTitleConnection extends Connection(() => TitleEdge, {
  edges: "The page's entries, in the order in which they are shown.",
}) {}

@ObjectType({ simpleResolvers: true, description: "A collection in a list." })
export class EditorialCollectionEdge extends Edge(
  () => EditorialCollection,
  "The collection.",
  CURSOR_AFTER,
) {}

@ObjectType({ simpleResolvers: true, description: "A page of collections." })
export class EditorialCollectionConnection extends Connection(() => EditorialCollectionEdge, {
  edges: "The page's entries, in the order of their places.",
}) {}

@ObjectType({ simpleResolvers: true, description: "What an edit of a collection led to." })
export class CollectionPayload extends Payload(
  "Why it was refused: COLLECTION_NOT_FOUND, STALE_VERSION, TITLE_NOT_FOUND, TOO_MANY_COLLECTIONS, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => EditorialCollection, {
    nullable: true,
    description: "The collection; null where the edit was refused.",
  })
  collection!: EditorialCollection | null;

  @Field(() => Int, {
    nullable: true,
    description: "Number of its version: the one made, or the current one where another was expected.",
  })
  version!: number | null;
}

@ObjectType({ simpleResolvers: true, description: "A collection that was taken away." })
export class RemoveCollectionPayload extends Payload("Why it was not: COLLECTION_NOT_FOUND, or INVALID.") {
  @Field(() => String, { nullable: true, description: "Its global id." })
  removedCollectionId!: string | null;
}
