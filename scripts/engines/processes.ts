import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type EngineProcess } from "./settings.js";

const STOP_MS = 30_000;

/** What is started. */
export interface Program {
  command: string;
  args: string[];
  env: Record<string, string>;
  /** Id of the user that it runs as; this process's own unless given. */
  user?: number | undefined;
}

/** A process that lives. */
export interface FoundProcess {
  pid: number;
  paused: boolean;
}

/**
 * Starts a process that outlives this one, in a session and process group of its own, its output in `<name>.log`.
 *
 * @param set folder of logs and pid files.
 * @throws {Error} where the program cannot be started at all.
 */
export async function launch(
  set: string,
  name: EngineProcess,
  { command, args, env, user }: Program,
): Promise<void> {
  const log = openSync(path.join(set, `${name}.log`), "w", 0o644);
  const child = spawn(command, args, {
    cwd: set,
    env,
    detached: true,
    stdio: ["ignore", log, log],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  // A pid alone may come to name another process, after a restart of the machine at the latest.
  writeFileSync(pidFile(set, name), `${child.pid} ${readStat(child.pid!)?.started ?? ""}\n`);
}

/** The live process of that name. */
export function findProcess(set: string, name: EngineProcess): FoundProcess | undefined {
  const [pid, started] = (readText(pidFile(set, name)) ?? "").trim().split(" ");
  const stat = pid ? readStat(pid) : undefined;
  if (!stat || stat.started !== started || stat.state === "Z" || stat.state === "X") return undefined;
  return { pid: Number(pid), paused: stat.state === "T" };
}

/** Proportional memory of a process and all its children, in bytes; 0 where the kernel does not say. */
export function memoryOf(pid: number): number {
  return treeOf(pid).reduce((sum, each) => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${each}/smaps_rollup`) ?? "");
    return sum + Number(kilobytes?.[1] ?? 0) * 1024;
  }, 0);
}

/** Freezes a process and its children; what is connected to them hears nothing any more. */
export function pause(pid: number): void {
  signal(pid, "SIGSTOP"); // first, so that it starts no more children while they are looked for
  for (const each of treeOf(pid)) signal(each, "SIGSTOP");
}

/** Lets a process and its children go on. */
export function resume(pid: number): void {
  for (const each of treeOf(pid).reverse()) signal(each, "SIGCONT");
}

/** Ends a process and its children at once, without a chance to tidy up. */
export async function kill(set: string, name: EngineProcess): Promise<void> {
  const found = findProcess(set, name);
  if (!found) return;
  pause(found.pid);
  for (const each of treeOf(found.pid)) signal(each, "SIGKILL");
  await untilGone(set, name, STOP_MS);
  rmSync(pidFile(set, name), { force: true });
}

/** Asks a process to end, paused or not, and kills it where it has not done so after half a minute. */
export async function stop(
  set: string,
  name: EngineProcess,
  polite: NodeJS.Signals = "SIGTERM",
): Promise<void> {
  const found = findProcess(set, name);
  if (!found) return;
  signal(found.pid, polite);
  resume(found.pid);
  if (!(await untilGone(set, name, STOP_MS))) return kill(set, name);
  rmSync(pidFile(set, name), { force: true });
}

async function untilGone(set: string, name: EngineProcess, limit: number): Promise<boolean> {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(50))
    if (!findProcess(set, name)) return true;
  return false;
}

/**
 * A process and its children's children, parents first. A process group would not do: each of PostgreSQL's backends
 * makes a group of its own.
 */
function treeOf(root: number): number[] {
  const children = new Map<string, number[]>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = readStat(pid)?.parent;
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(String(pid)) ?? []));
  return tree;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM")
      throw new Error(`Process ${pid} belongs to another user; run this as root.`, { cause: error });
    if (code !== "ESRCH") throw error;
  }
}

/** What /proc says of a process; its name, which comes first, may hold any character. */
function readStat(pid: number | string): { state?: string; parent?: string; started?: string } | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], parent: fields[1], started: fields[19] };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // no such process, or it has just ended
  }
}

function pidFile(set: string, name: EngineProcess): string {
  return path.join(set, `${name}.pid`);
}
