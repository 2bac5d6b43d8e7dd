import {
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isCompositeType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
} from "graphql";
import { describe, expect, it } from "vitest";

import { createSchema } from "../../src/schema.js";
import { useGateway } from "../support/fixtures.js";

const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
const roots = [
  { kind: "query", fields: Object.values(schema.getQueryType()?.getFields() ?? {}) },
  { kind: "mutation", fields: Object.values(schema.getMutationType()?.getFields() ?? {}) },
];
const rootFields = roots.flatMap(({ kind, fields }) => fields.map((field) => ({ kind, field })));
const withArguments = rootFields.flatMap(({ kind, field }) =>
  field.args.map((arg) => ({ kind, field, arg, type: getNamedType(arg.type) })),
);

interface Sent {
  query: string;
  variables?: Record<string, unknown>;
}

const selection = (type: GraphQLNamedType, of = "__typename") => (isCompositeType(type) ? ` { ${of} }` : "");
const answered = (field: GraphQLField<unknown, unknown>, of?: string) =>
  selection(getNamedType(field.type), of);

/** An operation that gives one argument by a variable, with all others that are wanted. */
function byVariable(
  kind: string,
  field: GraphQLField<unknown, unknown>,
  arg: GraphQLArgument,
  value: unknown,
): Sent {
  const others = field.args.filter((each) => each !== arg && String(each.type).endsWith("!"));
  const given = [arg, ...others];
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(", ");
  const passed = given.map(({ name }) => `${name}: $${name}`).join(", ");
  return {
    query: `${kind} (${declared}) { ${field.name}(${passed})${answered(field)} }`,
    variables: { [arg.name]: value },
  };
}

/** What tells of the schema where nobody takes care, made for every part of it. */
const LEAKS: Record<string, Sent[]> = {
  suggestion: [
    ...rootFields.map(({ kind, field }) => ({ query: `${kind} { ${field.name}x }` })),
    ...rootFields.map(({ kind, field }) => ({
      query: `${kind} { ${field.name}${answered(field, "idd nme")} }`,
    })),
  ],
  "type condition": types.flatMap(({ name }) => [
    { query: `{ node(id: "x") { ... on ${name} { id } } }` },
    { query: `{ node(id: "x") { ... on ${name}x { id } } }` },
    { query: `query ($v: ${name}x) { node(id: $v) { id } }` },
  ]),
  enum: withArguments
    .filter(({ type }) => isEnumType(type) || isInputObjectType(type))
    .flatMap(({ kind, field, arg, type }) => {
      if (isEnumType(type)) return [byVariable(kind, field, arg, `${type.getValues()[0]?.name}X`)];
      if (!isInputObjectType(type)) return [];
      return Object.values(type.getFields())
        .filter((each) => isEnumType(getNamedType(each.type)))
        .flatMap(({ name }) => [
          byVariable(kind, field, arg, { [name]: "NOTHING" }),
          { query: `${kind} { ${field.name}(${arg.name}: { ${name}: NOTHING })${answered(field)} }` },
        ]);
    }),
  "input field": withArguments.flatMap(({ kind, field, arg, type }) => {
    if (!isInputObjectType(type)) return [byVariable(kind, field, arg, { no: 1 })];
    const names = Object.keys(type.getFields());
    return [
      byVariable(kind, field, arg, {}),
      byVariable(kind, field, arg, "text"),
      ...names.map((name) => byVariable(kind, field, arg, { [`${name}x`]: 1 })),
      ...names.map((name) => byVariable(kind, field, arg, { [name]: { no: 1 } })),
      ...names.map((name) => ({
        query: `${kind} { ${field.name}(${arg.name}: { ${name}x: 1 })${answered(field)} }`,
      })),
    ];
  }),
  argument: rootFields.flatMap(({ kind, field }) => [
    { query: `${kind} { ${field.name}(no: 1)${answered(field)} }` },
    ...field.args.map(({ name }) => ({ query: `${kind} { ${field.name}(${name}x: 1)${answered(field)} }` })),
    ...field.args.map(({ name }) => ({ query: `${kind} { ${field.name}(${name}: $no)${answered(field)} }` })),
    { query: `${kind} { ${field.name}${answered(field)} }`, variables: {} },
  ]),
  "__typename by error": [
    { query: "{ __typename { no } }" },
    ...rootFields.flatMap(({ kind, field }) => [
      { query: `${kind} { ${field.name} }` },
      { query: `${kind} { ${field.name} { no { no } } }` },
      { query: `${kind} { ${field.name}${answered(field, "__typename { no }")} }` },
    ]),
  ],
};

/** Every name that the schema gives: of types, fields, arguments, input fields and values. */
const NAMES = new Set(
  types.flatMap((type) => {
    if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => name)];
    if (isInputObjectType(type)) return [type.name, ...Object.keys(type.getFields())];
    if (!isObjectType(type)) return [type.name];
    const fields = Object.values(type.getFields());
    return [
      type.name,
      ...fields.map(({ name }) => name),
      ...fields.flatMap(({ args }) => args.map(({ name }) => name)),
    ];
  }),
);

/** What is said instead, in words that the schema has as well. */
const INSTEAD = /(The document|A variable's value) does not fit the schema\./g;

interface Answered {
  errors?: { message: string; path?: unknown; extensions: Record<string, unknown> }[];
  data?: unknown;
}

const OFF = useGateway(() => ({ MARQUEE_INTROSPECTION: "false" }));

async function send(url: string, { query, variables }: Sent, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answered;
}

/** Names of the schema that an answer's errors tell, which were not sent. */
function told({ errors = [] }: Answered, sent: Sent): string[] {
  const text = errors
    .filter(({ extensions }) =>
      ["GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"].includes(String(extensions.code)),
    )
    .map(
      ({ message, extensions }) => `${message} ${JSON.stringify(Object.values({ ...extensions, code: 0 }))}`,
    )
    .join(" ");
  const known = JSON.stringify(sent);
  const words = text.replaceAll(INSTEAD, "").match(/[_A-Za-z][_0-9A-Za-z]*/g) ?? [];
  return words.filter((word) => NAMES.has(word) && !known.includes(word));
}

describe("where nobody is told of the schema", () => {
  it.each(Object.keys(LEAKS))("%s tells nothing of any type", async (kind) => {
    const sent = LEAKS[kind] ?? [];
    expect(sent.length).toBeGreaterThan(10);
    let mistakes = 0;
    for (let at = 0; at < sent.length; at += 20)
      await Promise.all(
        sent.slice(at, at + 20).map(async (each) => {
          const answer = await send(OFF.url, each);
          if (answer.errors) mistakes += 1;
          expect(told(answer, each), `${JSON.stringify(each)} ${JSON.stringify(answer)}`).toEqual([]);
          expect(JSON.stringify(answer)).not.toMatch(/apollo|did you mean/i);
        }),
      );
    expect(mistakes).toBeGreaterThan(sent.length / 2);
  });

  it("introspection is refused, and says only that", async () => {
    for (const query of [
      getIntrospectionQuery(),
      '{ __type(name: "Title") { name } }',
      "{ ...F } fragment F on Query { __schema { types { name } } }",
    ]) {
      const { data, errors } = await send(OFF.url, { query });
      expect(data).toBeUndefined();
      expect(errors?.[0]?.extensions).toEqual({ code: "INTROSPECTION_DISABLED" });
    }
    expect(await send(OFF.url, { query: "{ __typename }" })).toEqual({ data: { __typename: "Query" } });
  });

  it("nothing that is refused names the server's libraries", async () => {
    const post = (body: string, headers: Record<string, string>) =>
      fetch(`${OFF.url}/graphql`, { method: "POST", headers, body }).then((response) => response.text());
    const json = { "content-type": "application/json" };
    for (const text of [
      await fetch(`${OFF.url}/graphql?query={__typename}`).then((response) => response.text()),
      await post('{"query":"{ __typename }"}', { "content-type": "text/plain" }),
      await post(JSON.stringify({ query: { kind: "Document", definitions: [] } }), json),
      await post(
        JSON.stringify({
          query: "{ __typename }",
          extensions: { persistedQuery: { version: 9, sha256Hash: "x" } },
        }),
        json,
      ),
      await post("{}", json),
      await post("[]", json),
    ])
      expect(text).not.toMatch(/apollo|graphql-js|fastify/i);
  });
});

describe("where operators are told of the schema", () => {
  const gateway = useGateway(() => ({ MARQUEE_INTROSPECTION: "operators" }));
  const wrong = { query: "{ titels { id } }" };

  it("they are, and nobody else is", async () => {
    const token = await gateway.tokenFor({
      tenant: "meridian",
      account: "operator",
      profile: "meridian-operator",
    });
    const viewer = await gateway.tokenFor({
      tenant: "meridian",
      account: "viewer",
      profile: "meridian-viewer",
    });
    const asOperator = { authorization: `Bearer ${token}` };
    expect((await send(gateway.url, { query: getIntrospectionQuery() }, asOperator)).errors).toBeUndefined();
    expect((await send(gateway.url, wrong, asOperator)).errors?.[0]?.message).toContain(
      'Did you mean "titles"',
    );
    const others: Record<string, string>[] = [{}, { authorization: `Bearer ${viewer}` }];
    for (const headers of others) {
      const refused = await send(gateway.url, { query: getIntrospectionQuery() }, headers);
      expect(refused.errors?.[0]?.extensions.code).toBe("INTROSPECTION_DISABLED");
      expect(told(await send(gateway.url, wrong, headers), wrong)).toEqual([]);
    }
  });
});
