import { setTimeout as sleep } from "node:timers/promises";

import { buildSchema, execute, parse } from "graphql";
import { describe, expect, it } from "vitest";

import { ClientGoneError, DeadlinePassedError } from "../../datasources/core/store-error.js";
import { oneByKey } from "../../datasources/core/loader.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { stopWhenOver } from "../../resolvers/lifetime-gate.js";
import { Lifetime } from "../../resolvers/request/lifetime.js";
import { PATIENCE } from "../support/patience.js";

const over = (lifetime: Lifetime) => expect.poll(() => lifetime.signal.aborted, PATIENCE).toBe(true);

describe("a request", () => {
  it("is over at its deadline", async () => {
    const lifetime = new Lifetime(5, 5);
    await over(lifetime);
    expect(lifetime.signal.reason).toEqual(new DeadlinePassedError(5));
  });

  it("is over when its client has gone", () => {
    const lifetime = new Lifetime(60_000, 60_000);
    lifetime.leave();
    expect(lifetime.signal.reason).toBeInstanceOf(ClientGoneError);
  });

  it("is not over any more once it is answered", async () => {
    const lifetime = new Lifetime(5, 5);
    lifetime.answered();
    await sleep(30);
    expect(lifetime.signal.aborted).toBe(false);
  });

  it("goes on past its deadline where it writes, but begins no other write", async () => {
    const lifetime = new Lifetime(5, 5);
    lifetime.write();
    await sleep(30);
    expect(lifetime.signal.aborted).toBe(false);
    expect(() => lifetime.write()).toThrow(DeadlinePassedError);
  });

  it("gives up what waits for its turn at its deadline, also where it writes, and when its client has gone", async () => {
    const late = new Lifetime(5, 5);
    const { unbegun } = late;
    late.write();
    await expect.poll(() => unbegun.aborted, PATIENCE).toBe(true);
    expect(unbegun.reason).toEqual(new DeadlinePassedError(5));
    expect([late.unbegun, late.signal.aborted]).toEqual([unbegun, false]);
    const writing = new Lifetime(5, 5);
    writing.write();
    await sleep(30);
    expect(writing.unbegun.reason).toEqual(new DeadlinePassedError(5));
    const left = new Lifetime(60_000, 60_000);
    expect(left.unbegun.aborted).toBe(false);
    left.leave();
    expect(left.unbegun.reason).toBeInstanceOf(ClientGoneError);
  });

  it("begins no write when its client has gone", () => {
    const lifetime = new Lifetime(60_000, 60_000);
    lifetime.leave();
    expect(() => lifetime.write()).toThrow(ClientGoneError);
  });
});

it("a loader asks nothing for a request that is over", async () => {
  const lifetime = new Lifetime(60_000, 60_000);
  let asked = 0;
  const loader = oneByKey<string, string>({
    request: { tenant: { id: 1 } as Tenant, calls: new CallLog(), signal: lifetime.signal },
    keyOf: (key) => key,
    batch: async (_request, keys) => {
      asked += 1;
      return new Map(keys.map((key) => [key, key]));
    },
  });
  expect(await loader.load("before")).toBe("before");
  lifetime.leave();
  await expect(loader.load("after")).rejects.toBeInstanceOf(ClientGoneError);
  expect(asked).toBe(1);
});

it("a report of progress gives its place to others before anything is looked up for it, another write keeps it", async () => {
  const told: string[] = [];
  const schema = buildSchema("type Query { a: Int } type Mutation { rateTitle: Int recordProgress: Int }");
  for (const field of Object.values(schema.getMutationType()!.getFields()))
    field.resolve = () => void told.push(field.name);
  stopWhenOver(schema, () => false);
  const document = parse("mutation { rateTitle recordProgress }");
  const ask = async (identity: object | null, cost: number) => {
    const lifetime = new Lifetime(60_000, 60_000, () => void told.push("aside"));
    await execute({ schema, document, contextValue: { lifetime, identity, work: { asked: { cost } } } });
    lifetime.answered();
    return told.splice(0);
  };
  expect(await ask({}, 12)).toEqual(["rateTitle", "aside", "recordProgress"]);
  // Of a visitor, who is refused, and with more than the report and its title: there is work to be done for it.
  expect(await ask(null, 12)).toEqual(["rateTitle", "recordProgress"]);
  expect(await ask({}, 123)).toEqual(["rateTitle", "recordProgress"]);
});
