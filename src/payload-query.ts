import {
  getNamedType,
  GraphQLNonNull,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

/**
 * Gives each payload of a mutation the field `query`, so that a client can read in the same request whatever the
 * mutation has changed. TypeGraphQL has no class for the root type, hence not in the classes.
 */
export function addQueryToPayloads(schema: GraphQLSchema): void {
  const query = schema.getQueryType();
  for (const { type } of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const payload = getNamedType(type);
    if (query && isObjectType(payload)) addQuery(payload, query);
  }
}

/** The resolver of `query`: what is asked for below it asks the stores. */
export function fromTheRoot(): object {
  return {};
}

function addQuery(payload: GraphQLObjectType, query: GraphQLObjectType): void {
  payload.getFields().query = {
    name: "query",
    description: "Everything that can be asked for, as it is after this mutation.",
    type: new GraphQLNonNull(query),
    args: [],
    resolve: fromTheRoot,
    deprecationReason: undefined,
    extensions: {},
    astNode: undefined,
  };
}
