import { readFileSync } from "node:fs";
import path from "node:path";

import { buildSchema, isInterfaceType, isObjectType } from "graphql";
import { expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { TITLE_RESOLVERS } from "../../resolvers/title.value.js";
import { fromTheRoot } from "../../src/payload-query.js";
import { createSchema } from "../../src/schema.js";
import { failureTable } from "../support/failure-table.js";

/** Mutations that the table speaks of together: all but those of sessions. */
const isWrite = (field: string) =>
  field.startsWith("Mutation.") && !/^Mutation\.(signIn|selectProfile|refreshSession)$/.test(field);

/** Fields that do more than read a property or call a plain function of the value: each of them asks a store. */
function answeredByStores(): string[] {
  const fields = Object.values(createSchema().getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith("__"))
    .flatMap((type) =>
      isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : [],
    )
    .filter(({ field }) => field.resolve !== fromTheRoot)
    .filter(({ type, field }) => field.resolve && field.resolve !== TITLE_RESOLVERS[type.name]?.[field.name])
    .map(({ type, field }) => `${type.name.replace(/^(Movie|Series)$/, "Title")}.${field.name}`);
  return [...new Set(fields)].filter((field) => !isWrite(field)).sort();
}

it("docs/failures.md has a row for every field that a store answers, and for no other", () => {
  expect([...new Set(failureTable().map(({ field }) => field))].sort()).toEqual(answeredByStores());
});

it("every root field of the printed schema is in the table", () => {
  const sdl = readFileSync(path.join(packageRoot(), "schema", "schema.graphql"), "utf8");
  const schema = buildSchema(sdl);
  const roots = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${type?.name}.${name}`),
  );
  const known = new Set(failureTable().map(({ field }) => field));
  expect(roots.filter((field) => !known.has(field) && !isWrite(field))).toEqual([]);
  for (const field of known) {
    const [type = "", name = ""] = field.split(".");
    const declared = schema.getType(type);
    expect(
      isObjectType(declared) || isInterfaceType(declared) ? declared.getFields()[name] : undefined,
      field,
    ).toBeDefined();
  }
});

it("no field promises more without its store than one of the known behaviours", () => {
  for (const row of failureTable()) {
    expect(["MONGODB", "OPENSEARCH", "NEO4J", "POSTGRES"], row.name).toContain(row.store);
    expect(["standby", "null"], row.name).toContain(row.withoutStore);
    expect(["in full", "part", "left out", "null"], row.name).toContain(row.withoutPostgres);
  }
});
