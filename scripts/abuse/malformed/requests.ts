import { createHash } from "node:crypto";

import fc from "fast-check";

import { type TokenKey } from "../../../src/auth/token-key.js";
import { postAs, signed, type SentRequest } from "./sent-request.js";

/** A document that is right; requests are malformed around it. */
export const QUERY = "{ genres { name } viewer { profile { id } } }";
const hash = createHash("sha256").update(QUERY).digest("hex");

const DOCUMENTS = [
  QUERY,
  "query A { __typename } query B { __typename }",
  "query ($id: ID!) { node(id: $id) { id } }",
  "mutation { __typename }",
  "subscription S { state }",
  "subscription { __typename }",
  "{ genres",
  "",
];
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("__proto__", "\0", "\ud800", "1".repeat(400), -0, 1e308, true),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const persistedQuery = fc.oneof(
  odd,
  fc.record({
    version: fc.oneof(fc.constant(1), odd),
    sha256Hash: maybe(fc.oneof(fc.constantFrom(hash, [hash], { toString: 1 }), odd)),
  }),
);
const members = fc.record({
  query: maybe(fc.oneof(fc.constantFrom(...DOCUMENTS), odd)),
  operationName: maybe(fc.oneof(fc.constantFrom("A", "C", ""), odd)),
  variables: maybe(fc.oneof(fc.record({ id: odd }), odd)),
  extensions: maybe(fc.oneof(fc.record({ persistedQuery }), odd)),
});

const TYPES = [
  "application/json",
  "application/graphql-response+json",
  "text/plain",
  "x",
  "application/json; charset=",
  "application/json;;",
  "multipart/form-data",
];
const bodies = fc.record({
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json(),
  ),
  type: fc.constantFrom(...TYPES),
});

const NAMES = [
  "authorization",
  "x-marquee-tenant",
  "x-marquee-consistency",
  "x-marquee-freshness",
  "x-marquee-explain",
  "accept",
  "accept-encoding",
  "content-type",
  "content-encoding",
  "host",
  "origin",
  "x-forwarded-for",
  "x-forwarded-host",
  "__proto__",
];
const headers = fc.record({
  name: fc.constantFrom(...NAMES),
  value: fc.oneof(
    fc
      .array(fc.constantFrom(...'aZ09 .,;:=/*"-_@%\\\t\u00e9\u00ff'.split("")), { maxLength: 60 })
      .map((all) => all.join("")),
    fc.constantFrom("meridian", "Bearer a.b.c", "gzip;q=9", "*/*;q=0", "1", "x".repeat(4_000)),
  ),
});

const claims = fc.record({
  ten: fc.oneof(fc.constantFrom("meridian", "nowhere"), odd),
  acc: maybe(fc.oneof(fc.constant("viewer"), odd)),
  pro: fc.oneof(fc.constantFrom("meridian-viewer", "nobody"), odd),
  sid: maybe(odd),
  rol: maybe(
    fc.oneof(fc.constantFrom(["EDITOR"], "EDITOR", 5, [5], ["ROOT"], { 0: "OPERATOR", length: 1 }), odd),
  ),
  cty: maybe(fc.oneof(fc.constantFrom("US", "UK", "\0"), odd)),
  mat: maybe(fc.oneof(fc.constantFrom(18, -1, 1e9, 1.5, "18"), odd)),
  psn: maybe(odd),
});

/** A GET with the members as parameters, as far as they have a text. */
function getOf(request: Readonly<Record<string, unknown>>): SentRequest {
  const all = Object.entries(request).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name, typeof value === "string" ? value : JSON.stringify(value)] as [string, string]],
  );
  const path = `/graphql?${new URLSearchParams(all).toString()}`;
  return { method: "GET", path, headers: { "x-marquee-tenant": "meridian" } };
}

/**
 * Requests that are well-formed HTTP and wrong in all else, by what is wrong with them.
 *
 * @param key what the server's access tokens are signed with.
 */
export function malformedRequests(key: TokenKey): Readonly<Record<string, fc.Arbitrary<SentRequest>>> {
  const query = JSON.stringify({ query: QUERY });
  return {
    "requests of any members": members.map((request) => postAs(JSON.stringify(request))),
    "bodies of any bytes": bodies.map(({ bytes, type }) => postAs(bytes, { "content-type": type })),
    "headers of any value": headers.map(({ name, value }) => postAs(query, { [name]: value.trim() })),
    "the parameters of a GET": members.map(getOf),
    "tokens of ours that claim anything": claims.map((claimed) =>
      postAs(query, { authorization: `Bearer ${signed(claimed, key)}` }),
    ),
  };
}
