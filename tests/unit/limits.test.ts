import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { buildSchema, getIntrospectionQuery, GraphQLError, Kind, parse } from "graphql";
import { describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { CostPlan } from "../../src/limits/cost-plan.js";
import { checkListSizes } from "../../src/limits/field-cost.js";
import { LIMITS, type LimitName, type Limits } from "../../src/limits/limits.js";
import { Documents } from "../../src/documents/documents.js";
import { RequestLimits, type AskedRequest } from "../../src/limits/request-limits.js";
import { createSchema } from "../../src/schema.js";

const names = Object.keys(LIMITS) as LimitName[];
const standard = Object.fromEntries(names.map((name) => [name, LIMITS[name].standard])) as unknown as Limits;
const schema = createSchema();
const limits = new RequestLimits(schema, standard, new Documents(schema, standard));

/** Why a request is refused; null where it is not. */
function refusal(asked: AskedRequest) {
  try {
    limits.check(asked);
    return null;
  } catch (error) {
    if (error instanceof GraphQLError) return error.extensions;
    throw error;
  }
}

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");
const estimate = (text: string, variables: Record<string, unknown> = {}) =>
  new CostPlan(schema, parse(text)).estimate(undefined, variables);
const price = (text: string, variables?: Record<string, unknown>) => estimate(text, variables)?.cost;

/** Fragments of which each asks twice for the next, under aliases. */
const doubling = (depth: number) =>
  `{ titles(first: 1) { edges { node { ...F0 } } } } ${times(
    depth,
    (n) => `fragment F${n} on Title {
      a: similar(first: 1) { edges { node { ...F${n + 1} } } }
      b: similar(first: 1) { edges { node { ...F${n + 1} } } }
    }`,
  )} fragment F${depth} on Title { id }`;

describe("documents beyond a limit", () => {
  const nested = (depth: number) => `{ ${"viewer { profile {".repeat(depth)} id ${"} }".repeat(depth)} }`;
  const cases: [string, string, Record<string, unknown>][] = [
    [
      "too many tokens",
      `{ ${times(1_000, () => "id")} }`,
      { code: "TOO_MANY_TOKENS", limit: 1_000, found: 1_001 },
    ],
    ["too deep", nested(9), { code: "TOO_DEEP", limit: 16, found: 17 }],
    [
      "too deep by fragments",
      `{ ...A } ${times(20, (n) => `fragment ${"ABCDEFGHIJKLMNOPQRSTU"[n]} on Query { x { ...${"ABCDEFGHIJKLMNOPQRSTU"[n + 1]} } }`)} fragment U on Query { x }`,
      { code: "TOO_DEEP", limit: 16, found: 21 },
    ],
    [
      "many aliases",
      `{ ${times(41, (n) => `a${n}: __typename`)} }`,
      { code: "TOO_MANY_ALIASES", found: 41, field: "a40" },
    ],
    [
      "many root fields",
      `{ ${times(21, () => "__typename")} }`,
      { code: "TOO_MANY_ROOT_FIELDS", limit: 20, found: 21 },
    ],
    [
      "many root fields by a fragment",
      `{ ...F ...F ...F } fragment F on Query { ${times(7, () => "__typename")} }`,
      { code: "TOO_MANY_ROOT_FIELDS", found: 21 },
    ],
    ["many directives", `{ ${times(20, () => "id @a @b @c")} }`, { code: "TOO_MANY_DIRECTIVES", limit: 40 }],
    [
      "many directives of one",
      "{ x { id @a @b @c @d @e } }",
      { code: "TOO_MANY_DIRECTIVES", limit: 4, found: 5, field: "x.id" },
    ],
    ["many fragments", `{ ${times(61, () => "... { id }")} }`, { code: "TOO_MANY_FRAGMENTS", limit: 60 }],
    [
      "many operations",
      times(41, (n) => `query Q${n} { id }`),
      { code: "TOO_MANY_OPERATIONS", found: 41, field: "Q40" },
    ],
    [
      "many variables",
      `query Q(${times(41, (n) => `$v${n}: Int`)}) { id }`,
      { code: "TOO_MANY_VARIABLES", limit: 40, found: 41, field: "Q" },
    ],
    ["fragments that double", doubling(12), { code: "TOO_DEEP" }],
    [
      "pages within pages",
      "{ titles(first: 100) { edges { node { similar(first: 100) { edges { node { similar(first: 100) { edges { node { id } } } } } } } } } }",
      {
        code: "TOO_EXPENSIVE",
        limit: 5_000,
        field: "titles.edges.node.similar.edges.node.similar.edges.node",
      },
    ],
    [
      "passwords to try",
      `mutation { ${times(6, (n) => `s${n}: signIn(input: { email: "a@b.example", password: "x" }) { accessToken }`)} }`,
      { code: "TOO_EXPENSIVE", field: "s0" },
    ],
  ];

  it.each(cases)("%s are refused with what was found", (_name, query, expected) => {
    expect(refusal({ query })).toMatchObject({ ...expected, http: { status: 400 } });
  });

  it("are refused however they double, in time that grows with their text", () => {
    const wide = (n: number) =>
      `{ titles(first: 1) { ...F0 } } ${times(n, (i) => `fragment F${i} on TitleConnection { ...F${i + 1} ...F${i + 1} }`)} fragment F${n} on TitleConnection { totalCount }`;
    expect(refusal({ query: wide(50) })).toMatchObject({ code: "TOO_MANY_SELECTIONS", limit: 2_000 });
    expect(estimate(wide(50))?.cost).toBeGreaterThan(2 ** 50);
  });

  it("that fit no schema, or nothing, are left for the executor to explain", () => {
    for (const query of [
      "{",
      "{ nothing { there } }",
      "query A { id } query A { id }",
      "{ ...A } fragment A on Query { ...A }",
      "",
      undefined,
      7,
    ])
      expect(refusal({ query })).toBeNull();
  });
});

it("estimates how large an answer can be before there is one", () => {
  const names = times(30, (n) => `n${n}: credits { person { name } }`);
  const query = `{ titles(first: 100) { edges { node { ${names} } } } }`;
  const few = new RequestLimits(
    schema,
    { ...standard, answerBytes: 100_000 },
    new Documents(schema, standard),
  );
  expect(() => few.check({ query })).toThrow(/bytes/);
  expect(estimate(query)?.bytes).toBeGreaterThan(100 * 30 * 3 * 40);
  expect(limits.check({ query }).cost).toBeLessThan(5_000);
});

it("counts what the variables hold, and names the one that holds most", () => {
  const query = "query ($a: [ID!]!, $b: Int) { nodes(ids: $a) { id } }";
  const variables = { b: 1, a: Array.from({ length: 2_001 }, () => "x") };
  expect(refusal({ query, variables })).toMatchObject({ code: "TOO_MANY_VALUES", limit: 2_000, field: "$a" });
  expect(refusal({ query, variables: { a: Array.from({ length: 100 }, () => "x") } })).toBeNull();
});

describe("what an operation is taken to cost", () => {
  it("multiplies sizes through the lists within each other", () => {
    // A query, a connection, five edges with a title, two genres each: parts count a tenth.
    expect(price("{ titles(first: 5) { edges { node { genres { name } } } } }")).toBeCloseTo(
      2 + 0.1 + 5 * (0.1 + 1 + 0.2),
    );
    expect(price("{ titles(last: 5) { edges { node { id } } } }")).toBeCloseTo(2.1 + 5.5);
    expect(price("{ titles { edges { node { id } } } }")).toBeCloseTo(2.1 + 22);
    expect(price('{ nodes(ids: ["a", "b", "c"]) { id } }')).toBeCloseTo(5);
  });

  it("takes sizes from variables, their defaults, and the page where neither says", () => {
    const text = "query ($n: Int = 3) { titles(first: $n) { edges { cursor } } }";
    expect(price(text)).toBeCloseTo(2.1 + 0.3);
    expect(price(text, { n: 7 })).toBeCloseTo(2.1 + 0.7);
    expect(price(text, { n: 2_147_483_647 })).toBeCloseTo(2.1 + 10);
    expect(price(text, { n: null })).toBeCloseTo(2.1 + 2);
    expect(price(text, { n: "many" })).toBeCloseTo(2.1 + 2);
    expect(price("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: ["a", "b"] })).toBeCloseTo(4);
    const ids = JSON.stringify(Array.from({ length: 100 }, (_, n) => `Title:t${n}`));
    const defaulted = `query ($ids: [ID!]! = ${ids}) { nodes(ids: $ids) { id } }`;
    expect(price(defaulted)).toBeCloseTo(2 + 100);
    expect(price(defaulted, { ids: ["a", "b"] })).toBeCloseTo(4);
  });

  it("takes what the schema has an argument say where the document does not", () => {
    const versions = (args: string) =>
      price(`{ editorial { titleVersions(id: "Title:a"${args}) { version } } }`) ?? 0;
    expect(versions("")).toBeCloseTo(versions(", first: 100"));
    expect(versions("")).toBeGreaterThan(versions(", first: 20"));
  });

  it("counts what fields cost beside their objects", () => {
    expect(price("{ titles(first: 0) { totalCount } }")).toBeCloseTo(2.1 + 2);
    expect(price('mutation { signIn(input: { email: "", password: "" }) { accessToken } }')).toBeCloseTo(
      1_000.1,
    );
  });

  it("counts the dearest of fragments that exclude each other, and the sum of others", () => {
    const on = (type: string, field: string) => `... on ${type} { ${field} { __typename } }`;
    const title = (...parts: string[]) => estimate(`{ title(id: "x") { ${parts.join(" ")} } }`)?.cost ?? 0;
    expect(title(on("Movie", "genres"), on("Series", "seasons"))).toBeCloseTo(3 + 0.4);
    expect(title(on("Movie", "genres"), on("Movie", "availability"))).toBeCloseTo(3 + 0.5);
    expect(title(on("Title", "genres"), on("Series", "seasons"))).toBeCloseTo(3 + 0.6);
  });

  it("is that of the operation which is named", () => {
    const plan = new CostPlan(schema, parse("query A { genres { name } } query B { plans { name } }"));
    expect(plan.estimate("A", {})?.cost).toBeCloseTo(4);
    expect(plan.estimate("B", {})?.cost).toBeCloseTo(5);
    expect(plan.estimate("C", {})).toBeNull();
  });
});

describe("documents that clients send", () => {
  const folders = ["tests/e2e/documents", "playground/src/examples"];
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(packageRoot(), folder))
      .filter((file) => file.endsWith(".graphql"))
      .map((file) => path.join(folder, file)),
  );

  it.each(files)("%s keeps far below the limits, operation by operation", (file) => {
    const text = readFileSync(path.join(packageRoot(), file), "utf8");
    for (const definition of parse(text).definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      expect(limits.check({ query: text, operationName: definition.name?.value }).cost).toBeLessThan(
        standard.cost / 2,
      );
    }
  });

  it("read the whole schema, too", () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true });
    expect(limits.check({ query }).cost).toBeLessThan(standard.cost / 2);
  });
});

it("wants every list of objects to say how long it is taken to be", () => {
  const silent = buildSchema("type Query { things: [Thing!] } type Thing { id: ID }");
  expect(() => checkListSizes(silent)).toThrow("Query.things is a list: say with @ListSize");
});
