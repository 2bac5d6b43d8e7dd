import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Admission, type Ticket } from "../../packages/pressure/admission.js";
import { AdaptiveLimit } from "../../packages/pressure/adaptive-limit.js";
import { Turns, type Turn } from "../../packages/pressure/turns.js";

const turn = (party: string, arrived: number, urgent = false): Turn => ({
  party,
  arrived,
  urgent,
  enter: () => undefined,
  refuse: () => undefined,
});

describe("turns", () => {
  it("go to the party that has had least, by cost, and to who is urgent before", () => {
    const turns = new Turns();
    for (const party of ["heavy", "light"]) for (let n = 0; n < 3; n += 1) turns.add(turn(party, n));
    turns.add(turn("operator", 9, true));
    const order: string[] = [];
    for (let next = turns.next(false); next; next = turns.next(false)) {
      order.push(next.party);
      turns.charge(next.party, next.party === "heavy" ? 100 : 1);
    }
    expect(order).toEqual(["operator", "heavy", "light", "light", "light", "heavy", "heavy"]);
  });

  it("save nothing up: a party that comes back begins where the others are", () => {
    const turns = new Turns();
    for (let n = 0; n < 4; n += 1) {
      turns.add(turn("busy", n));
      turns.next(false);
      turns.charge("busy", 100);
    }
    turns.add(turn("busy", 5));
    for (let n = 0; n < 6; n += 1) turns.add(turn("late", n));
    const order: string[] = [];
    for (let next = turns.next(false); next; next = turns.next(false)) {
      order.push(next.party);
      turns.charge(next.party, 50);
    }
    expect(order.indexOf("busy")).toBeLessThanOrEqual(3);
  });

  it("go to the last of a party where the first are late, who are taken out by their age", () => {
    const turns = new Turns();
    for (let n = 0; n < 4; n += 1) turns.add(turn("a", n));
    expect(turns.next(true)?.arrived).toBe(3);
    expect(turns.next(false)?.arrived).toBe(0);
    expect([...turns.before(2)].map(({ arrived }) => arrived)).toEqual([1]);
    expect(turns.size).toBe(1);
    expect(turns.surplus()?.arrived).toBe(2);
    expect(turns.size).toBe(0);
  });
});

describe("the limit", () => {
  /** A machine that works on `best` at once in `alone` ms, and takes longer in proportion for more. */
  function settle(limit: AdaptiveLimit, best: number, alone: number, rounds = 4_000): void {
    let now = 0;
    for (let n = 0; n < rounds; n += 1) {
      limit.reach(now);
      const at = limit.limitAt(now);
      now += alone / Math.min(at, best);
      limit.sample(7, alone * Math.max(1, at / best), at === 1, now);
    }
  }

  it.each([
    [2, 8],
    [8, 20],
    [40, 50],
  ])("finds the work that a machine for %i does at once", (best, alone) => {
    const limit = new AdaptiveLimit({ first: 16, least: 2, most: 1_000 });
    settle(limit, best, alone);
    expect(limit.settled).toBeGreaterThanOrEqual(best);
    expect(limit.settled).toBeLessThanOrEqual(best * 2.5);
    settle(limit, best, alone, 40_000);
    expect(limit.settled).toBeLessThanOrEqual(best * 2.5);
  });

  it("follows the machine", () => {
    const limit = new AdaptiveLimit({ first: 16, least: 2, most: 1_000 });
    settle(limit, 40, 50);
    settle(limit, 4, 50);
    expect(limit.settled).toBeLessThanOrEqual(10);
  });

  it("stays where nobody waits", () => {
    const limit = new AdaptiveLimit({ first: 16, least: 2, most: 1_000 });
    for (let n = 0; n < 500; n += 1) limit.sample(7, 5, true, n * 5);
    expect(limit.settled).toBe(16);
  });
});

describe("admission", () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({
        toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "performance"],
      }),
  );
  afterEach(() => void vi.useRealTimers());

  /** Asks to be let in so many times. */
  function crowd(admission: Admission, count: number, party = "a", urgent = false) {
    const inside: Ticket[] = [];
    const told = { refused: 0, order: [] as string[] };
    for (let n = 0; n < count; n += 1)
      admission.enter({ party: () => party, urgent }, (ticket) => {
        if (ticket) inside.push(ticket);
        else told.refused += 1;
      });
    return { inside, told };
  }

  it("lets everybody in who has room, and the others in their turn where the crowd is soon gone", () => {
    const admission = new Admission({ waitMs: 100 });
    const { inside, told } = crowd(admission, 60);
    expect(inside).toHaveLength(16);
    expect(admission.report()).toMatchObject({ inside: 16, waiting: 44 });
    for (let at = 0; at < inside.length; at += 1) inside[at]!.leave();
    expect([inside.length, told.refused]).toEqual([60, 0]);
    expect(admission.report()).toMatchObject({ inside: 0, waiting: 0 });
  });

  it("refuses who cannot be served in time, at once where the crowd stands, and is itself again when it is gone", () => {
    const admission = new Admission({ waitMs: 100 });
    const first = crowd(admission, 60);
    vi.advanceTimersByTime(1_100);
    // Those waited a second for nothing: nobody left.
    expect(first.told.refused).toBeGreaterThan(20);
    for (const ticket of first.inside) ticket.leave();
    vi.advanceTimersByTime(20);
    expect(admission.report().waiting).toBe(0);
    expect(admission.isIdle).toBe(true);
    expect(crowd(admission, 1).inside).toHaveLength(1);
  });

  it("refuses nobody for a pause at the beginning that is shorter than anybody may wait", () => {
    const admission = new Admission({ waitMs: 30_000 });
    const { told } = crowd(admission, 60);
    vi.advanceTimersByTime(400);
    const late = crowd(admission, 20);
    expect([told.refused, late.told.refused]).toEqual([0, 0]);
  });

  it("lets nobody wait long behind a crowd that stands, and lets the last in first", () => {
    const admission = new Admission({ waitMs: 500 });
    const inside: Ticket[] = [];
    let refused = 0;
    const come = (count: number) => {
      for (let n = 0; n < count; n += 1)
        admission.enter({ party: () => "a", urgent: false }, (ticket) => {
          if (ticket) inside.push(ticket);
          else refused += 1;
        });
    };
    // 200 a second can be served, and ten times as many come.
    const serve = (ms: number) => {
      for (let at = 0; at < ms; at += 10) {
        for (let n = 0; n < 2; n += 1) inside.shift()?.leave();
        come(20);
        vi.advanceTimersByTime(10);
      }
    };
    come(300);
    serve(800);
    expect(admission.report().waiting).toBeLessThanOrEqual(8);
    const before = inside.length;
    come(1);
    for (let n = 0; n < 2; n += 1) inside.shift()?.leave();
    expect(inside).toHaveLength(before);
    const without = refused;
    come(1);
    vi.advanceTimersByTime(40);
    expect(refused).toBeGreaterThan(without);
    expect(admission.report().waiting).toBe(0);
  });

  it("lets nobody wait longer than they can, and takes the rest for no crowd", () => {
    const admission = new Admission({ waitMs: 500 });
    const { inside } = crowd(admission, 16);
    const told: (Ticket | null)[] = [];
    const enter = (withinMs: number) =>
      admission.enter({ party: () => "a", urgent: false, withinMs: () => withinMs }, (it) => told.push(it));
    enter(20);
    enter(450);
    vi.advanceTimersByTime(30);
    expect([told, admission.report().waiting]).toEqual([[null], 1]);
    vi.advanceTimersByTime(400);
    inside[0]!.leave();
    expect(told).toHaveLength(2);
    expect(told[1]).not.toBeNull();
    vi.advanceTimersByTime(100);
    expect(admission.report()).toMatchObject({ inside: 16, refused: { QUEUE: 1 } });
  });

  it("lets urgent ones in before those who came first", () => {
    const admission = new Admission({ waitMs: 100 });
    const full = crowd(admission, 16);
    const waiting = crowd(admission, 3);
    const urgent = crowd(admission, 1, "operator", true);
    full.inside[0]!.leave();
    expect([urgent.inside.length, waiting.inside.length]).toEqual([1, 0]);
  });

  it("gives the place of who stands aside, or takes far longer than its like, to others", () => {
    const admission = new Admission({ waitMs: 5_000 });
    const full = crowd(admission, 16);
    const waiting = crowd(admission, 3);
    full.inside[0]!.standAside();
    full.inside[0]!.standAside();
    expect(waiting.inside).toHaveLength(1);
    vi.advanceTimersByTime(1_100);
    expect(waiting.inside).toHaveLength(3);
    expect(admission.report().long).toBeGreaterThan(1);
    for (const ticket of [...full.inside, ...waiting.inside]) ticket.leave();
    expect(admission.report()).toMatchObject({ inside: 0, long: 0 });
  });

  it("lets so many stand aside at once and no more: who has left makes room for another", () => {
    const admission = new Admission({ waitMs: 5_000 });
    const inside: Ticket[] = [];
    const enter = (party: string) => {
      const { inside: entered } = crowd(admission, 1, party);
      for (const ticket of entered) ticket.standAside();
      inside.push(...entered);
    };
    for (let n = 0; n < 300; n += 1) enter(n % 2 === 0 ? "a" : "b");
    // Those beyond keep their places, of which there are sixteen.
    expect(admission.report()).toMatchObject({ inside: 256 + 16, long: 256, waiting: 28 });
    inside[0]!.leave();
    inside[271]!.standAside();
    expect(admission.report()).toMatchObject({ inside: 272, long: 256, waiting: 27 });
    inside[1]!.withdraw();
    expect(admission.report()).toMatchObject({ inside: 271, long: 255, waiting: 27 });
  });

  it("lets one party stand aside with three quarters of them", () => {
    const admission = new Admission({ waitMs: 5_000 });
    const enter = (party: string) => {
      const { inside } = crowd(admission, 1, party);
      for (const ticket of inside) ticket.standAside();
      return inside;
    };
    const [first] = Array.from({ length: 200 }, () => enter("greedy")).flat();
    expect(admission.report()).toMatchObject({ inside: 200, long: 192 });
    enter("other");
    expect(admission.report()).toMatchObject({ inside: 201, long: 193 });
    first!.leave();
    enter("greedy");
    expect(admission.report()).toMatchObject({ inside: 201, long: 193 });
  });

  it("forgets who has gone meanwhile", () => {
    const admission = new Admission({ waitMs: 100 });
    const full = crowd(admission, 16);
    const leave = admission.enter({ party: () => "a", urgent: false }, () => expect.unreachable());
    leave?.();
    full.inside[0]!.leave();
    expect(admission.report()).toMatchObject({ inside: 15, waiting: 0, refused: { QUEUE: 0 } });
  });

  it("lets one in at a time while the memory is full, and says what it refused for", () => {
    let used = 1.2;
    const admission = new Admission({ waitMs: 100, memory: () => used });
    const { inside, told } = crowd(admission, 40);
    expect(inside).toHaveLength(1);
    expect(told.refused).toBe(31);
    expect(admission.report()).toMatchObject({ waiting: 8, refused: { MEMORY: 31, QUEUE: 0 } });
    inside[0]!.leave();
    expect(inside).toHaveLength(2);
    used = 0.5;
    inside[1]!.leave();
    expect(inside).toHaveLength(9);
  });
});
