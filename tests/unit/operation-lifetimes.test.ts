import { isObjectType, Kind, parse, type OperationDefinitionNode } from "graphql";
import { expect, it } from "vitest";

import { permissionOf } from "../../resolvers/permissions.js";
import { cacheSecondsOf, OperationLifetimes } from "../../src/caching/operation-lifetimes.js";
import { createSchema } from "../../src/schema.js";

const schema = createSchema();
const lifetimes = new OperationLifetimes(schema, 200);

function secondsOf(text: string, name?: string): number {
  const document = parse(text);
  const operation = document.definitions.find(
    (each): each is OperationDefinitionNode =>
      each.kind === Kind.OPERATION_DEFINITION && (name === undefined || each.name?.value === name),
  );
  return lifetimes.of(document, operation!);
}

it.each([
  ["what its field declares", "{ titles(first: 1) { edges { node { id name } } } }", 60],
  ["the longest that is allowed", "{ genres { name } }", 200],
  ["the shortest of its fields", "{ genres { name } a: titles(first: 1) { edges { cursor } } }", 60],
  ["nothing where one is not to be kept", "{ genres { name } viewer { account { id } } }", 0],
  [
    "nothing where one is in a fragment",
    "{ genres { name } ...F } fragment F on Query { viewer { id: __typename } }",
    0,
  ],
  [
    "nothing where one may be left out",
    "query ($no: Boolean!) { genres { id } viewer @include(if: $no) { __typename } }",
    0,
  ],
  ["nothing of the schema itself", "{ genres { id } __schema { types { name } } }", 0],
  ["the same with the names of types", "{ __typename genres { __typename id } }", 200],
  ["nothing where only types are named", "{ __typename }", 0],
  ["nothing for a write", "mutation { signOut { errors { code } } }", 0],
])("an answer is kept for %s", (_, text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});

it("another operation of the document does not count", () => {
  const text = "query A { genres { id } } query B { viewer { __typename } }";
  expect([secondsOf(text, "A"), secondsOf(text, "B")]).toEqual([200, 0]);
});

it("only what anybody may ask for is kept", () => {
  const kept = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => [type.name, field] as const))
    .filter(([, field]) => (cacheSecondsOf(field) ?? 0) > 0);
  expect(kept.length).toBeGreaterThan(8);
  for (const [type, { name }] of kept)
    expect([null, "ANYONE"], `${type}.${name}`).toContain(permissionOf(type, name));
});
