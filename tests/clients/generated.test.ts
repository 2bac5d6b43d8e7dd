import { mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { validate } from "@graphql-inspector/core";
import { buildSchema, parse, Source } from "graphql";
import { GraphQLClient } from "graphql-request";
import ts from "typescript";
import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { printedSchema } from "../../src/schema.js";
import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";

const gateway = useGateway();
const DOCUMENTS = ["reads.graphql", "editorial.graphql"];

it("graphql-codegen makes types of the documents that clients send, and they compile", async () => {
  const documents = await Promise.all(
    DOCUMENTS.map(async (location) => ({ location, document: parse(await clientDocuments(location)) })),
  );
  const code = await codegen({
    filename: "types.ts",
    schema: parse(printedSchema()),
    documents,
    config: { enumsAsTypes: true },
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  expect(code).toMatch(/export type HomeQuery = /);
  const folder = await mkdtemp(path.join(packageRoot(), "node_modules", ".generated-"));
  try {
    const file = path.join(folder, "types.ts");
    await writeFile(file, code);
    const program = ts.createProgram([file], { strict: true, noEmit: true, skipLibCheck: true, types: [] });
    const problems = ts.getPreEmitDiagnostics(program);
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("graphql-inspector finds nothing wrong or deprecated in them", async () => {
  const sources = await Promise.all(
    DOCUMENTS.map(async (file) => new Source(await clientDocuments(file), file)),
  );
  expect(validate(buildSchema(printedSchema()), sources, { strictFragments: false })).toEqual([]);
});

describe("graphql-request", () => {
  it("asks, and is told of what is refused without losing what was done", async () => {
    const token = await gateway.signIn("viewer@meridian.example");
    const client = new GraphQLClient(`${gateway.url}/graphql`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { viewer } = await client.request<{ viewer: { id: string } }>("{ viewer { id } }");
    const mutation = `mutation ($id: ID!) {
      a: rateTitle(input: { title: $id, rating: 3 }) { title { myRating } errors { code } }
      b: rateTitle(input: { title: "???", rating: 3 }) { title { id } errors { code field } }
      c: rateTitle(input: { title: $id, rating: null }) { title { myRating } query { viewer { id } } }
    }`;
    expect(await client.request(mutation, { id: "Title:film-up-2009" })).toEqual({
      a: { title: { myRating: 3 }, errors: [] },
      b: { title: null, errors: [{ code: "INVALID", field: "title" }] },
      c: { title: { myRating: null }, query: { viewer } },
    });
  });
});
