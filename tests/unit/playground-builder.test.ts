import { readFileSync } from "node:fs";
import path from "node:path";

import {
  type ArgumentNode,
  buildSchema,
  type FieldNode,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
} from "graphql";
import { expect, test } from "vitest";

import { fieldText } from "../../playground/src/builder/defaults.js";
import {
  addArgument,
  addSelection,
  removeArgument,
  removeSelection,
  setArgument,
} from "../../playground/src/builder/edit.js";
import { packageRoot } from "../../packages/process/package-root.js";

const setOf = (text: string) => (parse(text).definitions[0] as OperationDefinitionNode).selectionSet;
const field = (text: string, at = 0) => setOf(text).selections[at] as FieldNode;
const argument = (text: string, at = 0) => field(text).arguments![at] as ArgumentNode;

test("a selection is added behind the last, in the layout of its set", () => {
  const text = "{\n  # first\n  a # why\n}\n";
  expect(addSelection(text, setOf(text), "b {\n  id\n}")).toBe(
    "{\n  # first\n  a\n  b {\n    id\n  } # why\n}\n",
  );
  expect(addSelection("{ a }", setOf("{ a }"), "b {\n  id\n}")).toBe("{ a b { id } }");
});

test("a selection is taken out with its line, and the last one leaves a document that can be parsed", () => {
  const text = "{\n  a\n  b(x: 1) {\n    c\n  }\n  # of d\n  d\n}\n";
  expect(removeSelection(text, setOf(text), field(text, 1))).toBe("{\n  a\n  # of d\n  d\n}\n");
  expect(removeSelection("{ a b }", setOf("{ a b }"), field("{ a b }", 1))).toBe("{ a }");
  expect(removeSelection("{ a }", setOf("{ a }"), field("{ a }"))).toBe("{ __typename }");
});

test("arguments are added, changed and taken out, with their brackets where none is left", () => {
  expect(addArgument("{ a { b } }", field("{ a { b } }"), "x", "1")).toBe("{ a(x: 1) { b } }");
  const two = "{ a(x: [1, 2], y: $y) { b } }";
  expect(addArgument(two, field(two), "z", "Z")).toBe("{ a(x: [1, 2], y: $y, z: Z) { b } }");
  expect(setArgument(two, argument(two), "[3]")).toBe("{ a(x: [3], y: $y) { b } }");
  expect(removeArgument(two, field(two), argument(two))).toBe("{ a(y: $y) { b } }");
  expect(removeArgument(two, field(two), argument(two, 1))).toBe("{ a(x: [1, 2]) { b } }");
  const one = removeArgument(two, field(two), argument(two));
  expect(removeArgument(one, field(one), argument(one))).toBe("{ a { b } }");
});

test("whatever field is ticked, the document that comes of it is valid", () => {
  const schema = buildSchema(readFileSync(path.join(packageRoot(), "schema", "schema.graphql"), "utf8"));
  const roots = { query: schema.getQueryType(), mutation: schema.getMutationType() };
  for (const [kind, root] of Object.entries(roots) as [string, GraphQLObjectType][]) {
    for (const each of Object.values(root.getFields())) {
      const text = `${kind} {\n${fieldText(each)}\n}`;
      const faults = validate(schema, parse(text)).filter(({ message }) => !isPlaceholder(message));
      expect(faults, text).toEqual([]);
    }
  }
});

/** An empty text stands where only the visitor knows what to say: some scalars refuse it. */
function isPlaceholder(message: string): boolean {
  return message.includes('""');
}
