import "reflect-metadata";

import { type GraphQLSchema, lexicographicSortSchema, printSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";

import { HomeResolver } from "../resolvers/home.resolver.js";
import { NodeResolver } from "../resolvers/node.resolver.js";
import { GenreResolver, PersonResolver } from "../resolvers/person.resolver.js";
import { ProfileResolver } from "../resolvers/profile.resolver.js";
import { SearchResolver } from "../resolvers/search.resolver.js";
import { SessionResolver } from "../resolvers/session.resolver.js";
import { TitleConnectionResolver, TitleResolver } from "../resolvers/title.resolver.js";
import { Top10Resolver } from "../resolvers/top10.resolver.js";
import { Episode, Movie, Season, Series } from "../schema/title.type.js";

/**
 * The executable schema, from the classes in `schema/` and `resolvers/`. No global middleware and no validation
 * wrapper: a field that is a plain property is read as one.
 */
export function createSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [
      NodeResolver,
      TitleResolver,
      TitleConnectionResolver,
      PersonResolver,
      GenreResolver,
      SearchResolver,
      HomeResolver,
      Top10Resolver,
      ProfileResolver,
      SessionResolver,
    ],
    orphanedTypes: [Movie, Series, Season, Episode],
    validate: false,
  });
}

/** The schema in SDL, sorted: what `schema/schema.graphql` holds. */
export function printedSchema(): string {
  return `# Printed from the classes in schema/ and resolvers/ by "npm run schema". Do not edit.\n\n${printSchema(lexicographicSortSchema(createSchema()))}\n`;
}
