import { readFileSync } from "node:fs";
import path from "node:path";

import { buildSchema, introspectionFromSchema, lexicographicSortSchema, type GraphQLSchema } from "graphql";
import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { createSchema } from "../../src/schema.js";

const sdl = readFileSync(path.join(packageRoot(), "schema", "schema.graphql"), "utf8");
const running = createSchema();
const read = buildSchema(sdl);

const rootsOf = (schema: GraphQLSchema) =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].map((type) => type?.name);
const introspected = (schema: GraphQLSchema) => introspectionFromSchema(lexicographicSortSchema(schema));

describe("whoever reads schema/schema.graphql", () => {
  it("finds the roots named, and takes no other type for one", () => {
    expect(sdl).toMatch(/^schema \{\n {2}query: Query\n {2}mutation: Mutation\n\}/m);
    expect(rootsOf(read)).toEqual(["Query", "Mutation", undefined]);
    expect(rootsOf(running)).toEqual(rootsOf(read));
  });

  it("knows every type, field, argument and directive of the running schema, with its description", () => {
    const types = Object.keys(read.getTypeMap());
    expect(types.length).toBeGreaterThan(100);
    expect(types.sort()).toEqual(Object.keys(running.getTypeMap()).sort());
    expect(introspected(read)).toEqual(introspected(running));
  });
});
