import { type FastifyRequest } from "fastify";
import { buildSchema } from "graphql";
import { describe, expect, it } from "vitest";

import { readConfig } from "../../src/config.js";
import { Documents } from "../../src/documents/documents.js";
import { ReadyQueries } from "../../src/execution/ready-queries.js";

const schema = buildSchema("type Query { a(b: Int): Int }");
const documents = new Documents(schema, readConfig({}).limits);
const QUERY = "query A($b: Int) { a(b: $b) } query B { a }";
const ONE = "{ a }";
for (const text of [QUERY, ONE, "{ c }", "{ __schema { queryType { name } } }", "{"]) documents.read(text);

function isReady(body: unknown, more: Partial<FastifyRequest> = {}, isCompiled = true): boolean {
  const ready = new ReadyQueries({ schema, documents, isCompiled: () => isCompiled, plugin: {} });
  const headers = { "content-type": "application/json" };
  return ready.read({ method: "POST", headers, body, ...more } as FastifyRequest) !== null;
}

describe("queries that are ready", () => {
  it("are those that are known and compiled, sent as a JSON object", () => {
    expect(isReady({ query: ONE })).toBe(true);
    expect(isReady({ query: ONE, operationName: null, variables: null, extensions: null })).toBe(true);
    expect(isReady({ query: QUERY, operationName: "A", variables: { b: 1 } })).toBe(true);
    expect(isReady({ query: ONE }, { headers: { "content-type": "application/json; charset=utf-8" } })).toBe(
      true,
    );
    expect(isReady({ query: ONE }, {}, false)).toBe(false);
  });

  it.each([
    ["a GET", { query: ONE }, { method: "GET" }],
    ["another type", { query: ONE }, { headers: { "content-type": "text/plain" } }],
    ["no type", { query: ONE }, { headers: {} }],
    ["a list", [{ query: ONE }], {}],
    ["nothing", null, {}],
    ["no text", { query: 1 }, {}],
    ["extensions", { query: ONE, extensions: {} }, {}],
    ["variables that are none", { query: ONE, variables: [] }, {}],
    ["a name that is none", { query: ONE, operationName: 1 }, {}],
    ["no name, where there are two", { query: QUERY }, {}],
    ["another name", { query: QUERY, operationName: "C" }, {}],
    ["a document that does not fit", { query: "{ c }" }, {}],
    ["no document", { query: "{" }, {}],
    ["introspection", { query: "{ __schema { queryType { name } } }" }, {}],
    ["a document that nobody has read", { query: "{ d: a }" }, {}],
  ])("are not %s", (_, body, more) => {
    expect(isReady(body, more as Partial<FastifyRequest>)).toBe(false);
  });
});
