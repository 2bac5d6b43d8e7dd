import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";

import {
  followed,
  Freshness,
  type Lacking,
  laterOf,
  type ProjectionProgress,
  type WrittenAt,
} from "../../datasources/core/freshness.js";
import { type FollowingEngine } from "../../datasources/core/store-request.js";
import { CallLog, type StoreRequest } from "../../datasources/core/store-request.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant();
const XID = 7;
/** What the next transaction gets. */
const EDGE = 50_002;
const WANTED = { epoch: tenant.epoch, xid: XID };

/** The outbox as far as freshness knows it: which targets are there at each look, the last answer again and again. */
function outbox(...looks: (readonly string[] | Error | "silence")[]) {
  let asked = 0;
  const reached = vi.fn<(tenant: unknown, xid: number) => Promise<ReadonlySet<string>>>(() => {
    asked += 1;
    const look = looks[Math.min(asked, looks.length) - 1] ?? [];
    if (look === "silence") return new Promise(() => undefined);
    return look instanceof Error ? Promise.reject(look) : Promise.resolve(new Set(look));
  });
  const lacking = vi.fn<ProjectionProgress["lacking"]>(() => Promise.resolve([]));
  const edge = vi.fn<ProjectionProgress["edge"]>(() => Promise.resolve(EDGE));
  return { reached, lacking, edge };
}

interface Reading {
  request: StoreRequest;
  freshness: Freshness;
  read: (target: string, engine?: FollowingEngine) => Promise<unknown>;
  /** Turns of the event loop in which the stores were asked. */
  turns: Map<string, number>;
}

function reading(
  progress: ReturnType<typeof outbox>,
  waitMs = 1_000,
  wanted: WrittenAt | null = WANTED,
): Reading {
  const freshness = new Freshness(progress, tenant, wanted, waitMs);
  const request: StoreRequest = { tenant, calls: new CallLog(), freshness };
  const turns = new Map<string, number>();
  let turn = 0;
  let next: NodeJS.Immediate;
  const count = () => void (turn++, (next = setImmediate(count)));
  count();
  // Left on, it would count on in the next file, whose clock may be one that is turned by hand.
  onTestFinished(() => clearImmediate(next));
  const read = (target: string, engine?: FollowingEngine) => {
    const domain = {
      rows: () => {
        turns.set(`${target} ${turns.size}`, turn);
        return Promise.resolve(target);
      },
    };
    const { rows } = followed<{ rows(request: StoreRequest): Promise<unknown> }, "rows">(
      domain,
      target,
      ["rows"],
      engine,
    );
    return rows(request);
  };
  return { request, freshness, read, turns };
}

async function timed(work: Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

afterEach(() => vi.restoreAllMocks());

describe("a request with a token", () => {
  it("reads when the projection has followed, and lets reads of one tick travel together", async () => {
    const progress = outbox([], ["catalog.postgres"], ["catalog.postgres", "search.postgres"]);
    const { read, freshness, turns } = reading(progress);
    await Promise.all([read("catalog.postgres"), read("search.postgres"), read("catalog.postgres")]);
    expect(progress.reached).toHaveBeenCalledTimes(3);
    expect(new Set(turns.values()).size).toBe(1);
    expect([...freshness.read].sort()).toEqual(["catalog.postgres", "search.postgres"]);
    expect(freshness.behind.size).toBe(0);
  });

  it("asks once, whatever is read afterwards, and shows the look among its calls", async () => {
    const progress = outbox(["catalog.postgres", "search.postgres"]);
    const { read, request } = reading(progress);
    await read("catalog.postgres");
    await Promise.all([read("catalog.postgres"), read("search.postgres")]);
    expect(progress.reached).toHaveBeenCalledExactlyOnceWith(tenant, XID);
    expect(request.calls.calls).toMatchObject([{ store: "POSTGRES", operation: "outbox.reached", rows: 2 }]);
  });

  it("waits for all that is written by then where the token is of another placement, or tells none", async () => {
    for (const epoch of [0, tenant.epoch + 1]) {
      const progress = outbox([], [], ["catalog.postgres"]);
      const { read, freshness } = reading(progress, 1_000, { epoch, xid: XID });
      await read("catalog.postgres");
      expect(progress.reached.mock.calls).toEqual([1, 2, 3].map(() => [tenant, EDGE]));
      expect(progress.edge).toHaveBeenCalledExactlyOnceWith(tenant);
      expect(freshness.behind.size).toBe(0);
    }
    const same = outbox(["catalog.postgres"]);
    await reading(same).read("catalog.postgres");
    expect(same.edge).not.toHaveBeenCalled();
  });

  it("waits no longer in all than it may, however many projections are late, and says which", async () => {
    const { read, freshness } = reading(outbox(["search.postgres"]), 200);
    const ms = await timed(
      read("catalog.mongodb")
        .then(() => read("recommendations.neo4j"))
        .then(() => read("search.postgres")),
    );
    expect(ms).toBeGreaterThanOrEqual(150);
    expect(ms).toBeLessThan(380);
    expect([...freshness.behind].sort()).toEqual(["catalog.mongodb", "recommendations.neo4j"]);
    expect(freshness.read.has("search.postgres")).toBe(true);
  });

  it("takes a PostgreSQL that fails or is silent for one that cannot tell, within the same time", async () => {
    for (const look of [new Error("down"), "silence"] as const) {
      const { read, freshness } = reading(outbox(look), 200);
      const ms = await timed(read("catalog.mongodb"));
      expect(ms).toBeGreaterThanOrEqual(150);
      expect(ms).toBeLessThan(500);
      expect([...freshness.behind]).toEqual(["catalog.mongodb"]);
    }
    const back = reading(outbox(new Error("down"), ["catalog.mongodb"]));
    await back.read("catalog.mongodb");
    expect(back.freshness.behind.size).toBe(0);
  });

  it("stops waiting when the client goes", async () => {
    const { request, freshness } = reading(outbox([]), 5_000);
    const gone = new AbortController();
    const ready = freshness.before("catalog.postgres", { ...request, signal: gone.signal });
    setTimeout(() => gone.abort(), 50);
    expect(await timed(ready!)).toBeLessThan(1_000);
    const silent = reading(outbox("silence"), 5_000);
    const asked = silent.freshness.before("catalog.postgres", {
      ...silent.request,
      signal: AbortSignal.abort(),
    });
    expect(await timed(asked!)).toBeLessThan(1_000);
  });

  it("does not wait for an engine that is left alone, and says so if it answers after all", async () => {
    const { read, freshness } = reading(outbox(["catalog.postgres"]), 5_000);
    const followed = vi.fn();
    expect(await timed(read("catalog.mongodb", { isDown: () => true, followed }))).toBeLessThan(1_000);
    expect([...freshness.behind]).toEqual(["catalog.mongodb"]);
    expect(followed).not.toHaveBeenCalled();
  });

  it("tells the engine that it has followed before it reads, since another generation may be live by then", async () => {
    const order: string[] = [];
    const { read } = reading(outbox([], ["catalog.mongodb"]));
    const followed = () => void order.push("followed");
    await read("catalog.mongodb", { isDown: () => false, followed }).then(() => order.push("read"));
    expect(order).toEqual(["followed", "read"]);
  });

  it("says nothing of an engine that did not answer", async () => {
    const { freshness, request } = reading(outbox([]), 0);
    const domain: { rows: (request: StoreRequest) => Promise<unknown> } = {
      rows: () => Promise.reject(new Error("down")),
    };
    const { rows } = followed<typeof domain, "rows">(domain, "catalog.mongodb", ["rows"]);
    await expect(rows(request)).rejects.toThrow("down");
    expect(freshness.read.size + freshness.behind.size).toBe(0);
  });
});

describe("what is lacking and whoever asks may not know of", () => {
  const event = (target: string, entity: string): Lacking => ({ target, topic: "TITLE", entity, own: false });
  /** Of a request that may know of what is not called "draft". */
  const asking = (lacking: Lacking[], waitMs: number) => {
    const progress = outbox([]);
    progress.lacking.mockImplementation((_tenant, _xid, targets) =>
      Promise.resolve(lacking.filter(({ target }) => targets.includes(target))),
    );
    const { read, freshness } = reading(progress, waitMs);
    const knows = vi.fn((all: readonly Lacking[]) =>
      Promise.resolve(all.filter(({ entity }) => entity !== "draft")),
    );
    freshness.waitFor(knows);
    return { read, freshness, progress, knows };
  };

  it("is not waited for, and does not make a projection late", async () => {
    const lacking = [event("catalog.postgres", "draft"), event("search.postgres", "draft")];
    const { read, freshness, progress } = asking(lacking, 20_000);
    expect(await timed(Promise.all([read("catalog.postgres"), read("search.postgres")]))).toBeLessThan(
      10_000,
    );
    expect(freshness.behind.size).toBe(0);
    expect(progress.lacking).toHaveBeenCalledExactlyOnceWith(
      tenant,
      XID,
      ["catalog.postgres", "search.postgres"],
      1_001,
    );
  });

  it("leaves what they may know of to be waited for", async () => {
    const lacking = [event("catalog.postgres", "draft"), event("search.postgres", "draft")];
    const { read, freshness } = asking([...lacking, event("search.postgres", "film")], 100);
    await Promise.all([read("catalog.postgres"), read("search.postgres")]);
    expect([...freshness.behind]).toEqual(["search.postgres"]);
  });

  it("is all waited for where it cannot be judged: nothing that is told to be lacking, or too much", async () => {
    const none = asking([], 100);
    await none.read("catalog.postgres");
    expect([...none.freshness.behind]).toEqual(["catalog.postgres"]);
    const many = asking(Array<Lacking>(1_001).fill(event("catalog.postgres", "draft")), 100);
    await many.read("catalog.postgres");
    expect([...many.freshness.behind]).toEqual(["catalog.postgres"]);
    expect(many.knows).not.toHaveBeenCalled();
  });
});

describe("of two transactions", () => {
  it("the later stands for both, and one of the tenant's placement now for any of another", () => {
    const now = { epoch: 2, xid: 50 };
    expect(laterOf(null, now)).toBe(now);
    expect(laterOf({ epoch: 2, xid: 60 }, now)).toEqual({ epoch: 2, xid: 60 });
    expect(laterOf({ epoch: 2, xid: 40 }, now)).toBe(now);
    for (const epoch of [0, 1, 3]) expect(laterOf({ epoch, xid: 900 }, now)).toBe(now);
  });
});

describe("a request without a token", () => {
  it("reads at once and asks nobody", async () => {
    const progress = outbox([]);
    const { read, freshness, turns } = reading(progress, 1_000, null);
    const both = [read("catalog.postgres"), read("search.postgres")];
    expect(turns.size).toBe(2);
    await Promise.all(both);
    expect(progress.reached).not.toHaveBeenCalled();
    expect([...freshness.read]).toEqual(["catalog.postgres", "search.postgres"]);
    expect(freshness.behind.size).toBe(0);
  });
});
