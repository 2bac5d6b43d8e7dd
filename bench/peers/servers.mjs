// Compiles the servers of the benchmark and starts each in a process of its own.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const root = path.resolve(fileURLToPath(import.meta.url), "../../..");
const compiled = path.join(root, "dist", "bench", "peers");

/** Strips the types of bench/peers into dist/bench/peers, beside the gateway that they import. */
export function compilePeers() {
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  mkdirSync(compiled, { recursive: true });
  for (const name of readdirSync(import.meta.dirname).filter((file) => file.endsWith(".ts"))) {
    const fileName = path.join(import.meta.dirname, name);
    const { outputText } = ts.transpileModule(readFileSync(fileName, "utf8"), {
      fileName,
      compilerOptions: { ...options, module: ts.ModuleKind.ES2022, sourceMap: false, inlineSourceMap: true },
    });
    writeFileSync(path.join(compiled, name.replace(/\.ts$/, ".js")), outputText);
  }
}

/** A module of the compiled servers. */
export function importPeer(name) {
  return import(path.join(compiled, `${name}.js`));
}

/**
 * Starts a server.
 *
 * @param {{ peer: string, data: string, postgresUrl: string, core: number | null, nodeFlags?: string[] }} options `core`
 *   is the one that it may run on
 * @returns {Promise<{ url: string, headers: Record<string, string>, cpu(): Promise<number>, stop(): Promise<void> }>}
 *   `cpu` is the CPU time that the process has used, in microseconds
 */
export async function startServer({ peer, data, postgresUrl, core, nodeFlags = [] }) {
  const command = [process.execPath, ...nodeFlags, path.join(compiled, `${peer}.js`), data, postgresUrl];
  if (core !== null) command.unshift("taskset", "-c", String(core));
  const child = spawn(command[0], command.slice(1), {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const told = () =>
    Promise.race([
      new Promise((resolve) => child.once("message", resolve)),
      ended.then((code) => Promise.reject(new Error(`The ${peer} server (${data}) ended with ${code}.`))),
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
