/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, inject, it } from "vitest";

import { failureCases, findKnown, type FailureCase } from "../support/failure-cases.js";
import { failureTable } from "../support/failure-table.js";
import { use, useGateway } from "../support/fixtures.js";
import { createExportLinks } from "../../resolvers/request/export-links.js";
import { startGateway, TEST_SECRET } from "../support/gateway.js";
import { layWire } from "../support/wire.js";

const EMAIL = "viewer@meridian.example";
/** What each failure is logged under. */
const REQUEST_ID = /^[0-9a-f-]{36}$/;
const NAMES = failureTable().map(({ name }) => name);

/** A gateway on one PostgreSQL, which has been cut off. */
const wire = use(() => layWire(inject("postgresUrl")));
const gateway = useGateway(() => ({
  POSTGRES_URL: wire.url,
  MARQUEE_STORE_DEADLINE_MS: "10000",
  MARQUEE_SECURITY_CONTACT: "mailto:security@example.com",
}));
let token: string;
let cases: Record<string, FailureCase>;

beforeAll(async () => {
  token = await gateway.signIn(EMAIL);
  cases = failureCases(await findKnown(gateway, EMAIL, token), EMAIL);
});

it("a gateway that knows no tenant yet says that the store is down, not that something went wrong", async () => {
  const own = await layWire(inject("postgresUrl"));
  const young = await startGateway({ POSTGRES_URL: own.url });
  await own.cut();
  const answer = await young.ask("{ genres { id } }").finally(() => young.close());
  await own.close();
  expect(answer.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: "STORE_UNAVAILABLE", store: "POSTGRES", requestId: expect.stringMatching(REQUEST_ID) },
  ]);
});

describe("with PostgreSQL alone", () => {
  it("every row of the table has a case, and its field an answer", async () => {
    expect(Object.keys(cases).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES.filter((each) => each !== "Mutation.refreshSession")) {
      const { query, variables, valueOf, token: own = token } = cases[name]!;
      const answer = await gateway.ask(query, { token: own, variables });
      expect(answer.errors, name).toBeUndefined();
      expect(valueOf(answer.data), name).not.toBeNull();
      expect(valueOf(answer.data), name).toBeDefined();
    }
  });

  it("every field is null with the store named while it is down, and answered when it is back", async () => {
    await wire.cut();
    for (const name of NAMES) {
      const { query, variables, valueOf, token: own = token } = cases[name]!;
      const answer = await gateway.ask(query, { token: own, variables });
      expect(answer.status, name).toBe(200);
      expect(valueOf(answer.data) ?? null, name).toBeNull();
      expect(answer.errors, name).toBeDefined();
      for (const { extensions } of answer.errors!)
        expect(extensions, name).toEqual({
          code: "STORE_UNAVAILABLE",
          store: "POSTGRES",
          requestId: expect.stringMatching(REQUEST_ID),
        });
    }
    const ready = await fetch(`${gateway.operationsUrl}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: "down",
      stores: [{ store: "POSTGRES", state: "DOWN", breaker: "OPEN" }],
    });
    const metrics = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(/^marquee_store_breaker_state\{store="POSTGRES"\} [12]$/m);
    expect(metrics).toMatch(/^marquee_store_rejected_total\{store="POSTGRES",reason="breaker"\} [1-9]/m);
    expect(metrics).toMatch(/^marquee_store_failed_total\{store="POSTGRES",reason="outage"\} [1-9]/m);
    expect(metrics).toMatch(/^marquee_store_in_flight\{store="POSTGRES"\} 0$/m);
    expect(metrics).toMatch(/^marquee_store_queued\{store="POSTGRES"\} 0$/m);
    expect(metrics).toMatch(/^marquee_store_retries_total\{store="POSTGRES"\} \d+$/m);
    expect(metrics).toMatch(/^marquee_store_missed_total\{store="POSTGRES"\} [1-9]/m);
    await wire.mend();
    const status = async () =>
      ((await (await fetch(`${gateway.operationsUrl}/readyz`)).json()) as { status: string }).status;
    await expect.poll(status, { timeout: 10_000 }).toBe("ready");
    const { data } = await gateway.ask("{ viewer { profile { name } } }", { token });
    expect(data.viewer.profile.name).toBeTruthy();
  });
});

it("every path of HTTP is answered while PostgreSQL is down, or says that it is, and when to try again", async () => {
  const links = createExportLinks(new TextEncoder().encode(TEST_SECRET));
  const tenant = (await gateway.stores.tenants.named("meridian"))!;
  const link = links.pathOf(tenant, "00000000-0000-4000-8000-000000000000");
  const fetched = async (url: string) => {
    const answer = await fetch(url);
    return { answer, text: await answer.text() };
  };
  const statusesOf = (base: string, paths: string[]) =>
    Promise.all(paths.map(async (path) => [path, (await fetched(`${base}${path}`)).answer.status]));
  await wire.cut();
  try {
    const paths = ["/", "/healthz", "/readyz", "/.well-known/jwks.json", "/.well-known/security.txt", link];
    expect(await statusesOf(gateway.url, paths)).toEqual([
      ["/", 200],
      ["/healthz", 200],
      ["/readyz", 503],
      ["/.well-known/jwks.json", 200],
      ["/.well-known/security.txt", 200],
      [link, 503],
    ]);
    expect(await statusesOf(gateway.operationsUrl, ["/healthz", "/readyz", "/metrics"])).toEqual([
      ["/healthz", 200],
      ["/readyz", 503],
      ["/metrics", 200],
    ]);
    for (const path of ["/readyz", link])
      expect((await fetched(`${gateway.url}${path}`)).answer.headers.get("retry-after"), path).toBe("1");
    // Whose key it is, is looked up before anything is answered.
    const key = `mq_meridian_${"0".repeat(12)}_${"A".repeat(43)}`;
    const byKey = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect([byKey.status, byKey.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await byKey.json()).toMatchObject({ errors: [{ extensions: { code: "STORE_UNAVAILABLE" } }] });
    const { answer, text } = await fetched(`${gateway.url}${link}`);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          message: "POSTGRES is not available",
          extensions: {
            code: "STORE_UNAVAILABLE",
            store: "POSTGRES",
            requestId: answer.headers.get("x-request-id"),
          },
        },
      ],
    });
  } finally {
    await wire.mend();
  }
  await expect.poll(async () => (await fetch(`${gateway.url}${link}`)).status, { timeout: 60_000 }).toBe(404);
});

it("a token of a session that was ended before PostgreSQL went is refused while it is down, and others go on", async () => {
  const ended = await gateway.signIn(EMAIL);
  const ask = async (of: string) => (await gateway.ask("{ __typename }", { token: of })).status;
  await gateway.ask("mutation { signOut { signedOut } }", { token: ended });
  await expect.poll(() => ask(ended), { timeout: 30_000 }).toBe(401);
  await wire.cut();
  try {
    expect([await ask(ended), await ask(token)]).toEqual([401, 200]);
  } finally {
    await wire.mend();
  }
  const viewer = async () => (await gateway.ask("{ viewer { roles } }", { token })).errors;
  await expect.poll(viewer, { timeout: 60_000 }).toBeUndefined();
});
