import {
  buildSchema,
  execute,
  getOperationAST,
  isListType,
  isNonNullType,
  type DocumentNode,
  type GraphQLError,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  parse,
  isEnumType,
  isObjectType,
} from "graphql";
import { describe, expect, it } from "vitest";

import {
  bytesWithText,
  compileQuery,
  FIXED,
  KeptTexts,
  type CompiledQuery,
  type Keeping,
} from "../../packages/json-executor/index.js";
import { createRandom, type Random } from "../../scripts/random.js";
import { generateQuery } from "../support/query-generator.js";

/** How many queries are compared; a whole run compares ten thousand. */
const QUERIES = Number(process.env.MARQUEE_TEST_QUERIES ?? 300);
const SEED = 20_261_128;

const SCHEMA = buildSchema(`
  enum Colour { RED GREEN BLUE }
  interface Named { name: String! friend: Named }
  type Dog implements Named { name: String! friend: Named age: Int bones: [Bone!]! owner: Human! where: String }
  type Cat implements Named { name: String! friend: Named lives: Float! colours: [Colour] enemies: [Dog] where: String }
  type Human implements Named { name: String! friend: Named pets(kind: String, first: Int = 2): [Pet!] married: Boolean where: String }
  type Bone { id: ID! size(unit: String = "cm", exact: Boolean): Float colour: Colour! matrix: [[Int!]] dog: Dog! mark(before: String): String! }
  union Pet = Dog | Cat
  type Query { dog: Dog dogs: [Dog!]! pets: [Pet] named(colour: Colour): Named human: Human! bone(id: ID!): Bone numbers: [Int!] query: Query }
`);
prepare(SCHEMA);

/**
 * Types say what their values are, a field of each type is resolved by a function that looks at where it stands, and one by
 * a function of its object.
 */
function prepare(schema: GraphQLSchema): void {
  const { mark } = (schema.getType("Bone") as GraphQLObjectType).getFields();
  mark!.resolve = (bone: { id: unknown }, { before = "-" }: { before?: string }) =>
    `${before}${String(bone.id)}`;
  mark!.extensions = { [FIXED]: true };
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (value: { kind: string }) => value.kind;
    const where = isObjectType(type) ? type.getFields().where : undefined;
    if (where)
      where.resolve = (_source, _args, context, { path, fieldNodes, variableValues }) => {
        const keys = [];
        for (let at: typeof path | undefined = path; at; at = at.prev) keys.push(`${at.typename}.${at.key}`);
        return JSON.stringify([context, keys, fieldNodes.length, Object.keys(variableValues)]);
      };
  }
}

/** Ways in which a field comes by its value. */
type Manner = (value: unknown) => unknown;
const LATE: Manner = (value) => () => Promise.resolve(value);
const LATER: Manner = (value) => async () => {
  for (let turns = 0; turns < 3; turns += 1) await turn();
  return value;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));
const FAILS: Manner = () => () => {
  throw new Error("fails at once");
};
const REJECTS: Manner = () => async () => {
  await Promise.resolve();
  throw new Error("fails soon");
};
const REJECTS_LATE: Manner = () => async () => {
  await turn();
  throw new Error("fails later");
};

/** A value of a type as resolvers answer them; some are missing, wrong or late. */
function valueOf(
  type: GraphQLOutputType,
  schema: GraphQLSchema,
  random: Random,
  depth: number,
  bad: number,
): unknown {
  if (random.chance(bad)) return random.chance(0.5) ? null : new Error("is an error");
  if (isNonNullType(type)) return valueOf(type.ofType, schema, random, depth, bad / 4);
  if (isListType(type)) {
    const length = random.below(3);
    return Array.from({ length }, () => {
      const value = valueOf(type.ofType, schema, random, depth, bad);
      return random.chance(0.1) && !(value instanceof Error) ? Promise.resolve(value) : value;
    });
  }
  return namedValue(type, schema, random, depth, bad);
}

function namedValue(
  type: GraphQLNamedType,
  schema: GraphQLSchema,
  random: Random,
  depth: number,
  bad: number,
): unknown {
  const wrong = random.chance(bad);
  if (isAbstractType(type)) {
    const types = schema.getPossibleTypes(type);
    return objectOf(random.pick(types), schema, random, depth, bad);
  }
  if (isObjectType(type)) return objectOf(type, schema, random, depth, bad);
  if (isEnumType(type)) return wrong ? "PURPLE" : type.getValues()[random.below(3)]!.value;
  const number = random.below(1_000) - 500;
  switch (type.name) {
    case "Int":
      return wrong ? number + 0.5 : random.chance(0.1) ? String(number) : number;
    case "Float":
      return wrong ? Number.NaN : number / 8;
    case "Boolean":
      return wrong ? {} : number > 0;
    default:
      return wrong ? {} : random.chance(0.2) ? number : `text ${number} "quoted" \u2028 é 🎬`;
  }
}

function objectOf(
  type: GraphQLObjectType,
  schema: GraphQLSchema,
  random: Random,
  depth: number,
  bad: number,
): object {
  const object: Record<string, unknown> = { kind: type.name };
  for (const field of Object.values(type.getFields())) {
    if (field.resolve) continue;
    const value = depth > 0 ? valueOf(field.type, schema, random, depth - 1, bad) : null;
    const chance = random.next();
    const manners: [number, Manner | null][] = [
      [bad / 3, FAILS],
      [(bad * 2) / 3, REJECTS],
      [bad, REJECTS_LATE],
      [bad + 0.15, LATE],
      [bad + 0.2, LATER],
    ];
    const manner = manners.find(([below]) => chance < below)?.[1];
    const echoes = field.args.length > 0 && field.type.toString() === "Float";
    object[field.name] = echoes
      ? (args: object) => JSON.stringify(args).length
      : manner
        ? manner(value)
        : value;
  }
  return object;
}

interface Asked {
  schema?: GraphQLSchema;
  document: DocumentNode;
  root: object;
  variables?: Record<string, unknown>;
}

async function interpreted({ schema = SCHEMA, document, root, variables }: Asked): Promise<string> {
  const result = await execute({
    schema,
    document,
    rootValue: root,
    variableValues: variables,
    contextValue: "context",
  });
  return text(result);
}

async function compiled(
  query: CompiledQuery,
  { root, variables }: Asked,
  keeping?: Keeping,
): Promise<string | null> {
  const result = await query.execute({ context: "context", root, variables, maxCoercionErrors: 5, keeping });
  return result && text(result);
}

/** Freezes what a value is made of, all through. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || value instanceof Error || value instanceof Promise)
    return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

/** An answer as it is sent; its errors sorted, as those of fields that fail in the same turn have no order. */
function text({ data, errors }: { data?: unknown; errors?: readonly GraphQLError[] | undefined }): string {
  const sorted = (errors ?? []).map((error) => JSON.stringify(error)).sort();
  return bytesWithText({ errors: sorted.map((error): unknown => JSON.parse(error)), data }).toString();
}

describe("a compiled query", () => {
  it("tells no error from within a place that has become null before", async () => {
    const document = parse("{ dog { name age } human { __typename } }");
    const dog = { kind: "Dog", name: REJECTS(null), age: REJECTS_LATE(null) };
    const asked = { document, root: { dog, human: LATER({}) }, variables: {} };
    const answer = await compiled(compileQuery(SCHEMA, document, getOperationAST(document)!)!, asked);
    expect(JSON.parse(answer!)).toMatchObject({
      errors: [{ message: "fails soon", path: ["dog", "name"] }],
      data: { dog: null, human: { __typename: "Human" } },
    });
    expect(answer).toBe(await interpreted(asked));
  });

  it.each([
    ["without errors", 0, false],
    ["with errors everywhere", 0.12, false],
    ["of what never changes, whose texts are kept", 0, true],
    ["of what never changes, with errors everywhere", 0.12, true],
  ])("answers the same bytes as graphql-js %s", async (_, bad, isKept) => {
    const random = createRandom(SEED);
    // So small that some of it is given away.
    const texts = new KeptTexts(100_000);
    const keeping = isKept ? { texts, scope: "scope" } : undefined;
    let failing = 0;
    for (let n = 0; n < QUERIES; n += 1) {
      const {
        document,
        text: query,
        variables,
      } = generateQuery({ schema: SCHEMA, random, without: new Set(["Query.query"]) });
      const made = objectOf(SCHEMA.getQueryType()!, SCHEMA, random, 6, bad);
      const root = isKept ? frozen(made) : made;
      const compiledQuery = compileQuery(SCHEMA, document, getOperationAST(document)!)!;
      const turned = Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, !value]));
      // The same compiled query under other conditions, and then under the first ones again.
      for (const given of [variables, turned, variables]) {
        const asked = { document, root, variables: given };
        const expected = await interpreted(asked);
        if (!expected.startsWith('{"errors":[],')) failing += 1;
        const answer = await compiled(compiledQuery, asked, keeping);
        expect(answer, `${query} ${JSON.stringify(given)}`).toBe(expected);
      }
    }
    expect(texts.hits > QUERIES / 4).toBe(isKept);
    if (bad > 0) expect(failing).toBeGreaterThan(QUERIES / 4);
    else expect(failing).toBe(0);
  });
});
