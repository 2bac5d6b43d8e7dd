import { beforeAll, describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";

const gateway = useGateway(() => ({ MARQUEE_CACHE_MB: "32" }));
const tokens: Record<string, string> = {};

beforeAll(async () => {
  tokens.viewer = await gateway.signIn("viewer@meridian.example");
  tokens.editor = await gateway.signIn("editor@meridian.example");
});

/** What differs from one answer to the next. */
const OF_ONE = ["date", "x-request-id", "ratelimit"];

interface Sent {
  query: string;
  variables?: object;
  operationName?: string;
  extensions?: object;
}

/** An answer as it is sent: status, headers in their order, and bytes. */
async function send(body: Sent, headers: Record<string, string>) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const told = [...response.headers].filter(([name]) => !OF_ONE.includes(name));
  return { status: response.status, told, text: await response.text() };
}

const TITLE =
  "id name kind releaseYear maturityRating genres { id name } studio { id name } credits { role character person { id name } }";
const LIST = `query List($first: Int!) { titles(first: $first, orderBy: { field: POPULARITY, direction: DESC }) { edges { cursor node { ${TITLE} } } pageInfo { endCursor hasNextPage } } }`;

const CASES: [string, Sent, (() => Record<string, string>)?][] = [
  ["a list", { query: LIST, variables: { first: 20 } }],
  [
    "a list for somebody",
    { query: LIST, variables: { first: 20 } },
    () => ({ authorization: `Bearer ${tokens.viewer}` }),
  ],
  [
    "a list that an editor asks for",
    { query: LIST, variables: { first: 20 } },
    () => ({ authorization: `Bearer ${tokens.editor}` }),
  ],
  [
    "what is somebody's own",
    { query: `{ titles(first: 5) { edges { node { ${TITLE} inMyWatchlist myRating } } } viewer { id } }` },
    () => ({ authorization: `Bearer ${tokens.viewer}` }),
  ],
  ["costs", { query: LIST, variables: { first: 7 } }, () => ({ "x-marquee-cost": "1" })],
  ["freshness", { query: LIST, variables: { first: 7 } }, () => ({ "x-marquee-freshness": "1" })],
  [
    "another media type",
    { query: LIST, variables: { first: 7 } },
    () => ({ accept: "application/graphql-response+json" }),
  ],
  [
    "a named operation",
    { query: "query A { genres { name } } query B { genres { id } }", operationName: "B" },
  ],
  [
    "an error in a field",
    {
      query: "query ($n: Int) { titles(first: $n) { edges { cursor } } genres { name } }",
      variables: { n: 1_000 },
    },
  ],
  ["a variable that does not fit", { query: LIST, variables: { first: "many" } }],
  [
    "a variable that is no instant",
    { query: 'query ($at: DateTime) { title(id: "Title:x", asOf: $at) { id } }', variables: { at: "soon" } },
  ],
  [
    "a token that is none",
    { query: LIST, variables: { first: 3 } },
    () => ({ authorization: "Bearer none" }),
  ],
  [
    "no tenant that there is",
    { query: LIST, variables: { first: 3 } },
    () => ({ "x-marquee-tenant": "nobody" }),
  ],
  [
    "too short a deadline",
    { query: LIST, variables: { first: 3 } },
    () => ({ "x-marquee-deadline-ms": "none" }),
  ],
];

describe("a query that comes again", () => {
  it.each(CASES)("is answered as at first: %s", async (_, body, more = () => ({})) => {
    const headers = { "x-marquee-tenant": "meridian", ...more() };
    const first = await send(body, headers);
    const again = await send(body, headers);
    const third = await send(body, headers);
    // With extensions, it is Apollo Server's alone.
    const plain = await send({ ...body, extensions: {} }, headers);
    expect(again).toEqual(plain);
    expect(third).toEqual(plain);
    expect({ ...first, told: null }).toEqual({ ...plain, told: null });
  });
});
