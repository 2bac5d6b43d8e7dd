import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether a process of this id runs. A zombie counts as ended: it holds nothing but its number. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as somebody else.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return process.platform !== "linux" || (await linuxStat(pid))?.state !== "Z";
}

/**
 * What tells a process apart from a later one that was given the same id: when it started.
 *
 * @returns undefined where no such process runs.
 */
export async function startMark(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await linuxStat(pid);
    return stat && `${await bootId()}/${stat.startTicks}`;
  }
  // Passed on: `ps` writes the date in the user's language otherwise.
  const options = { env: { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" } };
  const answer = await run("ps", ["-o", "lstart=", "-p", String(pid)], options).catch(() => undefined);
  return answer?.stdout.trim() || undefined;
}

/**
 * Where the ids of processes that this one sees mean something: a machine since its boot, and a PID namespace of it, which a
 * container has of its own.
 */
export async function processSpace(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => process.platform);
  return `${await bootId()}/${namespace}`;
}

/** The command line of a process, its arguments separated by spaces; empty where it cannot be read. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    return text.replaceAll("\0", " ").trim();
  }
  const answer = await run("ps", ["-ww", "-o", "command=", "-p", String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() ?? "";
}

/** Sends a signal to a process, or to a group when the id is negative; one that has ended already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Asks again and again until the answer is not undefined.
 *
 * @returns the answer; undefined when `timeoutMs` have passed without one.
 */
export async function poll<T>(
  ask: () => Promise<T | undefined>,
  timeoutMs: number,
  everyMs = 15,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await sleep(everyMs);
  }
}

/** Waits for a process to end. @returns whether it has within `timeoutMs`. */
export async function ended(pid: number, timeoutMs: number): Promise<boolean> {
  return (await poll(async () => ((await isAlive(pid)) ? undefined : true), timeoutMs)) ?? false;
}

/** State letter and start time (clock ticks since boot): fields 3 and 22 of proc_pid_stat(5). */
async function linuxStat(pid: number): Promise<{ state: string; startTicks: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field, the command in parentheses, may itself hold spaces and parentheses.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields?.[0];
  const startTicks = fields?.[19];
  return state !== undefined && startTicks !== undefined ? { state, startTicks } : undefined;
}

/** Start times count from the boot, so the same number may come back after the next one. */
async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
}
