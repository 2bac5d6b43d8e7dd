// Which share of the machine each process takes, from Linux' own accounts; elsewhere there is nothing to tell.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { findProcess } from "../../scripts/engines/processes.js";
import { PROCESSES, readSettings } from "../../scripts/engines/settings.js";
import { environment } from "../../scripts/environment.js";

const TICKS_PER_SECOND = 100;

/** What was used for a time. */
export interface UsedCores {
  /** By process, and `others` for all that are not ours. Cores. */
  cores: Record<string, number>;
  /** The sum of our own. */
  ours: number;
  seconds: number;
  /** How many there are. */
  of: number;
}

/** Processes by name, each with its process ids. */
export type Roots = Record<string, number[]>;

/** @returns a function that answers cores used since it was last called: of each engine, the gateway, this process, and all others. */
export function watchCores(gatewayPid: number): () => UsedCores {
  const { set } = readSettings(environment);
  const roots: Roots = { gateway: [gatewayPid], bench: [process.pid] };
  for (const [engine, names] of Object.entries(PROCESSES))
    roots[engine] = names.flatMap((name) => findProcess(set, name)?.pid ?? []);
  return watchProcesses(roots);
}

/** The same for processes by name, `bench` without its children. */
export function watchProcesses(roots: Roots): () => UsedCores {
  let before = ticks(roots);
  let at = performance.now();
  return () => {
    const now = ticks(roots);
    const seconds = (performance.now() - at) / 1_000;
    const used = (after: number, earlier: number) =>
      Math.max(0, after - earlier) / TICKS_PER_SECOND / seconds;
    const own = Object.fromEntries(
      Object.entries(now.own).map(([name, ticks]) => [name, used(ticks, before.own[name] ?? 0)]),
    );
    const ours = Object.values(own).reduce((sum, cores) => sum + cores, 0);
    const others = Math.max(0, used(now.machine, before.machine) - ours);
    before = now;
    at = performance.now();
    return { cores: { ...own, others }, ours, seconds, of: availableParallelism() };
  };
}

function ticks(roots: Roots): { own: Record<string, number>; machine: number } {
  const processes = allProcesses();
  const own = Object.entries(roots).map(([name, pids]) => [
    name,
    treeTicks(processes, pids, name === "bench"),
  ]);
  return { own: Object.fromEntries(own) as Record<string, number>, machine: machineTicks() };
}

/** Of processes and, unless they are counted apart, their children, those that have ended too. */
function treeTicks(
  processes: ReadonlyMap<number, ProcessTicks>,
  pids: readonly number[],
  alone: boolean,
): number {
  let sum = 0;
  for (const todo = [...pids]; todo.length > 0;) {
    const pid = todo.pop()!;
    const found = processes.get(pid);
    if (!found) continue;
    sum += found.ticks;
    if (!alone)
      todo.push(...[...processes].filter(([, { parent }]) => parent === pid).map(([child]) => child));
  }
  return sum;
}

interface ProcessTicks {
  parent: number;
  ticks: number;
}

function allProcesses(): Map<number, ProcessTicks> {
  const found = new Map<number, ProcessTicks>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const [parent = 0, ...times] = [fields[1], fields[11], fields[12], fields[13], fields[14]].map(Number);
      found.set(Number(name), { parent, ticks: times.reduce((sum, time) => sum + time, 0) });
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}

function machineTicks(): number {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = line.split(/\s+/).slice(1).map(Number);
  return user + nice + system + irq + softIrq;
}
