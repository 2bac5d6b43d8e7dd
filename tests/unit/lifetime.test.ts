import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { ClientGoneError, DeadlinePassedError } from "../../datasources/core/store-error.js";
import { oneByKey } from "../../datasources/core/loader.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
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
