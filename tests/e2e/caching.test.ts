import { get, type IncomingHttpHeaders } from "node:http";
import { brotliDecompressSync } from "node:zlib";

import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { titleBody } from "../support/titles.js";

const NAMES = "{ titles(first: 40) { edges { node { id name } } } }";

const gateway = useGateway(() => ({
  MARQUEE_BUDGET_ADDRESS: "1000000",
  MARQUEE_COUNTRY_HEADER: "x-country",
  MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
}));
let tenant: Tenant;
beforeAll(async () => {
  tenant = await gateway.createTenant();
  await publish(
    gateway.stores,
    tenant,
    Array.from({ length: 40 }, (_, n) => titleBody({ id: `t${n}`, name: `Title ${n}` })),
  );
});

interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Asks by GET as a cache does: nothing is unpacked, nothing kept. */
function ask(query: string, headers: Record<string, string> = {}): Promise<Answered> {
  const url = `${gateway.url}/graphql?${new URLSearchParams({ query }).toString()}`;
  return new Promise((resolve, reject) => {
    get(url, { headers: { "x-marquee-tenant": tenant.slug, ...headers }, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts) }),
      );
    }).on("error", reject);
  });
}

const keptFor = async (query: string, headers?: Record<string, string>) =>
  (await ask(query, headers)).headers["cache-control"];

describe("what a visitor asks by GET", () => {
  it("says for how long it may be kept, what it depends on, and nothing of who asked", async () => {
    const { status, headers } = await ask(NAMES);
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=60");
    expect(headers.etag).toMatch(/^W\/"[\w-]{27}"$/);
    const vary = (headers.vary ?? "").toLowerCase().split(", ");
    for (const name of [
      "accept",
      "authorization",
      "x-marquee-tenant",
      "x-api-key",
      "x-country",
      "accept-encoding",
    ])
      expect(vary).toContain(name);
    expect(headers).not.toHaveProperty("ratelimit");
    expect((await ask("{ viewer { __typename } }")).headers).toHaveProperty("ratelimit");
  });

  it("is not sent again to who has it, however it was compressed, until it is another", async () => {
    const plain = await ask(NAMES);
    const packed = await ask(NAMES, { "accept-encoding": "br" });
    expect(packed.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(packed.body)).toEqual(plain.body);
    expect(packed.headers.etag).toBe(plain.headers.etag);
    const tag = plain.headers.etag!;
    for (const sent of [tag, `"other", ${tag}`, "*"]) {
      const again = await ask(NAMES, { "if-none-match": sent, "accept-encoding": "br" });
      expect([again.status, again.body.length]).toEqual([304, 0]);
      expect(again.headers).toMatchObject({
        etag: tag,
        "cache-control": "public, max-age=60",
        vary: expect.stringContaining("X-Marquee-Tenant") as string,
      });
      expect(again.headers).not.toHaveProperty("content-type");
    }
    await publish(gateway.stores, tenant, [titleBody({ id: "t0", name: "Renamed" })]);
    const changed = await ask(NAMES, { "if-none-match": tag });
    expect(changed.status).toBe(200);
    expect(changed.body.toString()).toContain("Renamed");
  });

  it("is kept no longer than the first licence in it is in force", async () => {
    const until = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
    const licence = { countries: ["US"], from: "2020-01-01T00:00:00Z", until: until(40) };
    const later = { ...licence, until: until(50) };
    const body = titleBody({ id: "ending", name: "Ending", licences: [licence, later] });
    await publish(gateway.stores, tenant, [body]);
    const seconds = async (query: string, headers?: Record<string, string>) =>
      Number(/^public, max-age=(\d+)$/.exec((await keptFor(query, headers)) ?? "")?.[1]);
    for (const query of [
      '{ title(id: "Title:ending") { name } }',
      '{ search(query: "Ending") { edges { node { id } } } }',
      '{ search(query: "Ending", first: 0) { totalCount didYouMean } }',
      '{ search(query: "", first: 0) { facets { __typename } } }',
      '{ suggest(prefix: "End") { text } }',
      "{ genres { name } }",
      "{ titles(first: 0) { totalCount } }",
      '{ person(id: "Person:somebody") { name } }',
      '{ nodes(ids: ["Genre:drama", "Studio:none"]) { id } }',
      "{ home { name } }",
    ]) {
      expect(await seconds(query), query).toBeGreaterThan(20);
      expect(await seconds(query), query).toBeLessThanOrEqual(50);
    }
    expect(await seconds('{ title(id: "Title:ending") { name } }', { "x-country": "DE" })).toBe(60);
  });
});

describe("what is not everybody's is kept by nobody", () => {
  const OF_ONE = ["x-marquee-explain", "x-marquee-freshness", "x-marquee-cost"];

  it.each(OF_ONE)("asked with %s", async (name) => {
    expect(await keptFor(NAMES, { [name]: "1" })).toBe("no-store");
  });

  it("asked by who is signed in", async () => {
    const { token } = await openAccount(gateway, tenant, { roles: ["VIEWER"] });
    expect(await keptFor(NAMES, { authorization: `Bearer ${token}` })).toBe("no-store");
  });

  it("with an error in it, or refused", async () => {
    const failing = await ask(`{ genres { name } nodes(ids: ["Title:t1", "nonsense"]) { id } }`);
    expect(JSON.parse(failing.body.toString())).toHaveProperty("errors");
    expect(failing.headers["cache-control"]).toBe("no-store");
    const accept = "application/graphql-response+json";
    const refused = await ask("{ nothing }", { accept });
    expect([refused.status, refused.headers["cache-control"]]).toEqual([400, "no-store"]);
    expect(refused.headers).not.toHaveProperty("etag");
  });

  it("asked by POST", async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-marquee-tenant": tenant.slug },
      body: JSON.stringify({ query: NAMES }),
    });
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

describe("where nothing is to be kept", () => {
  const bare = useGateway(() => ({ MARQUEE_CACHE_SECONDS: "0" }));

  it("no answer says that it may be", async () => {
    const url = `${bare.url}/graphql?${new URLSearchParams({ query: "{ genres { name } }" }).toString()}`;
    const { headers } = await fetch(url, { headers: { "x-marquee-tenant": "meridian" } });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("etag")).toBeNull();
  });
});
