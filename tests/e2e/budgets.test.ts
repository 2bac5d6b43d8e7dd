import { describe, expect, it } from "vitest";

import { adultProfile } from "../support/catalogue.js";
import { useDatabase, useGateway } from "../support/fixtures.js";

const ASK = "{ titles(first: 20) { edges { node { id } } } }";
const database = useDatabase();
const env = (more: Record<string, string>) => () => ({
  POSTGRES_URL: database.url,
  MONGODB_URL: "",
  OPENSEARCH_URL: "",
  NEO4J_URL: "",
  ...more,
});

async function ask(url: string, tenant: string, token?: string) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-marquee-tenant": tenant,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query: ASK }),
  });
  const { errors = [] } = (await response.json()) as { errors?: { extensions: Record<string, unknown> }[] };
  return { status: response.status, headers: response.headers, error: errors[0]?.extensions };
}

describe("with a budget for each address", () => {
  const gateway = useGateway(env({ MARQUEE_BUDGET_ADDRESS: "100", MARQUEE_BUDGET_SECONDS: "3600" }));

  it("answers what is left after what a request has cost, and 429 when it is spent", async () => {
    const { slug } = await gateway.createTenant();
    const first = await ask(gateway.url, slug);
    // Taken to cost 24; the tenant has no titles.
    const cost = Number(first.headers.get("x-marquee-cost-actual"));
    expect(cost).toBeLessThan(10);
    expect(first.headers.get("ratelimit-policy")).toBe('"address";q=100;qu="cost";w=3600');
    expect(first.headers.get("ratelimit")).toMatch(new RegExp(`^"address";r=${100 - cost};t=3[56]\\d\\d$`));
    let last = first;
    for (let n = 0; n < 100 && last.status === 200; n += 1) last = await ask(gateway.url, slug);
    expect(last.status).toBe(429);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(3_000);
    expect(last.error).toMatchObject({ code: "BUDGET_EXCEEDED", of: "address", limit: 100, found: 24 });
    expect(last.error?.remaining).toBeLessThan(24);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  });
});

describe("with a budget for each principal", () => {
  const more = { MARQUEE_BUDGET_PRINCIPAL: "60", MARQUEE_BUDGET_SECONDS: "3600", MARQUEE_DEMO: "false" };
  const gateway = useGateway(env(more));
  const second = useGateway(env(more));

  it("lets operators go on, others not, and counts at all gateways", async () => {
    const tenant = await gateway.createTenant();
    await gateway.stores.accounts.putProfiles(tenant, ["ann", "olga"].map(adultProfile));
    const tokenOf = (profile: string, roles: ("VIEWER" | "OPERATOR")[]) =>
      gateway.tokenFor({ tenant: tenant.slug, account: null, profile, roles });
    const [ann, olga] = await Promise.all([tokenOf("ann", ["VIEWER"]), tokenOf("olga", ["OPERATOR"])]);
    const until429 = async (url: string, token: string) => {
      for (let n = 0; n < 40; n += 1) if ((await ask(url, tenant.slug, token)).status === 429) return n;
      return null;
    };
    expect(await until429(gateway.url, ann)).not.toBeNull();
    expect(await until429(gateway.url, olga)).toBeNull();
    await expect
      .poll(async () => (await ask(second.url, tenant.slug, ann)).status, { timeout: 20_000 })
      .toBe(429);
  });
});
