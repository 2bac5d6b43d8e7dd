import { buildSchema, getOperationAST, parse } from "graphql";
import { describe, expect, it } from "vitest";

import { CompiledDocuments } from "../../src/execution/compiled-documents.js";

const SCHEMA = buildSchema("type Query { a: Int b: Query } type Mutation { c: Int }");

function asked(documents: CompiledDocuments, text: string): () => boolean {
  const document = parse(text);
  return () => documents.of(document, getOperationAST(document)!) !== null;
}

describe("the compiled documents", () => {
  it("are those that are asked for again", () => {
    const ask = asked(new CompiledDocuments(SCHEMA, "repeated"), "{ a }");
    expect([ask(), ask(), ask()]).toEqual([false, true, true]);
  });

  it("are all queries, or none, where that is wanted", () => {
    expect(asked(new CompiledDocuments(SCHEMA, "all"), "{ a }")()).toBe(true);
    const none = asked(new CompiledDocuments(SCHEMA, "none"), "{ a }");
    expect([none(), none(), none()]).toEqual([false, false, false]);
  });

  it("are no mutations, and nothing whose selections depend on many variables", () => {
    const documents = new CompiledDocuments(SCHEMA, "all");
    expect(asked(documents, "mutation { c }")()).toBe(false);
    const names = Array.from({ length: 7 }, (_, n) => `v${n}`);
    const declared = names.map((name) => `$${name}: Boolean!`).join();
    const fields = names.map((name) => `${name}: a @skip(if: $${name})`).join(" ");
    expect(asked(documents, `query (${declared}) { ${fields} }`)()).toBe(false);
  });

  it("take no more than a bounded number of planned fields", async () => {
    const documents = new CompiledDocuments(SCHEMA, "all", 10);
    const kept = [];
    for (let n = 0; n < 8; n += 1) {
      const document = parse(`{ a${n}: a b { a } }`);
      const operation = getOperationAST(document)!;
      const query = documents.of(document, operation)!;
      await query.execute({ root: { b: { a: 1 } }, context: null, variables: {}, maxCoercionErrors: 1 });
      documents.grown(operation, query);
      kept.push(() => documents.of(document, operation) === query);
    }
    expect(kept.filter((isKept) => isKept()).length).toBeLessThanOrEqual(2);
  });

  it("leave introspection to graphql-js, which is told when it is met", async () => {
    const document = parse("{ a __schema { queryType { name } } }");
    const query = new CompiledDocuments(SCHEMA, "all").of(document, getOperationAST(document)!)!;
    expect(await query.execute({ context: null, variables: {}, maxCoercionErrors: 1 })).toBeNull();
  });
});
