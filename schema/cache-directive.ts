import { DirectiveLocation, GraphQLDirective, GraphQLInt } from "graphql";

/** For how long caches may keep what a field answers to visitors. */
export const CACHE_DIRECTIVE = new GraphQLDirective({
  name: "cacheControl",
  description:
    "For how long caches may keep what the field answers to visitors who ask by GET; of an operation the shortest-lived field decides. Where nothing is said: as long as the field around it, and not at all for a field of the query itself.",
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { maxAge: { type: GraphQLInt, description: "Seconds." } },
});
