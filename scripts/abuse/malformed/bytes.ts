import fc from "fast-check";

import { type TokenKey } from "../../../src/auth/token-key.js";
import { malformedRequests } from "./requests.js";
import { bytesOf, type SentRequest } from "./sent-request.js";

/** Bytes for one connection. */
export interface SentBytes {
  bytes: Buffer;
  /** Whether the client says that they are all (FIN). */
  finish: boolean;
}

/** What parsers of HTTP have been led astray by. */
const INSERTED = [
  "\r\n",
  "\n",
  "\0",
  " ",
  "\r\n\r\n",
  "Transfer-Encoding: chunked\r\n",
  "transfer-encoding: identity, chunked\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: -1\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Expect: 100-continue\r\n",
  "Expect: nothing\r\n",
  "Upgrade: websocket\r\nConnection: Upgrade\r\n",
  "Connection: keep-alive\r\n",
  "Host: other.example\r\n",
  "X: ".padEnd(20_000, "x") + "\r\n",
  "ffffffff\r\n",
  "0\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "GET /healthz HTTP/1.1\r\n\r\n",
];
const METHODS = [
  "GET",
  "HEAD",
  "PUT",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PATCH",
  "QUERY",
  "post",
  "X\u0000Y",
];
const PATHS = [
  "/",
  "/graphql",
  "/graphql/",
  "//graphql",
  "/%2e%2e/etc/passwd",
  "/graphql?query=%ff",
  "*",
  "http://x/",
  "/readyz",
  "/metrics",
  "/assets/%00",
  `/${"a".repeat(9_000)}`,
];

const edit = fc.record({
  kind: fc.constantFrom("insert", "remove", "repeat", "replace", "cut"),
  /** Where, as a share of the whole; most of it is head. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 60 }),
  text: fc.oneof(
    fc.constantFrom(...INSERTED).map((text) => Buffer.from(text, "latin1")),
    fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  ),
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(bytes: Buffer, { kind, at, length, text }: Edit): Buffer {
  const from = Math.floor(at * bytes.length);
  const [before, part, after] = [
    bytes.subarray(0, from),
    bytes.subarray(from, from + length),
    bytes.subarray(from + length),
  ];
  switch (kind) {
    case "insert":
      return Buffer.concat([before, text, part, after]);
    case "remove":
      return Buffer.concat([before, after]);
    case "repeat":
      return Buffer.concat([before, part, part, after]);
    case "replace":
      return Buffer.concat([before, text, after]);
    default:
      return before;
  }
}

/** Requests of other methods and to other paths. */
const elsewhere: fc.Arbitrary<SentRequest> = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.constantFrom(...PATHS),
  headers: fc.constant({}),
  body: fc.constantFrom("", "{}"),
});

/**
 * Connections that begin with anything: malformed requests as they are, and requests whose bytes were edited until they
 * may be no HTTP at all.
 *
 * @param key what the server's access tokens are signed with.
 * @param host its host and port.
 */
export function malformedBytes(key: TokenKey, host: string): fc.Arbitrary<SentBytes> {
  const requests = [...Object.values(malformedRequests(key)), elsewhere];
  const whole = fc.oneof(...requests).map((request) => bytesOf(request, host));
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
  const torn = fc.tuple(whole, edits).map(([bytes, all]) => all.reduce(edited, bytes));
  return fc.record({ bytes: fc.oneof(whole, torn), finish: fc.boolean() });
}
