// What `npm run dev` runs, built: tsc watches the sources (it keeps decorator metadata, which faster compilers drop), and
// the gateway restarts after every compile without errors.
import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import type * as Builder from "./build.mjs";
import { ROOT } from "./environment.js";

/** A little more than a graceful end takes at its default; a gateway that hangs does not hold up the next one forever. */
const END_WITHIN_MS = 30_000;
const TSC = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];

// It is not compiled: it has to run before anything is.
const builder = pathToFileURL(path.join(ROOT, "scripts/build.mjs")).href;
const { forgetBuild, removeStaleOutputs } = (await import(builder)) as typeof Builder;

let gateway: ChildProcess | undefined;
let restarting: Promise<void> | undefined;
let again = false;
let quitting = false;

// The watcher writes to dist as well, so what the stamp says of the server no longer holds, and what was made of it neither.
forgetBuild(["server", "program"]);
rmSync(path.join(ROOT, "dist/program"), { recursive: true, force: true });

const compiler = spawn(
  process.execPath,
  [...TSC, "--watch", "--preserveWatchOutput", "--pretty"],
  // Not in our group: Ctrl-C reaches us alone, and we end it.
  { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"], detached: true },
);
let line = "";
compiler.stdout.on("data", (chunk: Buffer) => {
  process.stdout.write(chunk);
  line = (line + chunk.toString()).slice(-500);
  if (!/Found \d+ errors?\./.test(line)) return;
  const clean = /Found 0 errors\./.test(line);
  line = "";
  if (clean) void restart();
});
compiler.once("exit", () => void quit(quitting ? 0 : 1));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void quit(0));
process.on("exit", () => compiler.kill());

/** One at a time; what is compiled during a restart causes one more after it. */
async function restart(): Promise<void> {
  if (restarting) {
    again = true;
    return;
  }
  do {
    again = false;
    restarting = replaceGateway();
    await restarting;
  } while (again && !quitting);
  restarting = undefined;
}

async function replaceGateway(): Promise<void> {
  removeStaleOutputs();
  await endGateway();
  if (quitting) return;
  const command = ["--enable-source-maps", "bin/marquee.js", "serve", ...process.argv.slice(2)];
  // As above: it is told once, by us.
  gateway = spawn(process.execPath, command, { cwd: ROOT, stdio: "inherit", detached: true });
}

function endGateway(): Promise<void> {
  const old = gateway;
  gateway = undefined;
  if (!old || old.exitCode !== null || old.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const patience = setTimeout(() => old.kill("SIGKILL"), END_WITHIN_MS);
    old.once("exit", () => {
      clearTimeout(patience);
      resolve();
    });
    old.kill("SIGTERM");
  });
}

async function quit(code: number): Promise<void> {
  if (quitting) return;
  quitting = true;
  compiler.kill();
  await restarting;
  await endGateway();
  process.exit(code);
}
