import { describe, expect, inject, it } from "vitest";

import { layStallingWire } from "../engines/stalling-wire.js";
import { NO_ENGINES } from "../support/engines.js";
import { use, useGateway } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";

const TITLES = "{ titles(first: 5) { edges { node { name } } } }";

describe("more than can be answered", () => {
  const wire = use(() => layStallingWire(inject("postgresUrl")));
  const gateway = useGateway(() => ({ ...NO_ENGINES, POSTGRES_URL: wire.url, MARQUEE_QUEUE_MS: "0" }));
  const figures = async () => (await fetch(`${gateway.operationsUrl}/metrics`)).text();
  const figure = async (name: string) =>
    Number(new RegExp(`^${name.replace(/[{}"]/g, "\\$&")} (\\S+)$`, "m").exec(await figures())?.[1]);

  it("is refused unread with 503 and when to come again, while probes and what is under way are answered", async () => {
    expect((await gateway.ask(TITLES)).errors).toBeUndefined();
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    wire.stall();
    const crowd = Array.from({ length: 120 }, () =>
      fetch(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query: TITLES }),
      }).then(async (response) => ({
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        requestId: response.headers.get("x-request-id"),
        body: (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] },
      })),
    );
    // Nobody is answered: who has waited long enough is refused.
    await expect
      .poll(() => figure('marquee_admission_refused_total{reason="QUEUE"}'), PATIENCE)
      .toBeGreaterThan(0);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect(await figure("marquee_admission_in_flight")).toBeGreaterThan(0);
    wire.flow();
    const answers = await Promise.all(crowd);
    const refused = answers.filter(({ status }) => status === 503);
    const served = answers.filter(({ status }) => status === 200);
    expect(refused.length + served.length).toBe(answers.length);
    expect(Math.min(refused.length, served.length)).toBeGreaterThan(0);
    for (const { retryAfter, requestId, body } of refused) {
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(["OVERLOADED"]);
    }
    for (const { body } of served) expect(body.errors).toBeUndefined();
    // And is itself again.
    expect((await gateway.ask(TITLES)).errors).toBeUndefined();
    expect(await figure("marquee_admission_in_flight")).toBe(0);
    expect(await figure("marquee_admission_queued")).toBe(0);
  });
});

describe("requests of one tenant that ask for far too much", () => {
  const gateway = useGateway(() => ({
    ...NO_ENGINES,
    // A thousand statements at once take longer, one home page beside them does not, on a busy machine either.
    MARQUEE_STORE_DEADLINE_MS: "3000",
    MARQUEE_MAX_ALIASES: "1000",
    MARQUEE_MAX_ROOT_FIELDS: "1000",
    MARQUEE_MAX_TOKENS: "100000",
    MARQUEE_MAX_COST: "100000000",
    MARQUEE_MAX_SELECTIONS: "100000",
  }));
  /** 1,000 searches, some 60 KB. */
  const heavy = `{ ${Array.from({ length: 1_000 }, (_, n) => `s${n}: search(query: "star ${n}", first: 5) { edges { node { id } } }`).join(" ")} }`;

  it("cost no other tenant an answer", async () => {
    let working = true;
    const crowd = Promise.all(Array.from({ length: 4 }, () => gateway.ask(heavy, { tenant: "atelier" })));
    void crowd.finally(() => (working = false));
    let homes = 0;
    while (working) {
      const home = await gateway.ask(
        "{ home(first: 3) { name titles(first: 3) { edges { node { name } } } } }",
        {
          tenant: "meridian",
        },
      );
      expect(home.errors).toBeUndefined();
      homes += 1;
    }
    expect(homes).toBeGreaterThan(0);
    await crowd;
    const [postgres] = gateway.stores.guards();
    expect(postgres).toMatchObject({ breaker: "CLOSED", openShares: 0 });
  });

  it("are asked of the store in pieces", async () => {
    const eighty = `{ ${Array.from({ length: 80 }, (_, n) => `s${n}: search(query: "moon ${n}", first: 2) { edges { score } }`).join(" ")} }`;
    const token = await gateway.signIn("operator@atelier.example");
    const { errors, extensions } = await gateway.ask(eighty, { token, explain: true });
    expect(errors).toBeUndefined();
    const searches = extensions!.explain!.calls.filter(({ operation }) =>
      operation.includes("search.search"),
    );
    // Thirty-two statements each, with what else the request asks in the same turn.
    const keys = searches.reduce((sum, { uniqueKeys }) => sum + (uniqueKeys ?? 0), 0);
    expect(keys).toBeGreaterThanOrEqual(80);
    expect(searches).toHaveLength(3);
  });
});
