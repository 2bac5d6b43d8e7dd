import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import {
  DeadlinePassedError,
  StoreAbortedError,
  StoreUnavailableError,
} from "../../datasources/core/store-error.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { StoreGuard } from "../../datasources/engines/store-guard.js";

const DEADLINE_MS = 30;
class Outage extends Error {}

let guard: StoreGuard;
/** What a probe finds, and how often it found the store well. */
let isDown: boolean;
let probes: number;
const guardOf = (concurrency: number) =>
  new StoreGuard({
    store: "POSTGRES",
    deadlineMs: DEADLINE_MS,
    concurrency,
    waiting: 1_000,
    isOutage: (error) => error instanceof Outage,
    probe: () => (isDown ? Promise.reject(new Outage()) : Promise.resolve((probes += 1))),
  });
beforeEach(() => {
  guard = guardOf(4);
  isDown = true;
  probes = 0;
});
afterEach(() => guard.close());

const silence = () => new Promise<never>(() => undefined);
const ask = (
  tenant: number,
  run: () => Promise<unknown>,
  { signal, beyondBudget }: { signal?: AbortSignal; beyondBudget?: boolean } = {},
) =>
  guard.call(
    { tenant: { id: tenant } as Tenant, calls: new CallLog(), signal },
    { operation: "test", uniqueKeys: 1, rowsOf: () => 1, beyondBudget, run },
  );
const answered = (tenant: number) => ask(tenant, () => Promise.resolve("answer"));
const missed = (tenant: number, options?: { beyondBudget?: boolean }) =>
  ask(tenant, silence, options).catch((error: unknown) => error);

describe("a tenant whose calls miss their deadline", () => {
  it("is left alone, and the store is not: others are answered", async () => {
    await answered(2);
    for (let n = 0; n < 6; n += 1) expect(await missed(1)).toBeInstanceOf(StoreUnavailableError);
    expect(guard.report()).toMatchObject({ breaker: "CLOSED", openShares: 1, failed: { deadline: 5 } });
    expect(guard.report().rejected.breaker).toBe(1);
    expect(await answered(2)).toBe("answer");
  });

  it("takes the store for everybody where there is nobody else to tell", async () => {
    for (let n = 0; n < 5; n += 1) await missed(1);
    expect(guard.state).toBe("OPEN");
  });

  it("takes it where another misses theirs as well, without an answer in between", async () => {
    await answered(2);
    for (let n = 0; n < 4; n += 1) await Promise.all([missed(1), missed(2)]);
    expect(guard.state).toBe("OPEN");
  });

  describe("with others that wait as long", () => {
    const crowd = () => Array.from({ length: 6 }, () => missed(1));
    beforeEach(() => (guard = guardOf(6)));

    it("takes the store at once where it has said nothing since", async () => {
      const [first, ...others] = crowd();
      await first;
      expect(guard.report()).toMatchObject({ breaker: "OPEN", failed: { deadline: 1 } });
      await Promise.all(others);
    });

    it.each([
      ["it has answered", () => answered(1)],
      [
        "it has refused something",
        () => ask(1, () => Promise.reject(new Error("asked wrongly"))).catch(() => undefined),
      ],
    ])("takes it for well where %s meanwhile", async (_, meanwhile) => {
      guard = guardOf(7);
      const [first, ...others] = crowd();
      await meanwhile();
      await first;
      expect(guard.report()).toMatchObject({ breaker: "CLOSED", failed: { deadline: 1 } });
      await Promise.all(others);
    });

    it("counts nothing that is more than a request should ask", async () => {
      const others = Array.from({ length: 5 }, () => missed(1, { beyondBudget: true }));
      await missed(1);
      expect(guard.state).toBe("CLOSED");
      await Promise.all(others);
    });
  });

  it("is not blamed, nor is the store, for what is more than a request should ask", async () => {
    await answered(2);
    for (let n = 0; n < 8; n += 1) await missed(1, { beyondBudget: true });
    expect(guard.report()).toMatchObject({ breaker: "CLOSED", openShares: 0, failed: { deadline: 8 } });
    expect(await answered(1)).toBe("answer");
  });

  it("does not fill the places: others have theirs", async () => {
    await answered(2);
    const crowd = Promise.all(Array.from({ length: 40 }, () => missed(1)));
    expect(guard.report()).toMatchObject({ inFlight: 3, queued: 37 });
    expect(await answered(2)).toBe("answer");
    expect(guard.report().inFlight).toBe(3);
    await crowd;
  });
});

it("a connection that fails counts for everybody", async () => {
  await answered(2);
  for (let n = 0; n < 5; n += 1) await ask(1, () => Promise.reject(new Outage())).catch(() => undefined);
  expect(guard.state).toBe("OPEN");
});

it("nobody is tried on a store that is left alone: one probe finds it back", async () => {
  for (let n = 0; n < 5; n += 1) await ask(1, () => Promise.reject(new Outage())).catch(() => undefined);
  let asked = 0;
  const tried = await ask(1, () => Promise.resolve((asked += 1))).catch((error: unknown) => error);
  expect([tried instanceof StoreUnavailableError, asked]).toEqual([true, 0]);
  isDown = false;
  await vi.waitFor(() => expect(guard.state).toBe("CLOSED"), { timeout: 5_000 });
  expect(probes).toBe(1);
  expect(await answered(1)).toBe("answer");
});

it("who waits for a place is told at once when its request is over, and why", async () => {
  const crowd = Promise.all(Array.from({ length: 4 }, () => missed(1)));
  const over = new AbortController();
  const waiting = ask(1, () => Promise.resolve("never"), { signal: over.signal });
  expect(guard.report().queued).toBe(1);
  over.abort(new DeadlinePassedError(7));
  const error = await waiting.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StoreAbortedError);
  expect(error).toMatchObject({ cause: { deadlineMs: 7 } });
  expect(guard.report().queued).toBe(0);
  await crowd;
});
