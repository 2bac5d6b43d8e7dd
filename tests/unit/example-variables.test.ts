import { Kind, parse, validate } from "graphql";
import { getVariableValues } from "graphql/execution/values.js";
import { expect, it } from "vitest";

import { exampleVariables } from "../../src/documents/example-variables.js";
import { createSchema } from "../../src/schema.js";

const schema = createSchema();

it.each([
  [
    "query ($first: Int!, $after: String) { titles(first: $first, after: $after) { totalCount } }",
    { first: 10 },
  ],
  ["query ($id: ID!) { title(id: $id) { name } }", { id: "a" }],
  ["query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: [] }],
  ["query ($first: Int! = 3) { titles(first: $first) { totalCount } }", {}],
  ["query ($order: TitleOrder!) { titles(first: 1, orderBy: $order) { totalCount } }", undefined],
  ["{ titles { totalCount } }", {}],
])("makes what a document cannot be asked without: %s", (text, expected) => {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const variables = exampleVariables(schema, document);
  if (expected) expect(variables).toEqual(expected);
  const [operation] = document.definitions;
  const definitions =
    operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
  expect(getVariableValues(schema, definitions, variables).errors).toBeUndefined();
});
