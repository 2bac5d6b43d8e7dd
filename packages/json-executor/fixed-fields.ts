import { Kind, type FieldNode, type GraphQLField, type ValueNode } from "graphql";

/**
 * An extension of fields: true where what the resolver answers follows from its object, its arguments and the run's scope
 * alone, unless that is a promise.
 */
export const FIXED = "fixed";

/** Whether what a field's resolver answers is the same for the same object in every run of a scope. */
export function isFixed(definition: GraphQLField<unknown, unknown>, node: FieldNode): boolean {
  if (definition.extensions[FIXED] !== true) return false;
  return (node.arguments ?? []).every(({ value }) => isConstant(value));
}

function isConstant(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.every(isConstant);
  if (value.kind === Kind.OBJECT) return value.fields.every((field) => isConstant(field.value));
  return value.kind !== Kind.VARIABLE;
}
