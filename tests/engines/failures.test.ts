/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { type StoreName } from "../../datasources/core/store-request.js";
import { failureCases, findKnown, type FailureCase } from "../support/failure-cases.js";
import { failureTable, type Behaviour, type FailureRow } from "../support/failure-table.js";
import { type Answer, type TestGateway } from "../support/gateway.js";
import {
  missingUrls,
  openFailingStores,
  URLS,
  type FailingStores,
  type UrlName,
} from "./failures-support.js";

const EMAIL = "family@lumen.example";
const ROWS = failureTable();
const ENGINES = URLS.filter((name) => name !== "POSTGRES_URL");
const storeOf = (name: UrlName) => name.replace("_URL", "") as StoreName;

interface Readiness {
  status: string;
  stores: { store: StoreName; state: string; breaker: string }[];
}

async function readiness(gateway: TestGateway): Promise<Readiness> {
  return (await fetch(`${gateway.operationsUrl}/readyz`)).json() as Promise<Readiness>;
}

/** Waits until every store is up, let through and answers its own fields. */
async function untilWhole(gateway: TestGateway): Promise<void> {
  const patience = { timeout: 60_000, interval: 250 };
  // Hooks ask it too, where only a test may poll an expectation.
  await vi.waitFor(async () => expect(await readiness(gateway)).toMatchObject({ status: "ready" }), patience);
}

/** What an answer has at a case's field, in the words of the table. */
function judge({ valueOf }: FailureCase, answer: Answer, store: StoreName): string {
  const missed = (answer.extensions?.explain as { missed?: string[] } | undefined)?.missed ?? [];
  const value = valueOf(answer.data) ?? null;
  const strange = (answer.errors ?? []).filter(
    ({ extensions }) => extensions.code !== "STORE_UNAVAILABLE" || extensions.store !== store,
  );
  if (strange.length > 0) return `errors: ${JSON.stringify(strange)}`;
  if (value === null) return answer.errors ? "null" : "left out";
  if (answer.errors) return `a value and errors: ${JSON.stringify(answer.errors)}`;
  return missed.includes(store) ? "fallback" : "in full";
}

describe.skipIf(missingUrls.length > 0)("a gateway over four engines", () => {
  let stores: FailingStores;
  let gateway: TestGateway;
  let token: string;
  let cases: Record<string, FailureCase>;
  const healthy = new Map<string, unknown>();

  const ask = ({ query, variables, token: own }: FailureCase, as = own ?? token) =>
    gateway.ask(query, { token: as, variables, explain: true });

  beforeAll(async () => {
    stores = await openFailingStores();
    // Nothing has been filled, and no engine is there.
    for (const name of ENGINES) await stores.wires[name].cut();
    gateway = await stores.start();
    token = await gateway.signIn(EMAIL);
  }, 300_000);
  afterAll(async () => {
    await gateway.close();
    await stores.close();
  });

  it("starts without its engines, says so, and uses each when it comes", async () => {
    const absent = await readiness(gateway);
    expect(absent.status).toBe("degraded");
    expect(absent.stores.map(({ store, state }) => [store, state])).toEqual([
      ["POSTGRES", "UP"],
      ["MONGODB", "DOWN"],
      ["OPENSEARCH", "DOWN"],
      ["NEO4J", "DOWN"],
    ]);
    cases = failureCases(await findKnown(gateway, EMAIL, token), EMAIL);
    for (const name of ENGINES) {
      const before = await readiness(gateway);
      expect(before.stores.find(({ store }) => store === storeOf(name))?.state).toBe("DOWN");
      await stores.wires[name].mend();
      await expect
        .poll(
          async () => {
            const row = ROWS.find(({ store }) => store === storeOf(name))!;
            const { extensions } = await ask(cases[row.name]!);
            return extensions?.explain?.totals[storeOf(name)] ?? 0;
          },
          { timeout: 90_000, interval: 500 },
        )
        .toBeGreaterThan(0);
    }
    await untilWhole(gateway);
  }, 400_000);

  it("answers every row of the table while all are up, from the store that it names", async () => {
    // All batches by the engines: whatever was found by way of PostgreSQL is the same here.
    for (const row of ROWS.filter(({ name }) => name !== "Mutation.refreshSession")) {
      const answer = await ask(cases[row.name]!);
      expect(judge(cases[row.name]!, answer, row.store), row.name).toBe("in full");
      expect(Object.keys(answer.extensions?.explain?.totals ?? {}), row.name).toContain(row.store);
      healthy.set(row.name, cases[row.name]!.valueOf(answer.data));
    }
  }, 120_000);

  describe.each(URLS)("without %s", (name) => {
    const store = storeOf(name);
    beforeAll(() => stores.wires[name].cut());
    afterAll(async () => {
      await stores.wires[name].mend();
      await untilWhole(gateway);
    }, 90_000);

    const expected = (row: FailureRow): Behaviour =>
      store === "POSTGRES" ? row.withoutPostgres : row.store === store ? row.withoutStore : "in full";

    it("every field does what the table says, and those of the other stores answer in full", async () => {
      const found: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const row of ROWS) {
        if (row.name === "Mutation.refreshSession" && store !== "POSTGRES") continue;
        const behaviour = expected(row);
        const answer = await ask(cases[row.name]!);
        const judged = judge(cases[row.name]!, answer, store);
        wanted[row.name] = behaviour === "null" || behaviour === "left out" ? behaviour : "answered";
        found[row.name] = judged === "in full" || judged === "fallback" ? "answered" : judged;
        if (behaviour === "standby") expect(judged, row.name).toBe("fallback");
        // Fields of other stores may show titles of this one; their own part has not changed.
        if (behaviour === "in full" && row.store !== "POSTGRES")
          expect(cases[row.name]!.valueOf(answer.data), row.name).toEqual(healthy.get(row.name));
      }
      expect(found).toEqual(wanted);
    }, 120_000);

    it("/readyz names it", async () => {
      const { status, stores: all } = await readiness(gateway);
      expect(status).toBe(store === "POSTGRES" ? "down" : "degraded");
      expect(all.filter(({ state }) => state === "DOWN").map((each) => each.store)).toEqual([store]);
    });
  });

  it("keeps a kids profile a kids profile while PostgreSQL is down, and refuses who is gone while it is up", async () => {
    const { data } = await gateway.ask("{ viewer { profiles { id kind } } }", { token });
    const kids = data.viewer.profiles.find(({ kind }: { kind: string }) => kind === "KIDS");
    const select = "mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { accessToken } }";
    const selected = await gateway.ask(select, { token, variables: { input: { profile: kids.id } } });
    const kidsToken = selected.data.selectProfile.accessToken as string;
    const list =
      "{ titles(first: 100) { totalCount edges { node { id } } } home { titles(first: 50) { edges { node { id } } } } }";
    const mine = await gateway.ask(list, { token: kidsToken });
    const adults = await gateway.ask(list, { token });
    expect(mine.data.titles.totalCount).toBeGreaterThan(0);
    expect(mine.data.titles.totalCount).toBeLessThan(adults.data.titles.totalCount);
    const own = await gateway.tokens.verify(kidsToken);
    const gone = { ...own, profile: "nobody-any-more" };
    const goneToken = await gateway.tokenFor(gone);
    const bare = await gateway.tokenFor({ ...own, audience: undefined });
    const refused = await gateway.ask(list, { token: goneToken });
    expect(refused.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    await stores.wires.POSTGRES_URL.cut();
    try {
      const without = await gateway.ask(list, { token: kidsToken });
      expect(without.errors).toBeUndefined();
      expect(without.data.titles).toEqual(mine.data.titles);
      const allowed = new Set(mine.data.titles.edges.map((edge: { node: { id: string } }) => edge.node.id));
      if (mine.data.titles.totalCount <= 100)
        for (const row of without.data.home)
          for (const { node } of row.titles.edges) expect(allowed).toContain(node.id);
      const unknown = await gateway.ask("{ titles { totalCount } }", { token: bare });
      expect(unknown.data.titles).toBeNull();
      expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: "STORE_UNAVAILABLE", store: "POSTGRES" });
    } finally {
      await stores.wires.POSTGRES_URL.mend();
    }
    await untilWhole(gateway);
  }, 120_000);
});
