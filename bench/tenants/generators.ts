import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";

import { type Phase, type Summary } from "../../scripts/pressure/phase.js";
import { placeOn } from "../../scripts/pressure/processors.js";

/** What clients ask for: a list of a tenant's titles with what it takes to show them. */
export const LIST =
  "{ titles(first: 20) { edges { node { id name releaseYear maturityRating genres { name } credits { role person { name } } } } } }";

/** Niceness (sched(7)): a ninth of the share of a process that has none. */
const BEHIND = 10;

/** A process that asks, on the processor of the load. */
export interface Generator {
  ask(phase: Omit<Phase, "queries" | "headers"> & Partial<Phase>): Promise<Summary>;
  end(): void;
}

/** @param behind stands behind the others on their processor, which would else be slower for what this one asks. */
export function startGenerator({ behind = false } = {}): Generator {
  const child = fork(new URL("../../scripts/pressure/generator.js", import.meta.url));
  placeOn("load", child.pid);
  if (behind && child.pid !== undefined) standBehind(child.pid);
  return {
    ask: (phase) => run(child, { queries: [LIST], headers: {}, ...phase }),
    end: () => void child.kill(),
  };
}

/** A process gives way to what is measured. @param pid 0 is this one. */
export function standBehind(pid: number): void {
  setPriority(pid, BEHIND);
}

async function run(child: ChildProcess, phase: Phase): Promise<Summary> {
  child.send(phase);
  const [summary] = (await once(child, "message")) as [Summary];
  return summary;
}

/** Requests under way at once while the capacity is measured. */
const CROWD = 4;

/** Until V8 has compiled what is asked for, on the processor that the gateway has with its database. Seconds. */
const WARM = 40;

/** What a gateway answers a second when it is asked without a pause, once it is warm. */
export async function capacityOf(generator: Generator, url: string, tenants: string[]): Promise<number> {
  await generator.ask({ url, tenants, seconds: WARM, connections: CROWD });
  return (await generator.ask({ url, tenants, seconds: 8, connections: CROWD })).goodput;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
