import { createHash } from "node:crypto";

import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";

const gateway = useGateway();

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(" ");

/** Sends a body as it stands. */
async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json",
      "x-marquee-tenant": "meridian",
      ...headers,
    },
    body,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, answer: JSON.parse(text) as Answer };
}

interface Answer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; locations?: unknown; path?: unknown; extensions: Record<string, unknown> }[];
  extensions?: Record<string, unknown>;
}

/** Each took the gateway, or its other clients, down for seconds. */
const HOSTILE: Record<string, string> = {
  "fragments that double": `{ titles(first: 1) { edges { node { ...F0 } } } } ${times(
    13,
    (n) =>
      `fragment F${n} on Title { a: similar(first: 1) { edges { node { ...F${n + 1} } } } b: similar(first: 1) { edges { node { ...F${n + 1} } } } }`,
  )} fragment F13 on Title { id }`,
  "pages within pages":
    "{ titles(first: 100) { edges { node { similar(first: 100) { edges { node { similar(first: 100) { edges { node { name } } } } } } } } } }",
  "a thousand searches": `{ ${times(1_000, (n) => `s${n}: search(query: "a${n}", first: 1) { totalCount }`)} }`,
  "a thousand passwords": `mutation { ${times(
    1_000,
    (n) => `s${n}: signIn(input: { email: "viewer@meridian.example", password: "p${n}" }) { accessToken }`,
  )} }`,
  "seven hundred fields deep": `{ ${"a { ".repeat(700)}a${" }".repeat(700)} }`,
};

describe("a request that would take the gateway down", () => {
  it.each(Object.entries(HOSTILE))("%s: is refused before a store is asked", async (_name, query) => {
    const { status, answer } = await post(JSON.stringify({ query }), { "x-marquee-explain": "1" });
    expect(status).toBe(400);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: expect.stringMatching(/^TOO_/) as unknown,
      limit: expect.any(Number) as unknown,
      found: expect.any(Number) as unknown,
    });
    expect(answer.extensions).toBeUndefined();
  });

  it("is refused as well by GET, and where it is known by its hash alone", async () => {
    const query = HOSTILE["pages within pages"] ?? "";
    const url = `${gateway.url}/graphql?query=${encodeURIComponent(query)}`;
    const byGet = await fetch(url, { headers: { "apollo-require-preflight": "1" } });
    expect(byGet.status).toBe(400);
    const allowed =
      "query Q($n: Int) { titles(first: 100) { edges { node { similar(first: $n) { edges { node { id } } } } } } }";
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(allowed).digest("hex") },
    };
    const first = await post(JSON.stringify({ query: allowed, extensions, variables: { n: 1 } }));
    expect(first.answer.errors).toBeUndefined();
    const known = await post(JSON.stringify({ extensions, variables: { n: 100 } }));
    expect(known.answer.errors?.[0]?.extensions.code).toBe("TOO_EXPENSIVE");
    const again = await post(JSON.stringify({ extensions, variables: { n: 1 } }));
    expect(again.answer.data).toEqual(first.answer.data);
  });

  it("is counted by its code", async () => {
    const metrics = await fetch(`${gateway.operationsUrl}/metrics`).then((response) => response.text());
    expect(metrics).toMatch(/^marquee_errors_total\{code="TOO_EXPENSIVE"\} [1-9]/m);
  });

  it("is not read to its end where its body is too large", async () => {
    const { status, answer } = await post(
      JSON.stringify({ query: "{ __typename }", variables: { a: "x".repeat(200_000) } }),
    );
    expect(status).toBe(413);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "BODY_TOO_LARGE", limit: 131_072 });
  });
});

describe("an answer that grows too large while it is made", () => {
  const few = useGateway(() => ({ MARQUEE_MAX_ANSWER_BYTES: "9000" }));

  it("ends there, with one error that says where", async () => {
    const ask = (first: number) =>
      few.ask(`{ titles(first: ${first}) { edges { node { synopsis } } } }`, {
        tenant: "meridian",
        explain: true,
      });
    const whole = await ask(10);
    expect(whole.errors).toBeUndefined();
    const { status, data, errors } = await ask(100);
    expect(status).toBe(200);
    expect(data).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({
      path: ["titles", "edges", expect.any(Number) as unknown, "node", "synopsis"],
      extensions: { code: "ANSWER_TOO_LARGE", limit: 9_000, field: "titles.edges.node.synopsis" },
    });
    const { found } = errors?.[0]?.extensions as { found: number };
    expect(found).toBeGreaterThan(9_000);
    expect(found).toBeLessThan(20_000);
  });

  it("is counted as it is sent, to within a twentieth", async () => {
    const query = `{ titles(first: 20) { edges { cursor node { id name genres { name } credits { role person { name } } } } } }`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-marquee-tenant": "meridian", "x-marquee-cost": "1" },
      body: JSON.stringify({ query }),
    });
    const { data, extensions } = (await response.json()) as {
      data: unknown;
      extensions: { cost: { bytes: number } };
    };
    const sent = Buffer.byteLength(JSON.stringify(data));
    expect(extensions.cost.bytes / sent).toBeGreaterThan(0.95);
    expect(extensions.cost.bytes / sent).toBeLessThan(1.1);
  });
});

describe("an answer", () => {
  it("says what the request was taken to cost", async () => {
    const { headers } = await post(
      JSON.stringify({ query: "{ titles(first: 5) { edges { node { id } } } }" }),
    );
    expect(headers.get("x-marquee-cost")).toBe("8");
    expect(Number(headers.get("x-marquee-cost-actual"))).toBeGreaterThan(5);
  });

  it("has five errors at most, and says how many it leaves out, and where the first are", async () => {
    const query = "{ titles(first: 10) {\n edges { node {\n similar(first: 101) { edges { cursor } } } } } }";
    const { status, answer } = await post(JSON.stringify({ query }));
    expect(status).toBe(200);
    expect(answer.errors).toHaveLength(5);
    expect(answer.errors?.[4]).toMatchObject({
      path: ["titles", "edges", 4, "node", "similar"],
      locations: [{ line: 3, column: 2 }],
      extensions: { code: "INVALID_PAGE" },
    });
    expect(answer.extensions).toEqual({ errorsOmitted: 5 });
  });

  it("to a document with many mistakes names a few", async () => {
    const { status, answer } = await post(
      JSON.stringify({ query: `{ ${times(20, (n) => `nothing${n}`)} }` }),
    );
    expect(status).toBe(400);
    expect(answer.errors).toHaveLength(5);
    expect(answer.errors?.[0]).toMatchObject({ locations: [{ line: 1, column: 3 }] });
  });

  it("does not repeat what was sent", async () => {
    const query = "mutation ($input: RateTitleInput!) { rateTitle(input: $input) { errors { code } } }";
    const keys = Array.from({ length: 1_500 }, (_, n): [string, number] => [`key${n}${"x".repeat(50)}`, n]);
    const input: Record<string, number> = Object.fromEntries(keys);
    const sent = JSON.stringify({ query, variables: { input } });
    const { text, answer } = await post(sent);
    expect((answer.errors ?? []).length).toBeLessThanOrEqual(5);
    expect(text.length).toBeLessThan(5_000);
  });
});
