import { expect, it } from "vitest";

import { operationNameIn } from "../../playground/src/answer/operation-name.js";

it.each([
  ["the one that is named", "query A { x } query B { x }", "B", "B"],
  ["the first where the name is another text's", "query Operations { x }", "HomePage", "Operations"],
  ["the first where none is named", "query A { x } query B { x }", undefined, "A"],
  ["no name where the operation has none", "{ x }", "HomePage", undefined],
  ["the first operation, not a fragment before it", "fragment F on X { x } query A { ...F }", "F", "A"],
  ["the name as it is where nothing can be read", "query {", "HomePage", "HomePage"],
  ["the name as it is where there is no text", "", null, null],
])("runs %s", (_, text, named, expected) => {
  expect(operationNameIn(text, named)).toBe(expected);
});
