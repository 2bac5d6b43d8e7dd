import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startGateway, type TestGateway } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";

const LIST = "{ titles(first: 1) { edges { node { id } } } }";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ MARQUEE_EXPLAIN: "operators" });
});
afterAll(() => gateway?.close());

const get = async (url: string) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
};

describe("the public address", () => {
  it("tells whether it lives and serves, and nothing of stores, tenants and figures", async () => {
    expect(await get(`${gateway.url}/healthz`)).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(await get(`${gateway.url}/readyz`)).toEqual({ status: 200, body: '{"status":"ready"}' });
    expect((await get(`${gateway.url}/metrics`)).status).toBe(404);
  });

  it("lists store calls for operators alone, where configured so", async () => {
    const told = async (token?: string) =>
      (await gateway.ask(LIST, { token, explain: true })).extensions?.explain?.calls.map(
        ({ operation }) => operation,
      );
    const [viewer, operator] = await Promise.all([
      gateway.signIn("viewer@meridian.example"),
      gateway.signIn("operator@meridian.example"),
    ]);
    expect(await told()).toBeUndefined();
    expect(await told(viewer)).toBeUndefined();
    expect(await told(operator)).toEqual(["accounts.viewer", "catalog.titles"]);
    expect(
      (await gateway.ask("{ __typename }", { token: viewer, explain: true })).extensions,
    ).toBeUndefined();
  });

  it("lists them for nobody where it is off, and for all where it says so", async () => {
    const off = await startGateway({ MARQUEE_EXPLAIN: "off" });
    const all = await startGateway({ MARQUEE_EXPLAIN: "all" });
    try {
      const operator = await off.signIn("operator@meridian.example");
      expect((await off.ask(LIST, { token: operator, explain: true })).extensions).toBeUndefined();
      expect((await all.ask(LIST, { explain: true })).extensions?.explain?.calls).toHaveLength(1);
    } finally {
      await Promise.all([off.close(), all.close()]);
    }
  });
});

describe("the operators' address", () => {
  it("is this machine's alone, and tells each store's state and the figures of every tenant", async () => {
    await gateway.ask(LIST, { tenant: "lumen" });
    expect(gateway.operationsUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const ready = await get(`${gateway.operationsUrl}/readyz`);
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toMatchObject({
      status: "ready",
      stores: expect.arrayContaining([
        expect.objectContaining({ store: "POSTGRES", state: "UP" }),
      ]) as unknown,
    });
    expect((await get(`${gateway.operationsUrl}/metrics`)).body).toMatch(/tenant="lumen"/);
    const graphql = await fetch(`${gateway.operationsUrl}/graphql`, { method: "POST" });
    expect(graphql.status).toBe(404);
  });

  it("answers with an id, for no cache, and refuses as the public one does", async () => {
    for (const [path, method, status] of [
      ["/readyz", "GET", 200],
      ["/metrics", "GET", 200],
      ["/metrics", "POST", 405],
      ["/nothing", "GET", 404],
    ] as const) {
      const answer = await sendRaw(`${gateway.operationsUrl}${path}`, { method });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers["cache-control"]).toBe("no-store");
      if (status === 405) expect(answer.headers.allow).toBe("GET");
    }
  });

  it("is not there where none is wanted", async () => {
    const alone = await startGateway({ MARQUEE_OPERATIONS_PORT: "none" });
    try {
      expect(alone.operationsUrl).toBe("");
      expect((await get(`${alone.url}/readyz`)).status).toBe(200);
    } finally {
      await alone.close();
    }
  });
});
