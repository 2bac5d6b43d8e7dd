import {
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  type FieldDefinitionNode,
  type GraphQLSchema,
} from "graphql";

import { costOf, costOfEach, SIZED } from "./field-cost.js";

/**
 * Writes what fields cost into a printed schema, as directives behind their types.
 *
 * @param printed the SDL of `schema`.
 * @param more directives of a field besides.
 */
export function withCosts(
  schema: GraphQLSchema,
  printed: string,
  more: (type: string, field: string) => string,
): string {
  let text = "";
  let done = 0;
  for (const definition of parse(printed).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    const each = schema.getType(definition.name.value);
    const cost = isObjectType(each) ? costOfEach(each) : 1;
    if (cost !== 1) {
      const end = (definition.interfaces?.at(-1) ?? definition.name).loc?.end ?? done;
      text += `${printed.slice(done, end)} @cost(weight: "${cost}")`;
      done = end;
    }
    for (const field of definition.fields ?? []) {
      const end = field.type.loc?.end ?? done;
      const type = definition.name.value;
      text += printed.slice(done, end) + directivesOf(schema, type, field) + more(type, field.name.value);
      done = end;
    }
  }
  return text + printed.slice(done);
}

function directivesOf(schema: GraphQLSchema, typeName: string, { name }: FieldDefinitionNode): string {
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined;
  if (!type || !field) return "";
  const { weight, assumedSize, slicing, connection } = costOf(schema, type, field);
  const cost = weight === 0 ? "" : ` @cost(weight: "${weight}")`;
  if (assumedSize === 1 && slicing.length === 0) return cost;
  const sized = slicing.length === 0 ? "" : `, slicingArguments: ${namesOf(slicing)}`;
  const fields = connection ? `, sizedFields: ${namesOf([SIZED])}` : "";
  const optional = slicing.length === 0 ? "" : ", requireOneSlicingArgument: false";
  return `${cost} @listSize(assumedSize: ${assumedSize}${sized}${fields}${optional})`;
}

const namesOf = (names: readonly string[]) => `[${names.map((name) => JSON.stringify(name)).join(", ")}]`;
