import { createHash } from "node:crypto";

import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";

import { TOKEN_KEY } from "../../scripts/abuse/ground.js";
import { malformedRequests, QUERY } from "../../scripts/abuse/malformed/requests.js";
import { readTokenKey } from "../../src/auth/token-key.js";
import { useGateway } from "../support/fixtures.js";
import { sendBytes, sendRaw, type RawAnswer, type RawRequest } from "../support/http.js";

/** What to draw with, and how often: a failure tells its seed. `MARQUEE_TEST_FUZZ=5000` looks longer. */
const seed = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env.MARQUEE_TEST_FUZZ ?? 60);

const gateway = useGateway(() => ({ MARQUEE_TOKEN_KEY: TOKEN_KEY }));
const figures = new Map<number, number>();
afterAll(() => console.log(`seed ${seed}: answers by status`, Object.fromEntries([...figures].sort())));

/** Whatever was sent: not our fault, and nothing of ours is told. */
function expectNoFault(answer: RawAnswer): void {
  const text = answer.body.toString();
  figures.set(answer.status, (figures.get(answer.status) ?? 0) + 1);
  expect(answer.status, text).toBeLessThan(500);
  expect(text).not.toMatch(/INTERNAL_SERVER_ERROR|STORE_UNAVAILABLE|call stack|node_modules/);
  expect(() => JSON.parse(text) as unknown, text).not.toThrow();
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
}

const post = (body: string | Buffer, headers: RawRequest["headers"] = {}) =>
  sendRaw(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
const postJson = (value: unknown, headers: RawRequest["headers"] = {}) =>
  post(JSON.stringify(value) ?? "", headers);

const hash = (text: string) => createHash("sha256").update(text).digest("hex");

describe("whatever is sent, INTERNAL_SERVER_ERROR is not what comes back", async () => {
  const key = await readTokenKey(TOKEN_KEY);
  it.each(Object.entries(malformedRequests(key)))(
    "for %s",
    (_, requests) =>
      fc.assert(
        fc.asyncProperty(requests, async ({ path, ...request }) =>
          expectNoFault(await sendRaw(gateway.url + path, request)),
        ),
        { seed, numRuns, endOnFailure: true },
      ),
    600_000,
  );
});

describe("what is known to have been a fault of ours", () => {
  const codeOf = async (answer: Promise<RawAnswer>) => {
    const found = await answer;
    expectNoFault(found);
    const { errors, data } = JSON.parse(found.body.toString()) as {
      errors?: { extensions: { code: string } }[];
      data?: unknown;
    };
    return [found.status, errors?.[0]?.extensions.code ?? data];
  };

  it.each(["subscription S { state }", "subscription { __typename }"])("%s", async (query) => {
    const refused = postJson({ query }, { accept: "application/graphql-response+json" });
    expect(await codeOf(refused)).toEqual([400, "GRAPHQL_VALIDATION_FAILED"]);
  });

  it.each([
    ["true", true, QUERY],
    ["a text", "x", QUERY],
    ["a list", [], QUERY],
    ["another version", { version: 2, sha256Hash: hash(QUERY) }, QUERY],
    ["no hash", { version: 1 }, QUERY],
    ["a hash of another text", { version: 1, sha256Hash: hash("{ x }") }, QUERY],
    ["a hash that is no text", { version: 1, sha256Hash: { a: 1 } }, QUERY],
    ["a hash that no text can be made of", { version: 1, sha256Hash: { toString: 1 } }, undefined],
  ])("persistedQuery: %s", async (_, persistedQuery, query) => {
    expect(await codeOf(postJson({ query, extensions: { persistedQuery } }))).toEqual([400, "BAD_REQUEST"]);
  });

  it("persisted queries that are right, and not known yet", async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: hash("{ __typename }") } };
    expect(await codeOf(postJson({ extensions }))).toEqual([200, "PERSISTED_QUERY_NOT_FOUND"]);
    expect(await codeOf(postJson({ extensions, query: "{ __typename }" }))).toEqual([
      200,
      { __typename: "Query" },
    ]);
    expect(await codeOf(postJson({ extensions }))).toEqual([200, { __typename: "Query" }]);
  });

  it("HTTP/1.0 without a Host", async () => {
    const body = JSON.stringify({ query: "{ __typename }" });
    const answer = await sendBytes(
      gateway.url,
      `POST /graphql HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/"__typename":"Query"/);
  });

  const nested = (depth: number, open: string, close = "}") =>
    `${open.repeat(depth)}id${close.repeat(depth)}`;
  const types = (depth: number) => `{ __schema { types { ${nested(depth, "ofType {")} } } }`;
  const fragments = (count: number) =>
    Array.from({ length: count }, (_, at) => `fragment f${at} on Query { ...f${at + 1} }`).join("\n");

  it.each([
    ["700 selections of one name", `{ ${nested(700, "a {")} }`],
    [
      "700 selections that fit the schema",
      `{ title(id: "Title:film-casino-1995") { ${nested(700, "similar { edges { node {", "}}}")} } }`,
    ],
    ["700 inline fragments", `{ ${nested(700, "... {")} }`],
    ["700 types of types", types(700)],
    ["20,000 selections", `{ ${nested(20_000, "a {")} }`],
    ["3,000 fragments in a row", `{ ...f0 }\n${fragments(3_000)}\nfragment f3000 on Query { __typename }`],
    [
      "20,000 lists in a list",
      `{ titles(filter: { genres: ${"[".repeat(20_000)}${"]".repeat(20_000)} }) { totalCount } }`,
    ],
    [
      "20,000 objects in an object",
      `{ titles(filter: ${"{a:".repeat(20_000)}1${"}".repeat(20_000)}) { totalCount } }`,
    ],
    ["20,000 list types", `query ($a: ${"[".repeat(20_000)}Int${"]".repeat(20_000)}) { __typename }`],
  ])("%s", async (_, query) => {
    expectNoFault(await postJson({ query }));
  });

  it("variables that nest deeply", async () => {
    const query = "query ($f: TitleFilter) { titles(filter: $f) { totalCount } }";
    const lists = `{"query":${JSON.stringify(query)},"variables":{"f":{"genres":${"[".repeat(50_000)}${"]".repeat(50_000)}}}}`;
    const objects = `{"query":${JSON.stringify(query)},"variables":{"f":${'{"genres":'.repeat(20_000)}1${"}".repeat(20_000)}}}`;
    for (const body of [lists, objects]) expectNoFault(await post(body));
  });
});
