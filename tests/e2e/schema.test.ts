/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  getNamedType,
  isListType,
  isNonNullType,
} from "graphql";
import { describe, expect, it } from "vitest";

import { createSchema } from "../../src/schema.js";

const schema: GraphQLSchema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !(isScalarType(type) && isSpecifiedScalarType(type)),
);
/** What the client documents send without an argument. */
const WITHOUT_INPUT = new Set(["exportMyData", "signOut", "signOutEverywhere", "requestEmailVerification"]);

/** Everything in a type that a reader of the playground can point at, with its description. */
function* described(
  type: GraphQLNamedType,
): Iterable<[name: string, description: string | null | undefined]> {
  yield [type.name, type.description];
  if (isEnumType(type))
    for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields()))
      yield [`${type.name}.${field.name}`, field.description];
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  for (const field of Object.values(type.getFields())) {
    yield [`${type.name}.${field.name}`, field.description];
    for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name}:)`, arg.description];
  }
}

describe("descriptions", () => {
  it.each(types.map((type) => [type.name, type] as const))("stand on all of %s", (_, type) => {
    const missing = [...described(type)]
      .filter(([, description]) => !description?.trim())
      .map(([name]) => name);
    expect(missing).toEqual([]);
  });

  it("are sentences that end", () => {
    const own = types.filter((type) => !isScalarType(type)).flatMap((type) => [...described(type)]);
    expect(
      own.filter(([, description]) => !/[.:]$|`$/.test(description ?? "")).map(([name]) => name),
    ).toEqual([]);
  });
});

describe("names", () => {
  const objects = types.filter(isObjectType);

  it("of fields and arguments are camelCase, of types PascalCase, of enum values UPPER_CASE", () => {
    const wrong: string[] = [];
    for (const type of types) {
      if (!/^[A-Z][A-Za-z0-9]*$/.test(type.name)) wrong.push(type.name);
      if (isEnumType(type))
        wrong.push(
          ...type
            .getValues()
            .map(({ name }) => name)
            .filter((name) => !/^[A-Z][A-Z0-9_]*$/.test(name)),
        );
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const args = "args" in field ? field.args.map((arg: { name: string }) => arg.name) : [];
        wrong.push(
          ...[field.name, ...args]
            .filter((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))
            .map((name) => `${type.name}.${name}`),
        );
      }
    }
    expect(wrong).toEqual([]);
  });

  it("of connections end in Connection, of their edges in Edge, and both are shaped after the Relay specification", () => {
    const connections = objects.filter(
      (type) => "edges" in type.getFields() || type.name.endsWith("Connection"),
    );
    expect(connections.length).toBeGreaterThan(8);
    for (const connection of connections) {
      expect(connection.name).toMatch(/Connection$/);
      const { edges, pageInfo } = connection.getFields();
      expect(String(pageInfo!.type), connection.name).toBe("PageInfo!");
      const edge = getNamedType(edges!.type);
      expect(edge.name).toMatch(/Edge$/);
      expect(isObjectType(edge)).toBe(true);
      const { node, cursor } = (edge as (typeof objects)[number]).getFields();
      expect(String(cursor!.type), edge.name).toBe("String!");
      expect(isListType(node!.type), edge.name).toBe(false);
    }
    const edges = objects.filter((type) => "cursor" in type.getFields());
    expect(edges.filter((type) => !type.name.endsWith("Edge"))).toEqual([]);
  });

  it("of what pages are asked for with are first, after, last and before", () => {
    for (const type of objects) {
      for (const field of Object.values(type.getFields())) {
        if (!getNamedType(field.type).name.endsWith("Connection")) continue;
        const args = field.args.map(({ name }) => name);
        expect(args, `${type.name}.${field.name}`).toEqual(expect.arrayContaining(["first", "after"]));
        expect(args.includes("last"), `${type.name}.${field.name}`).toBe(args.includes("before"));
      }
    }
  });

  it("of mutations' payloads end in Payload, have errors, and come from one input, or from none where nothing is to be said", () => {
    const mutations = Object.values(schema.getMutationType()!.getFields());
    expect(mutations.length).toBeGreaterThan(0);
    for (const { name, args, type } of mutations) {
      const payload = getNamedType(type);
      expect(payload.name).toMatch(/Payload$/);
      expect(String((payload as (typeof objects)[number]).getFields().errors!.type)).toBe("[UserError!]!");
      if (WITHOUT_INPUT.has(name)) continue;
      expect(
        args.map((arg) => arg.name),
        name,
      ).toEqual(["input"]);
      expect(isNonNullType(args[0]!.type) && args[0]!.type.ofType.toString(), name).toMatch(/Input$/);
    }
  });
});

it("has a global id on every type with an id, and node answers each of them", () => {
  const withId = types.filter(isObjectType).filter((type) => "id" in type.getFields());
  expect(withId.length).toBeGreaterThan(9);
  for (const type of withId) {
    expect(
      type.getInterfaces().map(({ name }) => name),
      type.name,
    ).toContain("Node");
    expect(String(type.getFields().id!.type), type.name).toBe("ID!");
  }
});
