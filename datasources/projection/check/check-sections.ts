import { setTimeout as sleep } from "node:timers/promises";

import { type Tenant } from "../../core/tenant.js";
import { ifAnswered } from "../../core/store-error.js";
import { canonical } from "./canonical.js";
import { FAULTS, suspects, type AnySection, type Fault } from "./section.js";

/** How many entries differ, and how. */
export type FaultCounts = Record<Fault, number>;

/** One entry that differs. */
export interface Difference {
  fault: Fault;
  /** `title`, `name`, `watch` …. */
  kind: string;
  key: string;
}

/** What a comparison of a tenant's projection with its source found. */
export interface CheckReport extends FaultCounts {
  /** Entries looked at, on both sides together. */
  entries: number;
}

export interface CheckOptions {
  /** Put or remove each entry that differs, where its section can. */
  repair?: boolean;
  /** Whether all of it is being replaced just now, so that what differs says nothing. */
  isReplaced?: (tenant: Tenant) => Promise<boolean>;
  /** Told how much has been looked at, of how much; null where that could not be counted. Entries. */
  onProgress?: (done: number, total: number | null) => void;
  /** Told of each difference when it is sure. */
  onDifference?: (difference: Difference) => void;
  /** Time that a difference must last before it counts: longer than a write takes to arrive. Milliseconds. */
  settleMs?: number;
  /** Resolves when what has been written until now has been carried, or when that takes too long. */
  caughtUp?: () => Promise<void>;
}

const SETTLE_MS = 2_000;
/** Looks at an entry that keeps changing, after which it counts as under way: what changes is being looked after. */
const LOOKS = 8;
/** How long a check waits for a projection that is being replaced, and how often it asks. Milliseconds. */
const REPLACED_MS = 5 * 60_000;
const POLL_MS = 250;
/** Keys that are looked at again together: what the memory of a check holds at most, beside a batch. */
const TOGETHER = 5_000;

/**
 * Compares everything that a projection holds of a tenant with what the source says, in bounded memory and while
 * writes go on: an entry that differs is looked at again until it agrees, or has stayed as it is for `settleMs`.
 *
 * @returns what differed, before any repair.
 * @throws StoreUnavailableError when one of the two stores does not answer.
 */
export async function checkSections(
  sections: readonly AnySection[],
  tenant: Tenant,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const report: CheckReport = { entries: 0, ...noFaults() };
  const sizes = await sizesOf(sections, tenant);
  const total = sizes && sizes.reduce((sum, size) => sum + size, 0);
  let before = 0;
  for (const [n, section] of sections.entries()) {
    const size = sizes?.[n] ?? Infinity;
    let done = 0;
    const looked = (entries: number) => {
      done += entries;
      report.entries += entries;
      options.onProgress?.(before + Math.min(done, size), total);
    };
    for await (const keys of gathered(suspects(section, tenant, looked))) {
      const differences = await confirmed(section, tenant, keys, options);
      for (const difference of differences) {
        report[difference.fault] += 1;
        options.onDifference?.(difference);
      }
      if (options.repair && differences.length > 0) {
        await section.repair?.(
          tenant,
          differences.map(({ key }) => key),
        );
      }
    }
    before += sizes ? size : done;
    options.onProgress?.(before, total);
  }
  return report;
}

/** One after the other, as each may take a connection for long; null where one cannot be counted in time. */
async function sizesOf(sections: readonly AnySection[], tenant: Tenant): Promise<number[] | null> {
  const sizes: number[] = [];
  for (const section of sections) {
    const size = await ifAnswered(section.size(tenant));
    if (size === null) return null;
    sizes.push(size);
  }
  return sizes;
}

export function noFaults(): FaultCounts {
  return { missing: 0, stale: 0, dangling: 0, orphaned: 0 };
}

/** How many entries differ, in all ways together. */
export function faultsOf(counts: FaultCounts): number {
  return FAULTS.reduce((sum, fault) => sum + counts[fault], 0);
}

/** Distinct keys, many at a time. */
async function* gathered(batches: AsyncIterable<readonly string[]>): AsyncGenerator<string[]> {
  let keys = new Set<string>();
  for await (const batch of batches) {
    for (const key of batch) keys.add(key);
    if (keys.size < TOGETHER) continue;
    yield [...keys];
    keys = new Set();
  }
  if (keys.size > 0) yield [...keys];
}

interface Look {
  fault: Fault;
  /** What was stored, as a text. */
  stored: string;
}

/** The entries that do differ: not only while a write is on its way. */
async function confirmed(
  section: AnySection,
  tenant: Tenant,
  keys: readonly string[],
  { settleMs = SETTLE_MS, caughtUp, isReplaced }: CheckOptions,
): Promise<Difference[]> {
  let open = await look(section, tenant, keys);
  const sure = new Map<string, Fault>();
  if (open.size > 0) await caughtUp?.();
  for (let looks = 0; looks < LOOKS && open.size > 0; looks += 1) {
    await sleep(settleMs);
    const replaced = await outlasted(tenant, isReplaced);
    const now = await look(section, tenant, [...open.keys()]);
    for (const [key, { fault, stored }] of now) {
      if (replaced || open.get(key)?.stored !== stored) continue;
      sure.set(key, fault);
      now.delete(key);
    }
    open = now;
  }
  const surplus = [...sure].filter(([, fault]) => fault === section.faults.surplus).map(([key]) => key);
  const named = surplus.length > 0 ? await section.surplusFaults?.(tenant, surplus) : undefined;
  return [...sure].map(([key, fault]) => ({ fault: named?.get(key) ?? fault, kind: section.kind, key }));
}

/** Waits for a replacement to end, within bounds. Answers whether there was one. */
async function outlasted(tenant: Tenant, isReplaced: CheckOptions["isReplaced"]): Promise<boolean> {
  const until = performance.now() + REPLACED_MS;
  let replaced = false;
  while ((await isReplaced?.(tenant)) && performance.now() < until) {
    replaced = true;
    await sleep(POLL_MS);
  }
  return replaced;
}

/** The entries that differ now. */
async function look(
  section: AnySection,
  tenant: Tenant,
  keys: readonly string[],
): Promise<Map<string, Look>> {
  const stored = await section.storedOf(tenant, keys);
  const expected = await section.expectedOf(tenant, keys);
  const found = new Map<string, Look>();
  for (const key of keys) {
    const fault = faultOf(section, expected.get(key), stored.get(key));
    if (fault) found.set(key, { fault, stored: canonical(stored.get(key) ?? null) });
  }
  return found;
}

function faultOf(section: AnySection, expected: unknown, stored: unknown): Fault | null {
  if (expected === undefined) return stored === undefined ? null : section.faults.surplus;
  if (stored === undefined) return section.faults.absent;
  return section.same(expected, stored) ? null : "stale";
}
