/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { request as httpRequest } from "node:http";

import { beforeAll, describe, expect, it } from "vitest";

import { ERROR_CODES } from "../../resolvers/request/errors.js";
import { useGateway } from "../support/fixtures.js";
import { type Answer, type Ask } from "../support/gateway.js";

const gateway = useGateway();
let viewer: string;

beforeAll(async () => {
  viewer = await gateway.signIn("viewer@meridian.example");
});

/** What no client is to read: stacks, statements, drivers, files, hosts. */
const INTERNAL = [
  /\bat .+:\d+:\d+|node_modules|\/(work|src|dist|home|tmp|usr)\/|\.(js|ts)\b|\bpg\b|stacktrace|undefined|\[object/,
  /\bselect\b.*\bfrom\b|postgres|marquee_app|catalog_titles|127\.0\.0\.1/i,
];

function expectErrors(answer: Pick<Answer, "errors">): NonNullable<Answer["errors"]> {
  const { errors } = answer;
  expect(errors?.length).toBeGreaterThan(0);
  for (const error of errors!) {
    expect(error.message).toMatch(/\S/);
    expect(Object.keys(ERROR_CODES)).toContain(error.extensions.code);
    for (const pattern of INTERNAL) expect(JSON.stringify(error)).not.toMatch(pattern);
  }
  return errors!;
}

async function refused(query: string, options: Ask = {}) {
  const answer = await gateway.ask(query, options);
  const [first] = expectErrors(answer);
  return { ...first!.extensions, message: first!.message, status: answer.status, data: answer.data };
}

describe("arguments that cannot be used", () => {
  it.each([
    ['title(id: "nope") { id }', "INVALID_ID", "id"],
    ['node(id: "") { id }', "INVALID_ID", "id"],
    ['node(id: "Film:1") { id }', "INVALID_ID", "id"],
    ['node(id: "Title:") { id }', "INVALID_ID", "id"],
    ['person(id: "UGVyc29uOm1lcmlkaWFu") { id }', "INVALID_ID", "id"],
    ['nodes(ids: ["Title:a", "?"]) { id }', "INVALID_ID", "ids[1]"],
    ['titles(filter: { studio: "what" }) { totalCount }', "INVALID_ID", "filter.studio"],
    ['titles(filter: { person: "who" }) { totalCount }', "INVALID_ID", "filter.person"],
    ['search(query: "x", filter: { person: "who" }) { totalCount }', "INVALID_ID", "filter.person"],
    [
      "titles(filter: { releaseYear: { from: 2001, to: 2000 } }) { totalCount }",
      "BAD_USER_INPUT",
      "filter.releaseYear",
    ],
    [`titles(filter: { tags: [${'"t",'.repeat(51)}] }) { totalCount }`, "BAD_USER_INPUT", "filter.tags"],
    [`titles(filter: { genres: [${'"t",'.repeat(51)}] }) { totalCount }`, "BAD_USER_INPUT", "filter.genres"],
    ["titles(first: -1) { totalCount }", "INVALID_PAGE", "first"],
    ["titles(last: 101) { totalCount }", "INVALID_PAGE", "last"],
    ["home(first: 101) { id }", "INVALID_PAGE", "first"],
    ['suggest(prefix: "a", first: -5) { text }', "INVALID_PAGE", "first"],
    ['title(id: "Title:film-casino-1995", asOf: "2999-01-01T00:00:00Z") { id }', "BAD_USER_INPUT", "asOf"],
  ])("%s", async (field, code, name) => {
    const error = await refused(`{ ${field} }`);
    expect(error).toMatchObject({ code, field: name, status: 200, accepted: expect.stringMatching(/\w/) });
    expect(error.message.startsWith(`${name}: `)).toBe(true);
    expect(error.message).toMatch(/Accepted: /);
  });

  it("are refused before execution where the schema says so", async () => {
    for (const [query, variables, code] of [
      ["{ titles(orderBy: { field: SIZE }) { totalCount } }", {}, "GRAPHQL_VALIDATION_FAILED"],
      ["{ titles(first: 1.5) { totalCount } }", {}, "GRAPHQL_VALIDATION_FAILED"],
      ["{ titles(filter: { color: 1 }) { totalCount } }", {}, "GRAPHQL_VALIDATION_FAILED"],
      ["{ genres { nope } }", {}, "GRAPHQL_VALIDATION_FAILED"],
      ["{ title { id } }", {}, "GRAPHQL_VALIDATION_FAILED"],
      ["{ genres { id }", {}, "GRAPHQL_PARSE_FAILED"],
      [
        "query ($f: TitleFilter) { titles(filter: $f) { totalCount } }",
        { f: { kinds: ["FILM"] } },
        "BAD_USER_INPUT",
      ],
      [
        "query ($f: TitleFilter) { titles(filter: $f) { totalCount } }",
        { f: { maturityAtMost: "PG-14" } },
        "BAD_USER_INPUT",
      ],
      ["query ($c: CountryCode) { top10(country: $c) { rank } }", { c: "Atlantis" }, "BAD_USER_INPUT"],
      ["query ($d: Date) { top10(date: $d) { rank } }", { d: "yesterday" }, "BAD_USER_INPUT"],
      ["query ($id: ID!) { title(id: $id) { id } }", {}, "BAD_USER_INPUT"],
    ] as [string, Record<string, unknown>, string][]) {
      expect(await refused(query, { variables }), query).toMatchObject({ code, status: 400 });
    }
  });

  it("name what is accepted where a maturity rating is not one", async () => {
    const query = "query ($f: TitleFilter) { titles(filter: $f) { totalCount } }";
    const error = await refused(query, { variables: { f: { maturityAtMost: "PG-14" } } });
    expect(error.message).toMatch(/f\.maturityAtMost: not a rating\. Accepted: G, TV-Y, .*NR/);
  });

  it("name an operation that is not there", async () => {
    expect(
      await refused("query A { __typename } query B { __typename }", { operationName: "C" }),
    ).toMatchObject({ code: "OPERATION_RESOLUTION_FAILURE", status: 400 });
  });

  it("cost only the field they are given to", async () => {
    const answer = await gateway.ask('{ genres { name } title(id: "?") { id } }');
    expect(answer.status).toBe(200);
    expect(answer.data.genres.length).toBeGreaterThan(5);
    expect(answer.data.title).toBeNull();
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors![0]!.path).toEqual(["title"]);
  });
});

describe("who asks", () => {
  const QUERY = "{ viewer { profile { id } } titles(first: 1) { edges { node { id } } } }";

  it("is nobody when the profile of a token is gone, not a visitor without a limit", async () => {
    const identities = [
      { account: null, profile: "never-was" },
      { account: "family", profile: "never-was" },
      { account: "never-was", profile: "meridian-kids" },
      { account: "viewer", profile: "meridian-kids" },
    ];
    for (const identity of identities) {
      const token = await gateway.tokenFor({ tenant: "meridian", roles: ["VIEWER"], ...identity });
      for (const field of [
        "titles(first: 1) { edges { node { id } } }",
        'search(query: "casino") { totalCount }',
        'title(id: "Title:film-casino-1995") { id }',
        'title(id: "Title:film-casino-1995", asOf: "2024-01-01T00:00:00Z") { id }',
        'node(id: "Title:film-casino-1995") { id }',
        "home { id }",
        "top10 { rank }",
        'suggest(prefix: "cas") { text }',
        'person(id: "Person:x") { titles { edges { node { id } } } } titles { totalCount }',
      ]) {
        const answer = await gateway.ask(`{ ${field} }`, { token });
        expect(expectErrors(answer)[0]!.extensions, field).toMatchObject({
          code: "UNAUTHENTICATED",
          field: "authorization",
        });
        expect(
          Object.values(answer.data ?? {}).filter((value) => value !== null),
          field,
        ).toEqual([]);
      }
      expect(
        (await gateway.ask("{ viewer { account { id } } }", { token })).data ?? { viewer: null },
      ).toEqual({ viewer: null });
    }
  });

  it("is told which tenant is not there", async () => {
    for (const tenant of ["nowhere", "x".repeat(300), "meridian; drop table tenants", "../meridian"]) {
      expect(await refused(QUERY, { tenant }), tenant).toMatchObject({
        code: "TENANT_UNKNOWN",
        field: "x-marquee-tenant",
        status: 400,
      });
    }
    const token = await gateway.tokenFor({ tenant: "closed", account: null, profile: "p", roles: [] });
    expect(await refused(QUERY, { token })).toMatchObject({ code: "TENANT_UNKNOWN", status: 400 });
  });
});

describe("requests that are not GraphQL over HTTP", () => {
  const post = async (
    body: string | undefined,
    headers: Record<string, string> = { "content-type": "application/json" },
  ) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers,
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, ...((await response.json()) as { errors: Answer["errors"] }) };
  };

  it.each([
    ["invalid JSON", '{"query":', 400],
    ["an empty body", "", 400],
    ["a body without keys", "{}", 400],
    ["a body that is a list", "[]", 400],
    ["a query that is no text", '{"query":{"a":1}}', 400],
    ["variables that are no object", '{"query":"{ genres { id } }","variables":"x"}', 400],
  ])("answers %s with an error", async (_, body, status) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(expectErrors(answer)[0]!.extensions.code).toBe("BAD_REQUEST");
  });

  it("answers forms, which any page may send, with an error", async () => {
    const answer = await post("query={genres{id}}", { "content-type": "application/x-www-form-urlencoded" });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  const get = (parameters: Record<string, string>) =>
    fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters).toString()}`, {
      headers: { "apollo-require-preflight": "1", accept: "application/json" },
    });

  it("takes queries by GET, and nothing but queries", async () => {
    const answer = await get({
      query: "query ($n: Int) { titles(first: $n) { edges { cursor } } }",
      variables: '{"n":2}',
    });
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as Answer).data.titles.edges).toHaveLength(2);
    const mutation = await get({
      query:
        'mutation { signIn(input: { email: "viewer@meridian.example", password: "marquee" }) { accessToken } }',
    });
    expect(mutation.status).toBe(405);
    const body = (await mutation.json()) as Answer;
    expect(expectErrors(body)[0]!.extensions.code).toBe("BAD_REQUEST");
    expect(body.data).toBeUndefined();
  });

  it("gives each answer the id under which it is logged", async () => {
    const response = await get({ query: "{ genres { id } }" });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("survives a client that leaves", async () => {
    await new Promise<void>((resolve) => {
      const body = JSON.stringify({
        query: "{ home(first: 100) { titles(first: 100) { edges { node { name } } } } }",
      });
      const request = httpRequest(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      request.on("error", () => resolve());
      request.on("close", () => resolve());
      // Sent, and not yet answered.
      request.end(body, () => request.destroy());
    });
    expect((await gateway.ask("{ genres { id } }")).status).toBe(200);
  });
});

describe("hostile text", () => {
  const TEXTS: Record<string, string> = {
    "a NUL character": "a\0b",
    "only a NUL": "\0",
    quotes: `'; drop table titles; -- " \\ $$ $1 %s {{}} \${x}`,
    "wild cards": "%_*?~!|&():<->'",
    "a lone high surrogate": "a\ud800b",
    "a lone low surrogate": "\udc00",
    "right to left and joined": "\u202e\u200d\ufeff👩‍👩‍👧‍👦",
    "white space": " \t\r\n\u00a0\u2028 ",
    "control characters": "\u0001\u0007\u001b[2J\u007f",
    "many combining marks": `e${"\u0301".repeat(3000)}`,
    "many words": "the of a in to ".repeat(5000),
    "half a megabyte": "x".repeat(500_000),
    nothing: "",
  };
  const OPERATIONS: [name: string, query: string][] = [
    ["node", "query ($t: ID!) { node(id: $t) { id } }"],
    ["nodes", "query ($t: ID!) { nodes(ids: [$t]) { id } }"],
    ["title", "query ($t: ID!) { title(id: $t) { id } }"],
    ["person", "query ($t: ID!) { person(id: $t) { id } }"],
    [
      "search",
      "query ($t: String!) { search(query: $t) { totalCount didYouMean facets { field } edges { highlights { fragments } node { id } } } }",
    ],
    ["suggest", "query ($t: String!) { suggest(prefix: $t) { text } }"],
    [
      "genres",
      'query ($t: String!) { titles(filter: { genres: [$t] }) { totalCount } search(query: "a", filter: { genres: [$t] }) { totalCount } }',
    ],
    [
      "tags",
      'query ($t: String!) { titles(filter: { tags: [$t] }) { totalCount } search(query: "a", filter: { tags: [$t] }) { totalCount } }',
    ],
    ["studio", "query ($t: ID!) { titles(filter: { studio: $t }) { totalCount } }"],
    ["studio in search", 'query ($t: ID!) { search(query: "a", filter: { studio: $t }) { totalCount } }'],
    ["person filter", "query ($t: ID!) { titles(filter: { person: $t }) { totalCount } }"],
    ["country", "query ($t: CountryCode!) { top10(country: $t) { rank } }"],
    ["availableIn", "query ($t: CountryCode!) { titles(filter: { availableIn: $t }) { totalCount } }"],
    ["maturity", "query ($t: MaturityRating!) { titles(filter: { maturityAtMost: $t }) { totalCount } }"],
    ["date", "query ($t: Date!) { top10(date: $t) { rank } }"],
    ["asOf", 'query ($t: DateTime!) { title(id: "Title:film-casino-1995", asOf: $t) { id } }'],
    ["after", "query ($t: String!) { titles(after: $t) { totalCount } }"],
    ["before", "query ($t: String!) { titles(before: $t) { totalCount } }"],
    ["search after", 'query ($t: String!) { search(query: "a", after: $t) { totalCount } }'],
    [
      "refresh token",
      "mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { errors { code } } }",
    ],
    ["profile", "mutation ($t: ID!) { selectProfile(input: { profile: $t }) { errors { code } } }"],
  ];
  /** Types whose readable ids carry any text to the store. */
  const TYPES = [
    "Title",
    "Season",
    "Episode",
    "Person",
    "Genre",
    "Studio",
    "Profile",
    "Account",
    "Plan",
    "Membership",
    "HomeRow",
  ];

  async function survives(query: string, text: string) {
    const answer = await gateway.ask(query, { token: viewer, variables: { t: text } });
    expect(answer.status).toBeLessThan(500);
    if (!answer.errors) return;
    const codes = expectErrors(answer).map(({ extensions }) => extensions.code);
    expect(codes).not.toContain("INTERNAL_SERVER_ERROR");
    expect(codes).not.toContain("STORE_UNAVAILABLE");
  }

  it.each(OPERATIONS)("never breaks anything: %s", async (_, query) => {
    for (const text of Object.values(TEXTS)) await survives(query, text);
  });

  it("never breaks anything: e-mail and password", async () => {
    const query = "mutation ($t: String!) { signIn(input: { email: $t, password: $t }) { errors { code } } }";
    for (const name of ["a NUL character", "quotes", "a lone high surrogate", "half a megabyte"])
      await survives(query, TEXTS[name]!);
  });

  it.each(TYPES)("never breaks anything: the id of a %s", async (type) => {
    for (const text of Object.values(TEXTS)) {
      if (text.length > 500) continue;
      const opaque = Buffer.from(`${type}:meridian:${text}`).toString("base64url");
      await survives(
        `query ($t: ID!) { a: node(id: $t) { id } b: node(id: "${opaque}") { id } }`,
        `${type}:${text}`,
      );
      await survives(
        "query ($t: ID!) { titles(filter: { studio: $t, person: $t }) { totalCount } }",
        `${type}:${text}`,
      );
    }
  });
});
