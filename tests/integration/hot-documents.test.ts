import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useDatabase } from "../support/fixtures.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { createTestTenant, openTestStores } from "../support/stores.js";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
const used = (text: string, uses = 1) => ({ hash: hashOf(text), text, uses });
const LIST = "query List($first: Int!) { titles(first: $first) { edges { node { id name } } } }";

describe("Documents that are used the most", () => {
  const database = useDatabase();
  let stores: Stores;
  let tenant: Tenant;
  beforeAll(async () => {
    stores = await openTestStores(database.url);
    tenant = await createTestTenant(stores);
  });
  afterAll(() => stores.close());

  const start = (env: Record<string, string> = {}): Promise<TestGateway> =>
    startGateway({ POSTGRES_URL: database.url, MARQUEE_DEFAULT_TENANT: tenant.slug, ...env });
  const empty = () => database.query("delete from marquee.hot_documents");
  const texts = async () =>
    (await stores.hotDocuments.list()).map(({ text, uses }) => [text, Math.round(uses)]);

  it("are kept in bounds, the most used first, and fade", async () => {
    await empty();
    const all = Array.from({ length: 230 }, (_, n) => used(`{ n${n} }`, n + 1));
    await stores.hotDocuments.add(all);
    await stores.hotDocuments.add([used("{ n100 }", 1_000)]);
    const [first, second, ...others] = await texts();
    expect([first, second]).toEqual([
      ["{ n100 }", 1_101],
      ["{ n229 }", 230],
    ]);
    expect(others).toHaveLength(198);
    await database.query("update marquee.hot_documents set at = at - interval '2 days' where hash = $1", [
      hashOf("{ n100 }"),
    ]);
    expect((await texts())[0]).toEqual(["{ n100 }", 275]);
    await stores.hotDocuments.add([used("{ n100 }", 5)]);
    expect((await texts())[0]).toEqual(["{ n100 }", 280]);
  });

  it("are added to by gateways that tell of them at once", async () => {
    await empty();
    const some = Array.from({ length: 50 }, (_, n) => used(`{ n${n} }`));
    await Promise.all(Array.from({ length: 8 }, () => stores.hotDocuments.add([...some].reverse())));
    expect((await texts()).map(([, uses]) => uses)).toEqual(Array.from({ length: 50 }, () => 8));
  });

  it("are queries that were answered, with nothing in them that somebody wrote", async () => {
    await empty();
    const gateway = await start();
    for (let n = 0; n < 3; n += 1) await gateway.ask(LIST, { variables: { first: 2 } });
    await gateway.ask('{ search(query: "my secret") { totalCount } }');
    await gateway.ask("{ titles { totalCount } } # for ann@example.org");
    await gateway.ask("{ titles { totalCount } } #\u0000");
    await gateway.ask("mutation { signOut { errors { code } } }");
    await gateway.ask("{ titles(first: 100000) { totalCount } }");
    await gateway.ask("{ nothing }");
    await gateway.close();
    expect(await texts()).toEqual([[LIST, 3]]);
  });

  it("are answered by a gateway that starts, to nobody's account, and known by their hashes", async () => {
    await empty();
    await stores.hotDocuments.add([used(LIST), used("{ noSuchField }"), used("{ not GraphQL")]);
    const budgets = () => database.query("select holder from marquee.budgets");
    await database.query("delete from marquee.budgets");
    const gateway = await start({
      MARQUEE_PRIMING_MS: "300",
      MARQUEE_BUDGET_ADDRESS: "100000",
      MARQUEE_CACHE_MB: "16",
    });
    try {
      const metrics = await (await fetch(new URL("metrics", gateway.operationsUrl))).text();
      expect(metrics).not.toMatch(/^marquee_(request_duration_seconds_count|errors_total).* [1-9]/m);
      expect(await budgets()).toEqual([]);
      // What it has read it keeps.
      expect(metrics).toMatch(/^marquee_cache_misses_total.* [1-9]/m);
      const persistedQuery = { version: 1, sha256Hash: hashOf(LIST) };
      const answer = await fetch(new URL("graphql", gateway.url), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ extensions: { persistedQuery }, variables: { first: 1 } }),
      });
      expect(await answer.json()).toMatchObject({ data: { titles: { edges: [] } } });
    } finally {
      await gateway.close();
    }
    // What it asked itself is no use.
    expect(new Map((await texts()) as [string, number][]).get(LIST)).toBe(2);
  });
});
