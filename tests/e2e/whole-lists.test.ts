import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { projecting } from "../../datasources/projection/following/drain.js";
import { createRandom } from "../../scripts/random.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { isUnderTest } from "../support/engines.js";
import { useGateway } from "../support/fixtures.js";
import { titleBody } from "../support/titles.js";

const OPEN = {
  MARQUEE_BUDGET_ADDRESS: "1000000",
  MARQUEE_COUNTRY_HEADER: "x-country",
  MARQUEE_TRUSTED_PROXIES: "127.0.0.1",
};

/** One that keeps what it can, and one that keeps nothing and has graphql-js write everything. */
const kept = useGateway(() => ({ MARQUEE_CACHE_MB: "32", MARQUEE_COMPILED_QUERIES: "all", ...OPEN }));
const plain = useGateway(() => ({ MARQUEE_CACHE_MB: "0", MARQUEE_COMPILED_QUERIES: "none", ...OPEN }));
const TITLES = 12;
const NODE = "id name kind credits { role person { id name } } genres { id name }";
const QUERIES = [
  `{ titles(first: 5) { edges { cursor node { ${NODE} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  `{ titles(first: 50, orderBy: { field: POPULARITY, direction: DESC }) { edges { node { id name } } totalCount } }`,
  `{ a: titles(last: 4) { edges { cursor node { name } } } b: titles(first: 3) { edges { node { name myRating } } } }`,
  `query ($n: Int = 4, $more: Boolean = false) { titles(first: $n) { pageInfo { endCursor } edges { node { name synopsis @include(if: $more) } } } }`,
];
const VARIABLES = [{}, { n: 2 }, { n: 2, more: true }, { n: 101 }];

let tenant: Tenant;
const tokens: (string | undefined)[] = [undefined];
beforeAll(async () => {
  tenant = await kept.createTenant();
  await publish(
    kept.stores,
    tenant,
    Array.from({ length: TITLES }, (_, n) => titleBody({ id: `t${n}`, name: `Title ${n}` })),
  );
  for (const roles of [["VIEWER"], ["EDITOR"]] as const)
    tokens.push((await openAccount(kept, tenant, { roles: [...roles] })).token);
});

interface Asking {
  query: string;
  variables: object;
  token: string | undefined;
  country: string;
}

/** Status and bytes of an answer. */
async function send({ url }: { url: string }, { query, variables, token, country }: Asking) {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-marquee-tenant": tenant.slug,
      "x-country": country,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: response.status, text: await response.text() };
}

/** Texts that had to be made, since the gateway began. */
async function textsMade(): Promise<number> {
  const metrics = await fetch(`${kept.operationsUrl}/metrics`).then((response) => response.text());
  return Number(/^marquee_cache_text_misses_total (\d+)$/m.exec(metrics)?.[1]);
}

/** Collects all garbage of this process. */
async function collect(): Promise<void> {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  // What is held by a weak reference that was followed stays until the turn is over.
  await sleep(10);
}

describe("a list that comes again", () => {
  // What MongoDB answers is not kept.
  it.skipIf(isUnderTest("MONGODB_URL"))("is made once, however often garbage is collected", async () => {
    // More than one, since a connection stays with what was asked by it last.
    const askAll = async () => {
      for (let n = 1; n <= TITLES; n += 1)
        await send(kept, { query: QUERIES[3]!, variables: { n }, token: undefined, country: "US" });
    };
    // A projector that carries what has been carried already gives the catalog another stamp.
    await projecting(kept.stores, tenant, () => Promise.resolve(), { onBehind: (line) => expect.fail(line) });
    for (let n = 0; n < 4; n += 1) await askAll();
    const before = await textsMade();
    expect(before).toBeGreaterThan(TITLES);
    await collect();
    for (let n = 0; n < 3; n += 1) await askAll();
    expect(await textsMade()).toBe(before);
  });

  it("has the bytes of one that is read and written anew, whatever has changed meanwhile", async () => {
    const { pick, below } = createRandom(7);
    let revision = 0;
    for (let n = 0; n < 36; n += 1) {
      if (n % 3 === 0) {
        const countries = pick([["*"], ["US"], ["GB"]]);
        const licences = [{ countries, from: "2010-01-01T00:00:00.000Z", until: null }];
        const state = pick(["PUBLISHED", "PUBLISHED", "DRAFT"] as const);
        const id = `t${below(TITLES)}`;
        await publish(kept.stores, tenant, [
          titleBody({ id, name: `Title ${(revision += 1)}`, licences, state }),
        ]);
      }
      const query = pick(QUERIES);
      const asking = {
        query,
        variables: query.startsWith("query") ? pick(VARIABLES) : {},
        token: pick(tokens),
        country: pick(["US", "GB"]),
      };
      const expected = await send(plain, asking);
      for (let again = 0; again < 4; again += 1) expect(await send(kept, asking)).toEqual(expected);
    }
  });

  it("shows nothing whose licence has ended, and nothing before it has begun", async () => {
    const edge = Date.now() + 1_500;
    const at = new Date(edge).toISOString();
    const always = "2010-01-01T00:00:00.000Z";
    await publish(kept.stores, tenant, [
      titleBody({
        id: "t0",
        name: "AAA ends",
        licences: [{ countries: ["*"], from: always, until: at }],
      }),
      titleBody({ id: "t1", name: "AAA begins", licences: [{ countries: ["*"], from: at, until: null }] }),
    ]);
    const asking = { query: QUERIES[0]!, variables: {}, token: undefined, country: "US" };
    const seen = new Set<string>();
    while (Date.now() < edge + 300) {
      const begun = Date.now();
      const { text } = await send(kept, asking);
      const found = ["AAA ends", "AAA begins"].filter((name) => text.includes(name)).join();
      if (Date.now() < edge) expect(found).toBe("AAA ends");
      if (begun >= edge) expect(found).toBe("AAA begins");
      seen.add(found);
      await sleep(2);
    }
    expect([...seen]).toEqual(["AAA ends", "AAA begins"]);
  });
});
