import { brotliDecompressSync, gunzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { startGateway, type Answer } from "../support/gateway.js";
import { sendBytes, sendRaw, type RawAnswer, type RawRequest } from "../support/http.js";

const gateway = useGateway(() => ({ MARQUEE_CORS_ORIGINS: "none" }));

const JSON_HEADERS = { "content-type": "application/json" };
const TITLES = "{ titles(first: 100) { edges { node { name synopsis } } } }";

const graphql = (query: string, { headers, ...rest }: RawRequest = {}) =>
  sendRaw(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({ query }),
    ...rest,
  });

const get = (query: string, headers: Record<string, string> = {}) =>
  sendRaw(`${gateway.url}/graphql?${new URLSearchParams({ query }).toString()}`, { headers });

const parsed = ({ body }: RawAnswer) => JSON.parse(body.toString()) as Answer;

function expectRefusal(answer: RawAnswer, status: number, says: RegExp) {
  const { errors, data } = parsed(answer);
  expect([answer.status, errors?.[0]?.extensions.code]).toEqual([status, "BAD_REQUEST"]);
  expect(errors?.[0]?.message).toMatch(says);
  expect(data).toBeUndefined();
  expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers["cache-control"]).toBe("no-store");
}

describe("compression", () => {
  it("is Brotli or gzip, as the client takes it, of answers that are worth it", async () => {
    const plain = await graphql(TITLES);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const ways = { br: brotliDecompressSync, gzip: gunzipSync } as const;
    for (const [encoding, undo] of Object.entries(ways)) {
      const { headers, body } = await graphql(TITLES, { headers: { "accept-encoding": encoding } });
      expect(headers["content-encoding"]).toBe(encoding);
      expect(headers.vary).toMatch(/accept-encoding/i);
      expect(undo(body).toString()).toBe(plain.body.toString());
      expect(body.length).toBeLessThan(plain.body.length / 2);
    }
    const browsers = await graphql(TITLES, { headers: { "accept-encoding": "gzip, deflate, br, zstd" } });
    expect(browsers.headers["content-encoding"]).toBe("br");
    const small = await graphql("{ __typename }", { headers: { "accept-encoding": "br" } });
    expect(small.headers["content-encoding"]).toBeUndefined();
  });

  it("was done at build time for the playground", async () => {
    const page = (await sendRaw(gateway.url)).body.toString();
    const [, script] = /src="\.?\/?(assets\/index[^"]+\.js)"/.exec(page) ?? [];
    const url = `${gateway.url}/${script}`;
    const plain = await sendRaw(url);
    const ways = { br: brotliDecompressSync, gzip: gunzipSync } as const;
    for (const [encoding, undo] of Object.entries(ways)) {
      const { headers, body } = await sendRaw(url, { headers: { "accept-encoding": encoding } });
      expect(headers).toMatchObject({
        "content-encoding": encoding,
        "content-type": plain.headers["content-type"],
        "content-length": String(body.length),
        "cache-control": "public, max-age=31536000, immutable",
      });
      expect(headers.vary).toMatch(/accept-encoding/i);
      expect(undo(body).equals(plain.body)).toBe(true);
      expect(body.length).toBeLessThan(plain.body.length / 2);
    }
    // What was compressed is no file of its own.
    expect((await sendRaw(`${url}.br`)).status).toBe(404);
  });
});

describe("what executes a query", () => {
  const executed = ({ status, body }: RawAnswer) =>
    status === 200 && /"__typename":"Query"/.test(body.toString());

  it.each([
    ["the tenant", { "x-marquee-tenant": "meridian" }],
    ["an operation's name", { "x-apollo-operation-name": "Q" }],
    ["Apollo's own header", { "apollo-require-preflight": "1" }],
    ["the type of JSON", { "content-type": "application/json" }],
    ["a type of GraphQL", { "content-type": "application/graphql-response+json" }],
    ["another type of GraphQL", { "content-type": "application/graphql+json" }],
  ])("a GET that %s proves not to be any page's", async (_, headers) => {
    expect(executed(await get("{ __typename }", headers))).toBe(true);
  });

  it("a GET with a token, as urql sends it", async () => {
    const token = await gateway.signIn("viewer@meridian.example");
    const accept =
      "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed";
    const answer = await get("{ __typename }", { authorization: `Bearer ${token}`, accept });
    expect(executed(answer)).toBe(true);
    expect(answer.headers["content-type"]).toMatch(/^application\/graphql-response\+json/);
  });

  it("is not what any page can send", async () => {
    const body = JSON.stringify({ query: "{ __typename }" });
    const form = new URLSearchParams({ query: "{ __typename }" }).toString();
    for (const answer of [
      await get("{ __typename }"),
      await get("{ __typename }", { accept: "application/graphql-response+json" }),
      await get("{ __typename }", { "content-type": "text/plain" }),
      await get("{ __typename }", { authorization: "" }),
      await sendRaw(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body,
      }),
      await sendRaw(`${gateway.url}/graphql`, { method: "POST", body }),
      await sendRaw(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: form,
      }),
      await sendRaw(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=x" },
        body: `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n{ __typename }\r\n--x--\r\n`,
      }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(parsed(answer).data).toBeUndefined();
    }
  });
});

describe("the status", () => {
  it("is 200 where anything was executed, whatever became of its fields", async () => {
    const answer = await graphql("{ genres { name } operations { stores { store } } }");
    const { data, errors } = parsed(answer);
    expect(answer.status).toBe(200);
    expect((data.genres as unknown[]).length).toBeGreaterThan(5);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
    expect(answer.headers["www-authenticate"]).toBeUndefined();
  });

  it("is 401, and says how to sign in, where nothing was for want of a good token", async () => {
    for (const authorization of ["Bearer no", "Basic dmlld2VyOm1hcnF1ZWU="]) {
      const answer = await graphql("{ genres { name } }", { headers: { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe('Bearer realm="marquee"');
      expect(parsed(answer).data).toBeUndefined();
    }
  });

  it("of a document that is refused goes by the media type of the answer", async () => {
    for (const query of [
      "{ genres {",
      "{ nothing }",
      "query ($n: Int!) { titles(first: $n) { totalCount } }",
    ]) {
      const statusOf = async (accept: string) => (await graphql(query, { headers: { accept } })).status;
      expect(await statusOf("application/json")).toBe(200);
      expect(await statusOf("*/*")).toBe(200);
      expect(await statusOf("application/graphql-response+json")).toBe(400);
      expect(await statusOf("application/graphql-response+json, application/json;q=0.9")).toBe(400);
    }
  });

  it("is 406 before anything is executed for which no answer would be taken", async () => {
    expectRefusal(await graphql("{ __typename }", { headers: { accept: "text/html" } }), 406, /^accept: /);
  });
});

describe("requests that HTTP does not allow, or that are not read", () => {
  it("are refused where another method is the right one, with those that are", async () => {
    for (const [path, method, allow] of [
      ["/graphql", "PUT", "GET, POST"],
      ["/graphql/", "DELETE", "GET, POST"],
      ["/graphql?query={__typename}", "HEAD", "GET, POST"],
      ["/healthz", "POST", "GET, HEAD"],
      ["/", "POST", "GET, HEAD"],
    ] as const) {
      const answer = await sendRaw(`${gateway.url}${path}`, { method });
      expect([path, answer.status, answer.headers.allow]).toEqual([path, 405, allow]);
      if (method !== "HEAD") expectRefusal(answer, 405, /Accepted: /);
    }
    expectRefusal(await sendRaw(`${gateway.url}/nowhere`), 404, /GET is not served at this path/);
    expect((await sendRaw(`${gateway.url}/healthz`, { method: "HEAD" })).status).toBe(200);
  });

  const lines = (first: string, ...headers: string[]) =>
    [first, ...headers, "connection: close", "", ""].join("\r\n");
  const HOST = "host: localhost";

  it.each<[what: string, sent: string, answer: RegExp]>([
    [
      "a method that nothing has",
      lines("DELETE /healthz HTTP/1.1", HOST),
      /^HTTP\/1\.1 405 .*\r\nallow: GET, HEAD\r\n/s,
    ],
    [
      "a method of proxies",
      lines("CONNECT db:5432 HTTP/1.1", HOST),
      /^HTTP\/1\.1 405 .*\r\nallow: GET, HEAD, POST\r\n/s,
    ],
    [
      "TRACE, which would tell headers",
      lines("TRACE /graphql HTTP/1.1", HOST, "authorization: Bearer x"),
      /^HTTP\/1\.1 405 (?!.*Bearer x)/s,
    ],
    [
      "what a server can",
      lines("OPTIONS * HTTP/1.1", HOST),
      /^HTTP\/1\.1 204 .*\r\nallow: GET, HEAD, POST\r\n/s,
    ],
    [
      "the absolute form of a target",
      lines("GET http://localhost/healthz HTTP/1.1", "host: other.example"),
      /^HTTP\/1\.1 200 /,
    ],
    ["the absolute form without a host", lines("GET http:///healthz HTTP/1.1", HOST), /^HTTP\/1\.1 400 /],
    [
      "the absolute form without any Host",
      lines("GET http://localhost/healthz HTTP/1.1"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "an expectation that is met",
      lines("GET /healthz HTTP/1.1", HOST, "expect: 100-continue"),
      /^HTTP\/1\.1 (100 |200 )/,
    ],
    [
      "an expectation that cannot be",
      lines("GET /healthz HTTP/1.1", HOST, "expect: 200-ok"),
      /^HTTP\/1\.1 417 /,
    ],
    ["another protocol", lines("GET /healthz HTTP/1.1", HOST, "upgrade: h2c"), /^HTTP\/1\.1 200 /],
    [
      "two tokens",
      lines("GET /healthz HTTP/1.1", HOST, "authorization: Bearer a", "authorization: Bearer b"),
      /^HTTP\/1\.1 400 .*authorization: sent more than once/s,
    ],
    [
      "two tenants",
      lines("GET /healthz HTTP/1.1", HOST, "x-marquee-tenant: lumen", "x-marquee-tenant: meridian"),
      /^HTTP\/1\.1 400 .*x-marquee-tenant: sent more than once/s,
    ],
    [
      "two types",
      lines("GET /healthz HTTP/1.1", HOST, "content-type: application/json", "content-type: text/plain"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "two lengths",
      lines("POST /graphql HTTP/1.1", HOST, "content-length: 2", "content-length: 3"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a length beside chunks",
      lines("POST /graphql HTTP/1.1", HOST, "content-length: 2", "transfer-encoding: chunked"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "a transfer coding that is none",
      lines("POST /graphql HTTP/1.1", HOST, "transfer-encoding: foo"),
      /^HTTP\/1\.1 400 /,
    ],
    ["a header that is folded", lines("GET /healthz HTTP/1.1", HOST, "x: a", " b"), /^HTTP\/1\.1 400 /],
    [
      "a header with a space before its colon",
      lines("GET /healthz HTTP/1.1", "host : localhost"),
      /^HTTP\/1\.1 400 /,
    ],
    [
      "more lines than Node.js counts",
      lines("GET /healthz HTTP/1.1", ...Array.from({ length: 2_500 }, () => "a:"), "host: a", "host: b"),
      /^HTTP\/1\.1 400 .*Host: sent 2 times/s,
    ],
  ])("are answered as RFC 9110 and 9112 have it, with an id: %s", async (_, sent, expected) => {
    const answer = await sendBytes(gateway.url, sent);
    expect(answer).toMatch(expected);
    expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/i);
    expect(answer).toMatch(/\r\ndate: /i);
    expect(answer).toMatch(/\r\ncache-control: no-store\r\n/i);
  });

  it.each(["iso-8859-1", "utf-16", '"latin1"', "utf8x"])("are refused in the charset %s", async (charset) => {
    const headers = { "content-type": `application/json; charset=${charset}` };
    expectRefusal(await graphql("{ __typename }", { headers }), 415, /charset.*Accepted: utf-8/);
  });

  it.each(["utf-8", "UTF-8", '"utf-8"', "utf8"])("are read in the charset %s", async (charset) => {
    const headers = { "content-type": `application/json; charset=${charset}` };
    expect((await graphql("{ __typename }", { headers })).status).toBe(200);
  });

  it.each(["gzip", "br", "zstd", "foo"])("are refused in the encoding %s", async (encoding) => {
    const answer = await graphql("{ __typename }", { headers: { "content-encoding": encoding } });
    expectRefusal(answer, 415, /Content-Encoding/i);
    expect(answer.headers["accept-encoding"]).toBe("identity");
  });

  it("are refused with more than one Host, with none, or with what is none", async () => {
    const ask = (version: string, ...hosts: string[]) =>
      sendBytes(
        gateway.url,
        [
          `GET /healthz HTTP/${version}`,
          ...hosts.map((host) => `Host: ${host}`),
          "Connection: close",
          "",
          "",
        ].join("\r\n"),
      );
    for (const hosts of [["a", "b"], ["a", "a"], [], [""], ["a b"], ["a/b"], ["u@a"], ["a:99999"], ["[::"]]) {
      const answer = await ask("1.1", ...hosts);
      expect(answer, hosts.join()).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/i);
      expect(answer).toMatch(/"code":"BAD_REQUEST"/);
    }
    for (const host of ["meridian.example", "127.0.0.1:4000", "[::1]:80"])
      expect(await ask("1.1", host)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask("1.0")).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("are answered with an id even where they are no HTTP", async () => {
    for (const text of [
      "hello\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `GET / HTTP/1.1\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
    ]) {
      const answer = await sendBytes(gateway.url, text);
      expect(answer).toMatch(/^HTTP\/1\.1 4(00|31) /);
      expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/);
    }
  });
});

describe("caches", () => {
  it("keep no answer of GraphQL that is not meant to be kept, and are told what it depends on", async () => {
    const { headers } = await get("{ __typename }", { "x-marquee-tenant": "meridian" });
    expect(headers["cache-control"]).toBe("no-store");
    const always =
      "Accept, Accept-Encoding, X-Marquee-Tenant, authorization, x-api-key, x-marquee-consistency, x-marquee-freshness, x-marquee-explain, x-marquee-cost";
    expect(headers.vary).toBe(always);
  });

  it("are told of the host and the country, where these are gone by", async () => {
    const elsewhere = await startGateway({
      MARQUEE_TENANT_DOMAINS: "watch.example",
      MARQUEE_COUNTRY_HEADER: "CF-IPCountry",
      MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
    });
    try {
      const { headers } = await sendRaw(`${elsewhere.url}/graphql?query={__typename}`);
      expect(headers.vary).toMatch(/, Host, cf-ipcountry$/);
    } finally {
      await elsewhere.close();
    }
  });

  it("keep no token", async () => {
    const input = { email: "viewer@meridian.example", password: "marquee" };
    const query = "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }";
    const body = JSON.stringify({ query, variables: { input } });
    const answer = await sendRaw(`${gateway.url}/graphql`, { method: "POST", headers: JSON_HEADERS, body });
    expect(answer.body.toString()).toMatch(/"accessToken":"\w/);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });
});

describe("security.txt", () => {
  it("names whom to tell, until when, where somebody is configured (RFC 9116)", async () => {
    const contacts = "mailto:security@watch.example,https://watch.example/report";
    const told = await startGateway({ MARQUEE_SECURITY_CONTACT: contacts });
    try {
      const { status, headers, body } = await sendRaw(`${told.url}/.well-known/security.txt`);
      expect([status, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
      const [first, second, expires] = body.toString().split("\n");
      expect([first, second]).toEqual(contacts.split(",").map((contact) => `Contact: ${contact}`));
      const days = (Date.parse((expires ?? "").replace("Expires: ", "")) - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(29);
      expect(days).toBeLessThan(32);
    } finally {
      await told.close();
    }
  });

  it("is not there where nobody is", async () => {
    expect((await sendRaw(`${gateway.url}/.well-known/security.txt`)).status).toBe(404);
  });
});

describe("below a path, behind a proxy that passes it on", () => {
  const below = useGateway(() => ({ MARQUEE_BASE_PATH: "/brand/api" }));

  it("serves everything there, and health checks at the root as well", async () => {
    const headers = { "x-marquee-tenant": "meridian" };
    for (const path of ["/brand/api/graphql?query={__typename}", "/graphql?query={__typename}"])
      expect((await sendRaw(`${below.url}${path}`, { headers })).status, path).toBe(200);
    for (const path of ["/brand/api/healthz", "/healthz", "/brand/api/readyz"])
      expect((await sendRaw(`${below.url}${path}`)).status, path).toBe(200);
    const page = await sendRaw(`${below.url}/brand/api/`);
    expect(page.headers["content-type"]).toMatch(/^text\/html/);
    expect((await sendRaw(`${below.url}/brand/apis/healthz`)).status).toBe(404);
  });

  it("leads to the slash that the playground's links need", async () => {
    const { status, headers } = await sendRaw(`${below.url}/brand/api`);
    expect([status, headers.location]).toEqual([308, "/brand/api/"]);
  });
});
