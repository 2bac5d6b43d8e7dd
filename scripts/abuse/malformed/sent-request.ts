import { createHmac } from "node:crypto";

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

/** An access token (RFC 7519, HS256) that says anything, rightly signed. */
export function signed(claims: object, key: Uint8Array): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 300;
  const text = `${part({ alg: "HS256" })}.${part({ ...claims, iss: "marquee", exp })}`;
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`;
}
