import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ROOT, type Environment } from "../environment.js";
import { type Testimony } from "./witness.js";

const START_MS = 180_000;
const STOP_MS = 12_000;
/** A server that says nothing for longer is at work on something else. Milliseconds. */
const TESTIMONY_MS = 30_000;

/** A server that is abused, in a process of its own. */
export interface Subject {
  name: string;
  url: string;
  /** Where requests of GraphQL go. */
  graphql: string;
  /** A path that is answered without any work, for the probe of the loop. */
  idlePath: string;
  pid: number;
  /** What it says of itself now; it collects its garbage first. */
  testify(): Promise<Testimony>;
  /** Whether the process is there still. */
  isUp(): boolean;
  /** What it wrote to its standard error until now. */
  complaints(): string;
  close(): Promise<void>;
}

export interface SubjectOptions {
  name: string;
  /** Arguments of Node.js: the program and its own. */
  program: readonly string[];
  env: Environment;
  url: string;
  /** Path of GraphQL. */
  graphqlPath?: string;
  idlePath: string;
  /** Path that is answered 200 when it serves. */
  readyPath: string;
  /** What such a request needs to be answered. */
  readyHeaders?: Record<string, string>;
}

/** Starts a server with a witness in it. @throws Error where it does not begin to answer. */
export async function startSubject(options: SubjectOptions): Promise<Subject> {
  const { name, program, env, url, idlePath } = options;
  const witness = path.join(ROOT, "dist/scripts/abuse/witness.js");
  const child = spawn(process.execPath, ["--expose-gc", "--import", witness, ...program], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaints = "";
  child.stderr?.on("data", (chunk: Buffer) => (complaints = (complaints + chunk.toString()).slice(-20_000)));
  const isUp = () => child.exitCode === null && child.signalCode === null;
  for (
    const limit = Date.now() + START_MS;
    !(await answers(url + options.readyPath, options.readyHeaders));
    await sleep(100)
  ) {
    if (isUp() && Date.now() < limit) continue;
    child.kill("SIGKILL");
    throw new Error(`${name} did not start: ${complaints}`);
  }
  return {
    name,
    url,
    graphql: url + (options.graphqlPath ?? "/graphql"),
    idlePath,
    pid: child.pid ?? 0,
    testify: () => testimonyOf(child, name),
    isUp,
    complaints: () => complaints,
    close: () => stop(child),
  };
}

async function testimonyOf(child: ChildProcess, name: string): Promise<Testimony> {
  if (!child.connected) throw new Error(`${name} has ended.`);
  const heard = new AbortController();
  const signal = AbortSignal.any([heard.signal, AbortSignal.timeout(TESTIMONY_MS)]);
  const told = once(child, "message", { signal }) as Promise<[Testimony]>;
  const ended = once(child, "exit", { signal }).then(() => Promise.reject(new Error(`${name} has ended.`)));
  child.send("testify");
  try {
    return (await Promise.race([told, ended]))[0];
  } finally {
    heard.abort();
    await Promise.allSettled([told, ended]);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const overdue = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(overdue);
}

async function answers(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  try {
    return (await fetch(url, { headers, signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
