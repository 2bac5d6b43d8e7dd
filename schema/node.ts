import { Field, ID, InterfaceType } from "type-graphql";

@InterfaceType({
  description:
    "Anything with a global id. Ask `node(id:)` to fetch it again. Ids are opaque and belong to one tenant.",
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, { description: "Global id: unique across all types of the tenant." })
  id!: string;
}
