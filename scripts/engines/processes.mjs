import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STOP_MS = 30_000;

/**
 * Starts a process that outlives this one, in a session and process group of its own, its output in `<name>.log`.
 *
 * @param {string} set folder of logs and pid files.
 * @param {string} name of the process.
 * @param {{ command: string, args: string[], env: Record<string, string>, user?: number }} program `user`: the id that
 *   it runs as; this process's own unless given.
 * @throws {Error} where the program cannot be started at all.
 */
export async function launch(set, name, { command, args, env, user }) {
  const log = openSync(path.join(set, `${name}.log`), "w", 0o644);
  const child = spawn(command, args, {
    cwd: set,
    env,
    detached: true,
    stdio: ["ignore", log, log],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  closeSync(log);
  await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  child.unref();
  // A pid alone may come to name another process, after a restart of the machine at the latest.
  writeFileSync(pidFile(set, name), `${child.pid} ${readStat(child.pid)?.started ?? ""}\n`);
}

/** The live process of that name. @returns {{ pid: number, paused: boolean } | undefined} */
export function findProcess(set, name) {
  const [pid, started] = (readText(pidFile(set, name)) ?? "").trim().split(" ");
  const stat = pid ? readStat(pid) : undefined;
  if (!stat || stat.started !== started || stat.state === "Z" || stat.state === "X") return undefined;
  return { pid: Number(pid), paused: stat.state === "T" };
}

/** Proportional memory of a process and all its children, in bytes; 0 where the kernel does not say. */
export function memoryOf(pid) {
  return treeOf(pid).reduce((sum, each) => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${each}/smaps_rollup`) ?? "");
    return sum + Number(kilobytes?.[1] ?? 0) * 1024;
  }, 0);
}

/** Freezes a process and its children; what is connected to them hears nothing any more. */
export function pause(pid) {
  signal(pid, "SIGSTOP"); // first, so that it starts no more children while they are looked for
  for (const each of treeOf(pid)) signal(each, "SIGSTOP");
}

export function resume(pid) {
  for (const each of treeOf(pid).reverse()) signal(each, "SIGCONT");
}

/** Ends a process and its children at once, without a chance to tidy up. */
export async function kill(set, name) {
  const found = findProcess(set, name);
  if (!found) return;
  pause(found.pid);
  for (const each of treeOf(found.pid)) signal(each, "SIGKILL");
  await untilGone(set, name, STOP_MS);
  rmSync(pidFile(set, name), { force: true });
}

/** Asks a process to end, paused or not, and kills it where it has not done so after half a minute. */
export async function stop(set, name, polite = "SIGTERM") {
  const found = findProcess(set, name);
  if (!found) return;
  signal(found.pid, polite);
  resume(found.pid);
  if (!(await untilGone(set, name, STOP_MS))) return kill(set, name);
  rmSync(pidFile(set, name), { force: true });
}

async function untilGone(set, name, limit) {
  for (const end = Date.now() + limit; Date.now() < end; await sleep(50))
    if (!findProcess(set, name)) return true;
  return false;
}

/**
 * A process and its children's children, parents first. A process group would not do: each of PostgreSQL's backends
 * makes a group of its own.
 */
function treeOf(root) {
  const children = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = readStat(pid)?.parent;
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(String(pid)) ?? []));
  return tree;
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code === "EPERM")
      throw new Error(`Process ${pid} belongs to another user; run this as root.`, { cause: error });
    if (error.code !== "ESRCH") throw error;
  }
}

/** What /proc says of a process; its name, which comes first, may hold any character. */
function readStat(pid) {
  const text = readText(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0], parent: fields[1], started: fields[19] };
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // no such process, or it has just ended
  }
}

function pidFile(set, name) {
  return path.join(set, `${name}.pid`);
}
