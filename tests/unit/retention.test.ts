import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { RETENTION_KINDS, type RetentionKind } from "../../datasources/retention/retention.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { readConfig } from "../../src/config.js";
import { keepRetention } from "../../src/privacy/retention-keeper.js";

const KINDS = Object.keys(RETENTION_KINDS) as RetentionKind[];
const STANDARD = readConfig({}).privacy.retention.days;
const daysFor = (text: string) => readConfig({ MARQUEE_RETENTION_DAYS: text }).privacy.retention.days;

describe("MARQUEE_RETENTION_DAYS", () => {
  it("names the kinds that are kept otherwise than by default", () => {
    for (const kind of KINDS) expect(STANDARD[kind]).toBe(RETENTION_KINDS[kind].days);
    expect(daysFor("viewing=730, keys=0,mails=none,jobs=36500,")).toEqual({
      ...STANDARD,
      viewing: 730,
      keys: 0,
      mails: null,
      jobs: 36_500,
    });
  });

  it.each([
    "history=3",
    "viewing",
    "viewing=",
    "viewing=-1",
    "viewing=1.5",
    "viewing=36501",
    "viewing=100000",
    "viewing=soon",
    "viewing=1;keys=2",
    "Viewing=1",
    "toString=1",
    "viewing=1,viewing=2",
    "keys=3,history=3",
  ])("refuses %s, and names what is accepted", (text) => {
    const read = () => daysFor(text);
    expect(read).toThrow(StartupError);
    expect(read).toThrow(/MARQUEE_RETENTION_DAYS.* is not a list of kinds and days such as viewing=730/);
    for (const kind of KINDS) expect(read).toThrow(kind);
  });
});

describe("MARQUEE_RETENTION_AT", () => {
  it.each(["*/5 * * * *", "0 4 * * SUN", "30 0 4 * * *"])("takes %s", (at) => {
    expect(readConfig({ MARQUEE_RETENTION_AT: at }).privacy.retention.at).toBe(at);
  });

  it.each(["nightly", "61 * * * *", "* * *", "0 0 30 2 *", "2020-01-01T00:00:00"])("refuses %s", (at) => {
    const read = () => readConfig({ MARQUEE_RETENTION_AT: at });
    expect(read).toThrow(StartupError);
    expect(read).toThrow(/MARQUEE_RETENTION_AT.* is not a time in the form of cron, such as 17 3 \* \* \*/);
  });
});

describe("keepRetention", () => {
  const HOUR = 3_600_000;
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse("2026-03-01T00:00:00Z") }));
  afterEach(() => void vi.useRealTimers());

  const tenants = ["a", "b", "c"].map((slug) => ({ slug }) as Tenant);

  /** A keeper of three tenants at 03:17, and what it did. */
  function kept(work: (tenant: Tenant) => Promise<void>, list = () => Promise.resolve(tenants)) {
    const [turns, warnings]: [string[], string[]] = [[], []];
    const enforce = async (tenant: Tenant, days: unknown) => {
      expect(days).toBe(STANDARD);
      turns.push(`${new Date().toISOString().slice(8, 16)} ${tenant.slug}`);
      await work(tenant);
      return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<RetentionKind, number>;
    };
    const stores = { tenants: { list }, retention: { enforce } } as unknown as Parameters<
      typeof keepRetention
    >[0];
    const keeper = keepRetention(stores, { days: STANDARD, at: "17 3 * * *" }, (line) => warnings.push(line));
    return { turns, warnings, keeper };
  }

  it("takes every tenant's turn at its time, each day, until it is stopped", async () => {
    const { turns, warnings, keeper } = kept(() => Promise.resolve());
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(turns).toEqual([]);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(turns).toEqual(["01T03:17 a", "01T03:17 b", "01T03:17 c"]);
    await vi.advanceTimersByTimeAsync(24 * HOUR);
    expect(turns.slice(3)).toEqual(["02T03:17 a", "02T03:17 b", "02T03:17 c"]);
    await keeper.stop();
    await vi.advanceTimersByTimeAsync(48 * HOUR);
    expect(turns).toHaveLength(6);
    expect(warnings).toEqual([]);
  });

  it("has one tenant's turn at a time, begins no run within a run, and is stopped when that is through", async () => {
    const ends: (() => void)[] = [];
    const { turns, keeper } = kept(() => new Promise((resolve) => ends.push(resolve)));
    await vi.advanceTimersByTimeAsync(30 * HOUR);
    expect(turns).toEqual(["01T03:17 a"]);
    ends.shift()!();
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toHaveLength(2);
    let stopped = false;
    const stopping = keeper.stop().then(() => (stopped = true));
    for (const left of [1, 0]) {
      await vi.advanceTimersByTimeAsync(0);
      expect([stopped, ends.length]).toEqual([false, 1]);
      ends.shift()!();
      expect(turns).toHaveLength(3 - left);
    }
    await stopping;
  });

  it("goes on with the others where it fails for one, and tries that again the next day", async () => {
    const { turns, warnings, keeper } = kept((tenant) =>
      tenant.slug === "b" ? Promise.reject(new Error("locked")) : Promise.resolve(),
    );
    await vi.advanceTimersByTimeAsync(28 * HOUR);
    expect(turns.map((turn) => turn.at(-1)).join("")).toBe("abcabc");
    expect(warnings).toEqual(Array(2).fill("What is too old could not be taken away for b: locked"));
    await keeper.stop();
  });

  it("says when it cannot know whose turn it is, and lives", async () => {
    let down = true;
    const { turns, warnings, keeper } = kept(
      () => Promise.resolve(),
      () => (down ? Promise.reject(new Error("no database")) : Promise.resolve(tenants)),
    );
    await vi.advanceTimersByTimeAsync(4 * HOUR);
    expect([turns, warnings]).toEqual([[], ["What is too old could not be taken away: no database"]]);
    down = false;
    await vi.advanceTimersByTimeAsync(24 * HOUR);
    expect(turns).toHaveLength(3);
    await keeper.stop();
  });
});
