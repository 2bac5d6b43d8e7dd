import { buildSchema } from "graphql";
import { Registry } from "prom-client";
import { expect, it } from "vitest";

import { CallLog } from "../../datasources/core/store-request.js";
import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Context } from "../../resolvers/request/context.js";
import { RequestWork } from "../../resolvers/request/request-work.js";
import { createApollo } from "../../src/apollo.js";
import { readConfig } from "../../src/config.js";
import { Documents } from "../../src/documents/documents.js";
import { PersistedTexts } from "../../src/documents/persisted-texts.js";
import { type Logger } from "../../src/observability/logger.js";

const COUNT = 5_000;
const schema = buildSchema("type Query { things: [Thing] } type Thing { fault: Int outage: Int }");
const config = readConfig({});

interface Line {
  level: string;
  fields: { requestId: string; errors: number; err?: Error };
}

/** What is answered, and logged, where every thing fails. */
async function run(query: string, count: number) {
  const lines: Line[] = [];
  const line = (level: string) => (fields: Line["fields"]) => lines.push({ level, fields });
  const logger = { error: line("error"), warn: line("warn") } as unknown as Logger;
  const observed = { observeRequest: () => {}, observeRefusal: () => {}, observeExecution: () => {} };
  const metrics = { ...observed, registry: new Registry() } as never;
  const thing = {
    fault: () => {
      throw new Error("a fault of ours");
    },
    outage: () => {
      throw new StoreUnavailableError("MONGODB", new Error("gone"));
    },
  };
  const things = schema.getQueryType()?.getFields().things;
  if (things) things.resolve = () => Array.from({ length: count }, () => thing);
  const texts = new PersistedTexts(new Map());
  const { apollo } = createApollo(
    config,
    schema,
    new Documents(schema, config.limits),
    texts,
    [],
    logger,
    metrics,
  );
  const contextValue = {
    requestId: "r1",
    tenant: { slug: "t" },
    work: new RequestWork({ text: query, cost: 1 }, 1_000_000, "127.0.0.1"),
    request: { calls: new CallLog() },
    writtenToken: () => null,
  } as unknown as Context;
  const { body } = await apollo.executeOperation({ query }, { contextValue });
  if (body.kind !== "single") throw new Error("not a single answer");
  return { lines, ...body.singleResult };
}

it("five thousand errors of a request are one line that counts them, and five in the answer", async () => {
  const { lines, errors, extensions } = await run("{ things { fault } }", COUNT);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    level: "error",
    fields: { requestId: "r1", errors: COUNT, path: ["things", 0, "fault"] },
  });
  expect(lines[0]?.fields.err?.message).toBe("a fault of ours");
  expect(errors).toHaveLength(5);
  expect(errors?.[4]?.extensions).toEqual({ code: "INTERNAL_SERVER_ERROR", requestId: "r1" });
  expect(extensions).toEqual({ errorsOmitted: COUNT - 5 });
});

it("a store that is down is a warning, unless something else went wrong as well", async () => {
  const { lines } = await run("{ things { outage } }", 20);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: "warn", fields: { errors: 20, store: "MONGODB" } });
  const both = await run("{ things { outage fault } }", 20);
  expect(both.lines).toHaveLength(1);
  expect(both.lines[0]).toMatchObject({ level: "error", fields: { errors: 40 } });
});
