import { sign } from "node:crypto";

import { type TokenKey } from "../../../src/auth/token-key.js";

/** A request as it is put on the wire. */
export interface SentRequest {
  method: string;
  /** With its parameters. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** A POST of a body to GraphQL. */
export function postAs(body: string | Buffer, headers: SentRequest["headers"] = {}): SentRequest {
  return {
    method: "POST",
    path: "/graphql",
    headers: { "content-type": "application/json", ...headers },
    body,
  };
}

/** The request as bytes of HTTP/1.1, on a connection that ends with the answer. */
export function bytesOf({ method, path, headers, body = "" }: SentRequest, host: string): Buffer {
  const content = Buffer.from(body);
  const all: SentRequest["headers"] = {
    host,
    connection: "close",
    "content-length": String(content.length),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"),
    content,
  ]);
}

/**
 * An access token (RFC 7519, EdDSA) that says anything, rightly signed.
 *
 * @param header what its header has beside, or instead of, what ours have; undefined: not at all.
 */
export function signed(claims: object, { kid, privateKey }: TokenKey, header: object = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(Date.now() / 1000);
  const head = part({ alg: "EdDSA", typ: "at+jwt", kid, ...header });
  const text = `${head}.${part({ iss: "marquee", iat, exp: iat + 300, ...claims })}`;
  return `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
}
