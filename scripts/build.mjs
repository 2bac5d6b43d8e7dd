// Builds dist/: the server, the scripts and the benches with tsc, of them the program in few files, the playground with Vite.
// Each is skipped while its sources have the content they had when it was last built; `--force` builds all from nothing.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

import { requireNode } from "../bin/node-version.js";
import { compressFolder } from "./compress.mjs";

requireNode();

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const dist = path.join(root, "dist");
const stampFile = path.join(dist, ".build-stamp");
const buildInfo = path.join(dist, ".tsbuildinfo");
const serverFolders = [
  "schema",
  "src",
  "resolvers",
  "datasources",
  "importer",
  "packages",
  "seeds",
  "scripts",
  "bench",
];
const configs = readdirSync(root).filter((name) => /^tsconfig.*\.json$/.test(name));

const targets = {
  server: {
    command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--pretty"],
    sources: () => [...serverSources(), ...configs, "package-lock.json"],
    outputs: () => serverSources().map(outputOf),
    prepare: () => rmSync(buildInfo, { force: true }),
    finish: removeStaleOutputs,
  },
  program: {
    command: ["scripts/bundle.mjs"],
    after: "server",
    sources: () => [...serverSources(), ...configs, "scripts/bundle.mjs", "package-lock.json"],
    outputs: () => ["dist/program/cli.js"],
    prepare: () => {},
    finish: () => {},
  },
  playground: {
    command: ["node_modules/vite/bin/vite.js", "build", "playground", "--logLevel", "warn"],
    sources: () => [...filesBelow("playground"), ...configs, "scripts/compress.mjs", "package-lock.json"],
    outputs: () => ["dist/playground/index.html"],
    prepare: () => {},
    finish: () => compressFolder(path.join(dist, "playground")),
  },
};

/**
 * Builds what is out of date, and says how it goes.
 *
 * @param {{ force?: boolean, only?: (keyof typeof targets)[] }} options
 * @returns {Promise<boolean>} whether everything is built now; what failed has been printed.
 */
export async function build({ force = false, only = ["server", "program", "playground"] } = {}) {
  if (force) rmSync(dist, { recursive: true, force: true });
  const hashes = Object.fromEntries(only.map((name) => [name, hash(targets[name].sources())]));
  const stale = only.filter((name) => readStamp()[name] !== hashes[name] || !isWhole(name));
  if (stale.length === 0) return true;
  if (
    !existsSync(path.join(root, "node_modules/typescript")) ||
    !existsSync(path.join(root, "node_modules/vite"))
  ) {
    console.error('The build tools are not installed. Run "npm ci" first.');
    return false;
  }
  forgetBuild(stale);
  const begun = performance.now();
  // On standard error: what is run next may print something for a shell.
  console.error(`Building ${stale.join(", ")} …`);
  const built = await buildAll(stale);
  // The hashes of before: whatever was edited meanwhile is built the next time.
  writeStamp({ ...readStamp(), ...Object.fromEntries(built.map((name) => [name, hashes[name]])) });
  if (built.length < stale.length) return false;
  console.error(`Built in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return true;
}

/** Makes the next build build these again, whatever their sources. Done first, so that a failed build leaves no stamp. */
export function forgetBuild(names = Object.keys(targets)) {
  const kept = Object.entries(readStamp()).filter(([name]) => !names.includes(name));
  writeStamp(Object.fromEntries(kept));
}

/** Removes what was compiled from sources that are gone: tsc leaves it, and an import would still find it. */
export function removeStaleOutputs() {
  const expected = new Set(targets.server.outputs().flatMap((file) => [file, `${file}.map`]));
  const found = serverFolders.flatMap((folder) => filesBelow(path.join("dist", folder)));
  for (const file of found) if (!expected.has(file)) rmSync(path.join(root, file));
}

/** Side by side, or after what it is made of. @returns those that are built now. */
async function buildAll(names) {
  const results = new Map();
  for (const name of names) {
    const before = results.get(targets[name].after) ?? Promise.resolve(true);
    results.set(
      name,
      before.then((built) => built && buildOne(name)),
    );
  }
  const built = await Promise.all(results.values());
  return names.filter((_, index) => built[index]);
}

async function buildOne(name) {
  const target = targets[name];
  // Trust tsc's memory of what it wrote only while all of it is there.
  if (!isWhole(name)) target.prepare();
  const { code, output } = await run(target.command);
  if (code === 0) {
    if (output) process.stderr.write(output);
    target.finish();
    return true;
  }
  console.error(
    `${output}\nBuilding the ${name} failed (${target.command[0].split("/").at(-1)} ended with ${code}).`,
  );
  return false;
}

function run([script, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, script), ...args], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    // Without this, a signal that reaches only us would leave the compiler running.
    const quit = (signal) => {
      child.kill(signal);
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    process.once("SIGINT", quit).once("SIGTERM", quit);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("SIGINT", quit).off("SIGTERM", quit);
      resolve({ code: code ?? signal, output });
    });
  });
}

function isWhole(name) {
  return targets[name].outputs().every((file) => existsSync(path.join(root, file)));
}

function serverSources() {
  return serverFolders
    .flatMap((folder) => filesBelow(folder))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
}

function outputOf(source) {
  return path.join("dist", source.replace(/\.ts$/, ".js"));
}

/** Paths of all files below a folder, relative to the project, in a fixed order. */
function filesBelow(folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Content rather than times: a checkout of the same files needs no build, and a restored older file does. */
function hash(files) {
  const sum = createHash("sha256").update(process.versions.node.split(".")[0]);
  for (const file of files) sum.update(`\0${file}\0`).update(readFileSync(path.join(root, file)));
  return sum.digest("hex");
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const built = await build({ force: process.argv.includes("--force") });
  if (!built) process.exitCode = 1;
}
