import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";

import { packageRoot } from "../../packages/process/package-root.js";
import { freePorts } from "../../scripts/gateways.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";

/** How a process ended. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The built product, run as its users run it. */
export interface MarqueeProcess {
  pid: number;
  /** What it has written until now, both streams in the order of arrival. */
  output(): string;
  /** Waits until it has written something. @throws when it ends first, with what it wrote. */
  says(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Waits for its end; it may have ended already. */
  ended(): Promise<Ending>;
}

export interface ProcessOptions {
  /** On top of this process's own environment. */
  env?: Record<string, string>;
  /** Another user to run as; only root can. */
  uid?: number;
  gid?: number;
  /** Where the product lies; the project's folder unless said otherwise. */
  root?: string;
  /** Where it is started, and looks for `.env`; the project's folder unless said otherwise. */
  cwd?: string;
}

/** Whatever engines the machine's environment names: what is started here is on its own unless a test says otherwise. */
const EMBEDDED = {
  POSTGRES_URL: "embedded:",
  MONGODB_URL: "embedded:",
  OPENSEARCH_URL: "embedded:",
  NEO4J_URL: "embedded:",
  MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
};

const running = new Set<ChildProcess>();

/** Starts `marquee` with arguments. End it in the test; {@link killRunning} is for tests that failed on the way. */
export function startMarquee(
  args: string[],
  { env, root = packageRoot(), ...user }: ProcessOptions = {},
): MarqueeProcess {
  const child = spawn(process.execPath, [path.join(root, "bin", "marquee.js"), ...args], {
    cwd: packageRoot(),
    env: {
      ...process.env,
      ...EMBEDDED,
      MARQUEE_QUEUE_MS: "30000",
      LOG_LEVEL: "warn",
      MARQUEE_OPERATIONS_PORT: "0",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  running.add(child);
  let output = "";
  const heard = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    for (const check of heard) check();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (output.includes(text)) resolve();
        };
        heard.add(check);
        check();
        ended.then(
          ({ code }) =>
            reject(new Error(`It ended with ${code} before it said "${text}". Its output:\n${output}`)),
          reject,
        );
      }),
    signal: (name) => child.kill(name),
    ended: () => ended,
  };
}

/** Ends what a failed test has left running. */
export function killRunning(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** A process and all that descend from it. Linux only. */
export async function processTree(root: number): Promise<number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(path.join("/proc", name, "stat"), "utf8").catch(() => "");
    // The second field, the command in parentheses, may hold spaces; the parent is the fourth.
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/**
 * The memory of a process and all that descend from it, in MB, each shared page counted once ("proportional set size").
 * Linux only.
 */
export async function memoryOfTree(root: number): Promise<number> {
  let kilobytes = 0;
  for (const pid of await processTree(root)) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    kilobytes += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

/** A port of 127.0.0.1 as {@link freePorts} finds them. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port!;
}

/** Whether something listens on a port of 127.0.0.1. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** The user with the fewest rights. */
export function nobody(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Whether a process can be started as {@link nobody}: only by root, and only where that user may read this folder. */
export function canBeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync(process.execPath, ["bin/marquee.js", "--help"], {
      cwd: packageRoot(),
      stdio: "ignore",
      ...nobody(),
    });
    return true;
  } catch {
    return false;
  }
}
