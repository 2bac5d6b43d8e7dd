import { buildSchema, extendSchema, type GraphQLObjectType, type GraphQLSchema, parse } from "graphql";
import { describe, expect, it } from "vitest";

import { enforcePermissions } from "../../resolvers/permissions-gate.js";
import { denial, PERMISSIONS, type Permission } from "../../resolvers/permissions.js";
import { CALLERS } from "../../src/docs/permissions-page.js";
import { createSchema, printedSchema } from "../../src/schema.js";

/** A schema of the same fields that nothing guards yet. */
function unguarded(): GraphQLSchema {
  return buildSchema(printedSchema());
}

function without(schema: GraphQLSchema, root: GraphQLObjectType, name: string): GraphQLSchema {
  delete root.getFields()[name];
  return schema;
}

describe("the table of permissions", () => {
  it("has a line for every root field and mutation, and for nothing else", () => {
    const schema = createSchema();
    const roots = [schema.getQueryType()!, schema.getMutationType()!];
    for (const root of roots)
      expect(Object.keys(PERMISSIONS[root.name]!).sort()).toEqual(Object.keys(root.getFields()).sort());
    expect(Object.keys(PERMISSIONS)).toEqual(roots.map(({ name }) => name));
  });

  it("stops a schema with a root field that has no line, naming it", () => {
    const schema = extendSchema(unguarded(), parse("extend type Query { secret: String }"));
    expect(() => enforcePermissions(schema)).toThrow(/^Query\.secret has no line/);
  });

  it("stops a schema without a field that has a line, naming it", () => {
    const schema = unguarded();
    expect(() => enforcePermissions(without(schema, schema.getMutationType()!, "subscribe"))).toThrow(
      /names Mutation\.subscribe, which there is not/,
    );
  });

  it("leaves fields for everybody as they are", () => {
    const schema = unguarded();
    const resolverOf = (name: string) => schema.getQueryType()!.getFields()[name]!.resolve;
    enforcePermissions(schema);
    expect(resolverOf("titles")).toBeUndefined();
    expect(resolverOf("editorial")).toBeTypeOf("function");
  });
});

describe("a permission", () => {
  const codes = (permission: Permission) =>
    Object.values(CALLERS).map((caller) => {
      const denied = denial(permission, caller, "field");
      return denied && ("extensions" in denied ? denied.extensions.code : denied.code);
    });

  it.each<[Permission, ...(string | null)[]]>([
    ["ANYONE", null, null, null, null, null, null],
    ["SIGNED_IN", "UNAUTHENTICATED", null, null, null, null, null],
    ["OWNER", "UNAUTHENTICATED", "ACCOUNT_REQUIRED", "KIDS_PROFILE", null, null, null],
    ["EDITOR", "UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", null, "FORBIDDEN"],
    ["OPERATOR", "UNAUTHENTICATED", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN", null],
  ])("of %s refuses visitor, imported, kids, viewer, editor, operator: %s %s %s %s %s %s", (...row) => {
    const [permission, ...expected] = row;
    expect(codes(permission)).toEqual(expected);
  });
});
