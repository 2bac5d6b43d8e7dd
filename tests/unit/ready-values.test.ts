import {
  buildSchema,
  execute,
  getOperationAST,
  parse,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
} from "graphql";
import { describe, expect, it } from "vitest";

import { compileQuery } from "../../packages/json-executor/index.js";

const SCHEMA = buildSchema(`
  input In { n: Int list: [Int!] = [1] }
  type Query { echo(n: Int = 7, f: Float, b: Boolean, s: String, in: In): String }
`);
const { echo } = (SCHEMA.getType("Query") as GraphQLObjectType).getFields();
const seen: object[] = [];
echo!.resolve = ((_, args) => {
  seen.push(args as object);
  // With what JSON does not tell apart.
  return JSON.stringify(args, (_name, value: unknown) => (Object.is(value, -0) ? "-0" : value));
}) satisfies GraphQLFieldResolver<unknown, unknown>;

const DOCUMENT =
  parse(`query ($n: Int = 5, $f: Float, $b: Boolean, $s: String, $in: In, $more: Boolean = false) {
  echo(n: $n, f: $f, b: $b, s: $s, in: $in)
  literal: echo(in: { list: [2, 3] }) @include(if: $more)
}`);

const compiled = compileQuery(SCHEMA, DOCUMENT, getOperationAST(DOCUMENT)!)!;

async function ask(variables: Record<string, unknown>) {
  const result = await compiled.execute({ context: null, variables, maxCoercionErrors: 1 });
  return result && told(result);
}

async function interpreted(variableValues: Record<string, unknown>) {
  const result = await execute({ schema: SCHEMA, document: DOCUMENT, variableValues });
  // Variables that do not fit are left to graphql-js.
  return result.data === undefined ? null : told(result);
}

function told({ data, errors }: { data?: unknown; errors?: readonly GraphQLError[] | undefined }): string {
  return JSON.stringify({ data, errors: errors?.map(({ message }) => message) });
}

const VALUES: Record<string, unknown>[] = [
  {},
  { n: null },
  { n: 0 },
  { n: -0 },
  { n: 1 },
  { n: 1, f: 1.5 },
  { f: 1, n: 1 },
  { f: -0 },
  { f: 0 },
  { b: true },
  { b: false },
  { b: null },
  { s: "true" },
  { s: "1" },
  { s: "" },
  { more: true },
  { more: null },
  { in: { n: 1 } },
  { in: {} },
  { in: null },
  // Two that would be one to who puts names and values in a row.
  { n: 2, b: true },
  { "n:2,b": true },
  { "n:2;b": true },
  { n: "2" },
  { n: 1.5 },
  { b: 1 },
  { s: 1 },
  { __proto__: null, n: 3 },
];

describe("what follows from variables", () => {
  it("is that of each request, whatever was asked before", async () => {
    for (let round = 0; round < 3; round += 1)
      for (const values of VALUES) {
        const expected = await interpreted(values);
        for (let again = 0; again < 2; again += 1) expect(await ask(values)).toBe(expected);
      }
  });

  it("is found once for numbers, flags and nulls, and cannot be changed then", async () => {
    const argsOf = async (values: Record<string, unknown>) => {
      seen.length = 0;
      await ask(values);
      return seen.at(-1)!;
    };
    const first = await argsOf({ n: 11, b: true });
    expect(await argsOf({ n: 11, b: true })).toBe(first);
    expect(await argsOf({ n: 12, b: true })).not.toBe(first);
    expect(await argsOf({ s: "words" })).not.toBe(await argsOf({ s: "words" }));
    expect(() => Object.assign(first, { n: 1 })).toThrow(TypeError);
    const literal = (await argsOf({ more: true })) as { in: { list: number[] } };
    expect(() => literal.in.list.push(4)).toThrow(TypeError);
  });
});
