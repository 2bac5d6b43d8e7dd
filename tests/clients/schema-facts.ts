import {
  introspectionFromSchema,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type IntrospectionQuery,
} from "graphql";

import { createSchema } from "../../src/schema.js";

const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));

/** What Apollo's cache is told of interfaces: the types that implement each. */
export const POSSIBLE_TYPES: Record<string, string[]> = Object.fromEntries(
  types
    .filter(isInterfaceType)
    .map((type) => [type.name, schema.getImplementations(type).objects.map(({ name }) => name)]),
);

/** The types of values that are kept in what they stand in: those without an id. */
export const EMBEDDED: string[] = types
  .filter(isObjectType)
  .filter((type) => !("id" in type.getFields()))
  .map(({ name }) => name);

/** The schema as clients' tools read it. */
export function introspected(): IntrospectionQuery {
  return introspectionFromSchema(schema);
}

const ID: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: "id" } };

/** A document that asks for the id of whatever has one, as a client of a normalised cache does. */
export function withIds(document: DocumentNode): DocumentNode {
  const info = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(info, {
      SelectionSet: (set) => {
        const type = info.getParentType();
        const hasId = (isObjectType(type) || isInterfaceType(type)) && "id" in type.getFields();
        return hasId ? { ...set, selections: [ID, ...set.selections] } : undefined;
      },
    }),
  );
}
