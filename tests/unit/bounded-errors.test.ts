import {
  buildSchema,
  defaultFieldResolver,
  execute,
  parse,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
} from "graphql";
import { describe, expect, it } from "vitest";

import { compileQuery } from "../../packages/json-executor/index.js";
import { type Context } from "../../resolvers/request/context.js";
import { LeftOutErrors } from "../../resolvers/request/left-out-errors.js";
import { RequestWork } from "../../resolvers/request/request-work.js";
import { bounded, boundErrors, CollectedErrors } from "../../src/limits/bounded-errors.js";
import { MAX_ERRORS } from "../../src/limits/limits.js";

const SDL = `
  type Query { rows(first: Int!): [Row!]! }
  type Row { number: Int! fails: Int rejects: Int later: Int mustNot: Int! inner: Row sure: Row }
`;
const plain = buildSchema(SDL);
const schema = buildSchema(SDL);
for (const each of [plain, schema]) {
  const { rows } = each.getQueryType()!.getFields();
  rows!.resolve = (_source, { first }: { first: number }) =>
    Array.from({ length: first }, (_, number) => row(number));
}
boundErrors(schema);

/** A row, each field of which may be a function as resolvers are. */
function row(number: number): object {
  const fail = () => {
    throw new Error(`fails at ${number}`);
  };
  return {
    number,
    fails: fail,
    rejects: () => Promise.resolve().then(fail),
    later: () => new Promise((resolve) => setImmediate(resolve)).then(fail),
    mustNot: () => Promise.resolve().then(fail),
    inner: () => row(number),
    sure: () => ({ number }),
  };
}

interface Bounded {
  result: ExecutionResult;
  leftOut: LeftOutErrors;
}

async function boundedly(query: string): Promise<Bounded> {
  const work = new RequestWork({ text: query, cost: 1 }, 1_000_000, "127.0.0.1");
  work.collected = new CollectedErrors();
  const result = await execute({
    schema,
    document: parse(query),
    contextValue: { work },
    fieldResolver: bounded(defaultFieldResolver as GraphQLFieldResolver<unknown, Context>),
  });
  return { result, leftOut: work.leftOut };
}

async function compiled(query: string): Promise<{ errors: readonly GraphQLError[]; leftOut: LeftOutErrors }> {
  const document = parse(query);
  const [operation] = document.definitions;
  const leftOut = new LeftOutErrors();
  const result = await compileQuery(plain, document, operation as never)!.execute({
    context: null,
    variables: {},
    maxCoercionErrors: MAX_ERRORS,
    errorLimit: { most: MAX_ERRORS, leaveOut: (error, locate) => leftOut.add(error, locate) },
  });
  return { errors: result?.errors ?? [], leftOut };
}

const unbounded = (query: string) => execute({ schema: plain, document: parse(query) });

describe("errors of an execution", () => {
  it.each([
    "{ rows(first: 5) { number fails } }",
    "{ rows(first: 5) { number rejects } }",
    // Errors within what has become null are none of the answer's, however many.
    "{ rows(first: 1) { inner { mustNot a: later b: later c: later d: later e: later f: later } later } }",
    "{ rows(first: 2) { inner { mustNot later } fails } }",
    "{ rows(first: 9) { mustNot later } }",
  ])("are the same bytes where there are five at most: %s", async (query) => {
    const { result, leftOut } = await boundedly(query);
    const expected = await unbounded(query);
    expect(expected.errors?.length).toBeLessThanOrEqual(MAX_ERRORS);
    expect(JSON.stringify(result)).toBe(JSON.stringify(expected));
    expect(leftOut.count).toBe(0);
  });

  it.each([
    "{ rows(first: 40) { number fails } }",
    "{ rows(first: 40) { number rejects } }",
    "{ rows(first: 40) { number fails rejects inner { rejects } } }",
  ])("are collected up to the fifth and counted past that: %s", async (query) => {
    const { result, leftOut } = await boundedly(query);
    const expected = await unbounded(query);
    expect(result.errors).toHaveLength(MAX_ERRORS);
    expect(leftOut.count).toBe(expected.errors!.length - MAX_ERRORS);
    expect(JSON.stringify(result.data)).toBe(JSON.stringify(expected.data));
    const found = await compiled(query);
    expect(found.errors).toHaveLength(MAX_ERRORS);
    expect(found.leftOut.count).toBe(leftOut.count);
  });

  it("of fields that cannot be null are one error past the hundredth", async () => {
    const query = "{ rows(first: 300) { inner { mustNot } } }";
    const { result } = await boundedly(query);
    expect(result.errors).toHaveLength(300);
    expect(new Set(result.errors)).toHaveProperty("size", 101);
    expect(JSON.stringify(result.data)).toBe(JSON.stringify((await unbounded(query)).data));
    const { errors, leftOut } = await compiled(query);
    expect([errors.length, leftOut.count]).toEqual([MAX_ERRORS, 295]);
  });

  it("are kept for the log by one of each kind", async () => {
    const { leftOut } = await boundedly("{ rows(first: 40) { fails rejects } }");
    expect(leftOut.kinds).toMatchObject([
      { count: 75, first: { message: "fails at 5", path: ["rows", 5, "fails"] } },
    ]);
  });
});
