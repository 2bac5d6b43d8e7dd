import {
  buildSchema,
  extendSchema,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  parse,
} from "graphql";
import { describe, expect, it, vi } from "vitest";

import { type Role } from "../../datasources/core/vocabulary.js";
import { enforcePermissions } from "../../resolvers/permissions-gate.js";
import {
  ACCESS,
  CALLERS,
  cellOf,
  denial,
  HIDDEN,
  isOwnAlone,
  PERMISSIONS,
  type Caller,
  type CallerKind,
  type Permission,
} from "../../resolvers/permissions.js";
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

  it("has nobody looked up for fields that are for everybody", () => {
    const schema = unguarded();
    const { titles, editorial } = schema.getQueryType()!.getFields();
    for (const field of [titles!, editorial!]) field.resolve = () => "asked";
    enforcePermissions(schema);
    const viewer = vi.fn(() => Promise.resolve(null));
    const ctx = { key: null, viewer, rolesOf: () => [] };
    const info = { path: {} } as GraphQLResolveInfo;
    expect(titles!.resolve!(null, {}, ctx, info)).toBe("asked");
    expect(viewer).not.toHaveBeenCalled();
    const asked = editorial!.resolve!(null, {}, ctx, info) as Promise<unknown>;
    return expect(asked).rejects.toMatchObject({ extensions: { code: "UNAUTHENTICATED" } });
  });
});

/** Somebody of each kind that the table has a column for; an API key whose scope names the field asked for. */
const SOMEBODY: Readonly<Record<CallerKind, Caller>> = {
  anonymous: { viewer: null, roles: [], scope: null },
  "imported profile": { viewer: { account: null, profile: { kind: "ADULT" } }, roles: [], scope: null },
  "kids profile": { viewer: { account: {}, profile: { kind: "KIDS" } }, roles: ["VIEWER"], scope: null },
  viewer: adultWith(),
  editor: adultWith("EDITOR"),
  operator: adultWith("OPERATOR"),
  "platform operator": adultWith("PLATFORM"),
  "API key": { viewer: null, roles: [], scope: new Set(["Query.field"]) },
};

function adultWith(...roles: Role[]): Caller {
  return { viewer: { account: {}, profile: { kind: "ADULT" } }, roles: ["VIEWER", ...roles], scope: null };
}

const codeOf = (permission: Permission, caller: Caller, field = "Query.field") => {
  const denied = denial(permission, caller, field);
  return denied && ("extensions" in denied ? denied.extensions.code : denied.code);
};

describe.each(Object.keys(ACCESS) as Permission[])("the permission %s", (permission) => {
  it.each(CALLERS)("says to %s what its cell says", (kind) => {
    const cell = cellOf(permission, kind);
    const may = ["yes", "own", "scope"].includes(cell);
    expect(codeOf(permission, SOMEBODY[kind])).toBe(may ? null : cell);
    expect(isOwnAlone(permission, SOMEBODY[kind])).toBe(cell === "own");
  });

  it("lets a role do what a viewer may without one", () => {
    if (cellOf(permission, "viewer") !== "yes") return;
    for (const kind of ["editor", "operator", "platform operator"] as const)
      expect(cellOf(permission, kind)).toBe("yes");
  });

  it("is no API key's whose scope names other fields", () => {
    expect(codeOf(permission, SOMEBODY["API key"], "Query.other")).toBe("FORBIDDEN");
  });
});

describe("an account with several roles", () => {
  it("has what any of them has, and nobody's else", () => {
    const both = adultWith("EDITOR", "PLATFORM");
    expect((["EDITOR", "PLATFORM"] as const).map((word) => codeOf(word, both))).toEqual([null, null]);
    expect(codeOf("OPERATOR", both)).toBe("FORBIDDEN");
  });

  it("that is a token's without an account owns nothing by them", () => {
    const imported: Caller = { ...SOMEBODY["imported profile"], roles: ["EDITOR"] };
    expect(codeOf("EDITOR", imported)).toBe(null);
    expect(codeOf("OWNER", imported)).toBe("ACCOUNT_REQUIRED");
  });
});

it("the role that runs all tenants is no tenant's operator, and no tenant's operator has it", () => {
  expect(cellOf("OPERATOR", "platform operator")).toBe("FORBIDDEN");
  expect(cellOf("PLATFORM", "operator")).toBe("FORBIDDEN");
});

it("the SDL has every line of the table as a directive", () => {
  const sdl = printedSchema();
  for (const [type, lines] of Object.entries({ ...PERMISSIONS, ...HIDDEN })) {
    const [, body = ""] = new RegExp(`\ntype ${type}\\b[^{]*\\{(.*?)\\n\\}`, "s").exec(sdl) ?? [];
    for (const [name, word] of Object.entries(lines))
      expect(body).toMatch(new RegExp(`\n  ${name}\\b[^\n]*(\n[^}]*?)?@access\\(to: "${word}"\\)`));
  }
});
