// Which share of the machine each process takes, from Linux' own accounts; elsewhere there is nothing to tell.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

import { findProcess } from "../../scripts/engines/processes.mjs";
import { PROCESSES, readSettings } from "../../scripts/engines/settings.mjs";

const TICKS_PER_SECOND = 100;

/** @returns a function that answers cores used since it was last called: of each engine, gateway, this process and all others. */
export function watchCores(gatewayPid) {
  const { set } = readSettings(process.env);
  const roots = { gateway: [gatewayPid], bench: [process.pid] };
  for (const [engine, names] of Object.entries(PROCESSES))
    roots[engine] = names.flatMap((name) => findProcess(set, name)?.pid ?? []);
  let before = ticks(roots);
  let at = performance.now();
  return () => {
    const now = ticks(roots);
    const seconds = (performance.now() - at) / 1_000;
    const cores = Object.fromEntries(
      Object.keys(now).map((name) => [
        name,
        Math.max(0, now[name] - before[name]) / TICKS_PER_SECOND / seconds,
      ]),
    );
    const known = Object.keys(roots).reduce((sum, name) => sum + cores[name], 0);
    before = now;
    at = performance.now();
    return { ...cores, others: Math.max(0, cores.machine - known), of: availableParallelism() };
  };
}

function ticks(roots) {
  const processes = allProcesses();
  const own = Object.entries(roots).map(([name, pids]) => [
    name,
    treeTicks(processes, pids, name === "bench"),
  ]);
  return { ...Object.fromEntries(own), machine: machineTicks() };
}

/** Of processes and, unless they are counted apart, their children, those that have ended too. */
function treeTicks(processes, pids, alone) {
  let sum = 0;
  for (const todo = [...pids]; todo.length > 0;) {
    const pid = todo.pop();
    const found = processes.get(pid);
    if (!found) continue;
    sum += found.ticks;
    if (!alone)
      todo.push(...[...processes].filter(([, { parent }]) => parent === pid).map(([child]) => child));
  }
  return sum;
}

function allProcesses() {
  const found = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const [parent, ...times] = [fields[1], fields[11], fields[12], fields[13], fields[14]].map(Number);
      found.set(Number(name), { parent, ticks: times.reduce((sum, time) => sum + time, 0) });
    } catch {
      // it has ended meanwhile
    }
  }
  return found;
}

function machineTicks() {
  const [user, nice, system, , , irq, softIrq] = readFileSync("/proc/stat", "utf8")
    .split("\n", 1)[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return user + nice + system + irq + softIrq;
}
