// What `npm run dev` runs: tsc watches the sources (it keeps decorator metadata, which faster compilers drop), and
// the gateway restarts after every compile without errors. The playground is built once.
import { requireNode } from "../bin/node-version.js";

requireNode();

const { spawn } = await import("node:child_process");
const { build, forgetBuild, removeStaleOutputs } = await import("./build.mjs");
const { clearTimeout } = await import("node:timers");
const { fileURLToPath } = await import("node:url");

const root = fileURLToPath(new URL("..", import.meta.url));
/** A little more than a graceful end takes at its default; a gateway that hangs does not hold up the next one forever. */
const END_WITHIN_MS = 30_000;

let gateway;
let restarting;
let again = false;
let quitting = false;

if (!(await build({ only: ["playground"] }))) process.exit(1);
// The watcher writes to dist as well, so what the stamp says of the server no longer holds.
forgetBuild(["server"]);

const compiler = spawn(
  process.execPath,
  [
    "node_modules/typescript/bin/tsc",
    "-p",
    "tsconfig.build.json",
    "--watch",
    "--preserveWatchOutput",
    "--pretty",
  ],
  // Not in our group: Ctrl-C reaches us alone, and we end it.
  { cwd: root, stdio: ["ignore", "pipe", "inherit"], detached: true },
);
let line = "";
compiler.stdout.on("data", (chunk) => {
  process.stdout.write(chunk);
  line = (line + chunk).slice(-500);
  if (!/Found \d+ errors?\./.test(line)) return;
  const clean = /Found 0 errors\./.test(line);
  line = "";
  if (clean) void restart();
});
compiler.once("exit", () => quit(quitting ? 0 : 1));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => quit(0));
process.on("exit", () => compiler.kill());

/** One at a time; what is compiled during a restart causes one more after it. */
async function restart() {
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

async function replaceGateway() {
  removeStaleOutputs();
  await endGateway();
  if (quitting) return;
  gateway = spawn(
    process.execPath,
    ["--enable-source-maps", "bin/marquee.js", "serve", ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: "inherit",
      // As above: it is told once, by us.
      detached: true,
    },
  );
}

function endGateway() {
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

async function quit(code) {
  if (quitting) return;
  quitting = true;
  compiler.kill();
  await restarting;
  await endGateway();
  process.exit(code);
}
