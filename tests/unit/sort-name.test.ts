import { expect, it } from "vitest";

import { sortName } from "../../packages/names/index.js";

it.each([
  ["The Godfather", "godfather"],
  ["A Bug's Life", "bug's life"],
  ["An  Education", "education"],
  ["Amélie", "amelie"],
  ["…And Justice for All", "and justice for all"],
  ["The", "the"],
  ["Theory of Everything", "theory of everything"],
  ["ＷＡＬＬ·Ｅ", "wall·e"],
  ["???", "???"],
])("sorts %s as %s", (name, expected) => {
  expect(sortName(name)).toBe(expected);
});
