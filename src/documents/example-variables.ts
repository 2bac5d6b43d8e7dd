import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from "graphql";

/** What stands for a number that a document needs: often how many of something are asked for. */
const NUMBER = 10;

/** Variables that the first operation of a document can be asked with: only those that it cannot be without. */
export function exampleVariables(schema: GraphQLSchema, document: DocumentNode): Record<string, unknown> {
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const definitions =
    operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
  return Object.fromEntries(
    definitions.flatMap(({ variable, type: node, defaultValue }) => {
      const type = typeFromAST(schema, node as never) as GraphQLInputType | undefined;
      return type && isNonNullType(type) && !defaultValue ? [[variable.name.value, exampleOf(type)]] : [];
    }),
  );
}

function exampleOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return exampleOf(type.ofType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter(
      ({ type: of, defaultValue }) => isNonNullType(of) && defaultValue === undefined,
    );
    return Object.fromEntries(needed.map((field) => [field.name, exampleOf(field.type)]));
  }
  if (type === GraphQLInt || type === GraphQLFloat) return NUMBER;
  return type === GraphQLBoolean ? true : "a";
}
