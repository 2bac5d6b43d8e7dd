/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument -- answers are read as clients read them: JSON of any shape */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type StoreName } from "../../datasources/core/store-request.js";
import { ENGINE_STORES, isUnderTest, onEngines } from "../support/engines.js";
import { type Answer, clientDocuments, startGateway, type TestGateway } from "../support/gateway.js";

const NAMES = Object.keys(ENGINE_STORES) as (keyof typeof ENGINE_STORES)[];

/** The documents, and the engines that have a part in each. */
const DOCUMENTS: [operation: string, variables: object, engines: StoreName[]][] = [
  ["Home", { rows: 10, perRow: 20 }, ["MONGODB", "NEO4J"]],
  ["Browse", { first: 50, filter: { genres: ["Drama"] } }, ["MONGODB"]],
  ["Search", { query: "spider man", first: 20 }, ["OPENSEARCH", "MONGODB"]],
  ["TitlePage", { id: "Title:film-the-godfather-1972" }, ["MONGODB", "NEO4J"]],
];

let document: string;
/** Answers of a gateway that has no engine, by operation. */
const embedded = new Map<string, Answer>();

/** One gateway's answers to all the documents. */
async function answersOf(gateway: TestGateway): Promise<Map<string, Answer>> {
  const token = await gateway.signIn("viewer@meridian.example");
  const answers = new Map<string, Answer>();
  for (const [operationName, variables] of DOCUMENTS) {
    const asking = { operationName, variables: { ...variables }, token, explain: true };
    answers.set(operationName, await gateway.ask(document, asking));
  }
  return answers;
}

/** A gateway with the engine of one variable, and PostgreSQL for the rest. */
function startWith(name?: keyof typeof ENGINE_STORES): Promise<TestGateway> {
  const others = NAMES.filter((other) => other !== name);
  return startGateway(Object.fromEntries(others.map((other) => [other, "embedded:"])));
}

/**
 * What clients compare: without scores and times, in which engines rightly differ, and cursors, which hold scores. Of
 * what is marked, the names: which words of a running text are near enough differs too.
 */
function content(value: any): any {
  if (Array.isArray(value)) return value.map(content);
  if (value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(
    ([key]) => !["score", "tookMs", "cursor", "endCursor"].includes(key),
  );
  return Object.fromEntries(
    kept.map(([key, inner]) => [
      key,
      content(key === "highlights" ? ofNames(inner as Highlighted[]) : inner),
    ]),
  );
}

interface Highlighted {
  field: string;
}

function ofNames(highlights: Highlighted[]): Highlighted[] {
  return highlights.filter(({ field }) => field === "name");
}

if (!onEngines)
  console.warn("NOT RUN: gateways with one engine each, which need engines; npm run test:engines runs them");

describe.skipIf(!onEngines)("a gateway with one engine", () => {
  beforeAll(async () => {
    document = await clientDocuments("reads.graphql");
    const gateway = await startWith();
    for (const [operation, answer] of await answersOf(gateway)) embedded.set(operation, answer);
    await gateway.close();
  });

  describe.each(NAMES)("%s", (name) => {
    const isSet = isUnderTest(name);
    if (onEngines && !isSet)
      console.warn(`NOT RUN: a gateway with ${ENGINE_STORES[name]} alone, because ${name} is not set`);

    let gateway: TestGateway;
    let answers: Map<string, Answer>;
    beforeAll(async () => {
      if (!isSet) return;
      gateway = await startWith(name);
      answers = await answersOf(gateway);
    });
    afterAll(() => gateway?.close());

    it.skipIf(!isSet).each(DOCUMENTS)(
      "answers %s as one without engines does, from its store and from PostgreSQL",
      (operation, _, engines) => {
        const { data, errors, extensions } = answers.get(operation)!;
        expect(errors).toBeUndefined();
        const stores = engines.filter((store) => store === ENGINE_STORES[name]);
        expect(Object.keys(extensions!.explain!.totals).sort()).toEqual(["POSTGRES", ...stores].sort());
        expect(content(data)).toEqual(content(embedded.get(operation)!.data));
      },
    );

    it.skipIf(!isSet)("says that the engine is up, and of no other", async () => {
      const ready = await fetch(`${gateway.operationsUrl}/readyz`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({
        status: "ready",
        stores: [
          { store: "POSTGRES", state: "UP" },
          { store: ENGINE_STORES[name], state: "UP" },
        ],
      });
    });
  });
});
