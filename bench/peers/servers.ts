// Starts each server of the benchmark in a process of its own.
import { spawn } from "node:child_process";
import path from "node:path";

import { environment, ROOT } from "../../scripts/environment.js";
import { type Contender } from "./report.js";

/** What is started. */
export interface ServerOptions extends Pick<Contender, "peer" | "data"> {
  postgresUrl: string;
  /** The core that it may run on; null for any. */
  core: number | null;
  nodeFlags: string[];
}

/** A server at work. */
export interface Server {
  url: string;
  /** What requests must carry. */
  headers: Record<string, string>;
  /** CPU time that the process has used. Microseconds. */
  cpu(): Promise<number>;
  stop(): Promise<void>;
}

/** What a server tells: where it is, and later how much CPU time it has used. See `announce`. */
type Told = Pick<Server, "url" | "headers"> & { cpu: NodeJS.CpuUsage };

/** Starts a server, and resolves when it answers. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { peer, data, postgresUrl, core, nodeFlags } = options;
  const program = [...nodeFlags, path.join(import.meta.dirname, `${peer}.js`), data, postgresUrl];
  const pinned = core === null ? [] : ["taskset", "-c", String(core)];
  const [command = "", ...args] = [...pinned, process.execPath, ...program];
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH: environment.PATH, NODE_ENV: "production" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const told = () =>
    Promise.race([
      new Promise<Told>((resolve) => child.once("message", (told) => resolve(told as Told))),
      ended.then((code): Promise<Told> =>
        Promise.reject(new Error(`The ${peer} server (${data}) ended with ${code}.`)),
      ),
    ]);
  const { url, headers } = await told();
  return {
    url,
    headers,
    async cpu() {
      const answer = told();
      child.send("cpu");
      const { user, system } = (await answer).cpu;
      return user + system;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const overdue = setTimeout(() => child.kill("SIGKILL"), 3_000);
      await ended;
      clearTimeout(overdue);
    },
  };
}
