import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

import { environment } from "../environment.js";
import { ask, run } from "./run.js";
import { isRoot, type Engine } from "./settings.js";

/** Told of what is installed, a line each. */
type Say = (line: string) => void;

const JAVA_MINIMUM = 21;
/** Go learned to fetch the newer toolchain that a module asks for. */
const GO_MINIMUM = 21;

/**
 * Refuses a machine or a place that the engines cannot run on.
 *
 * @throws {Error} that says what to do.
 */
export function checkPlace(home: string, engines: readonly Engine[]): void {
  if (process.platform !== "linux")
    throw new Error("This script runs the engines on Linux. Elsewhere, use: docker compose up");
  const needRoot = engines.filter((engine) => engine === "postgres" || engine === "mongodb");
  if (needRoot.length > 0 && !isRoot())
    throw new Error(
      `${needRoot.join(" and ")}: a Debian root of their own takes root. Run this as root (sudo).`,
    );
  if (!isRoot()) return;
  for (let folder = home; folder !== path.dirname(folder); folder = path.dirname(folder))
    if (existsSync(folder) && !(statSync(folder).mode & 0o001))
      throw new Error(
        `The engines run as users without privileges, and ${folder} is closed to them. Set MARQUEE_ENGINES_HOME to a folder that everybody may enter.`,
      );
}

/** Installs mmdebstrap, which makes the Debian root, where it is missing. */
export async function needMmdebstrap(home: string, say: Say): Promise<void> {
  if (isOnPath("mmdebstrap")) return;
  await aptInstall(home, ["mmdebstrap"], say);
}

/** @throws {Error} where Maven is missing and cannot be installed. */
export async function needMaven(home: string, say: Say): Promise<void> {
  if (isOnPath("mvn")) return;
  await aptInstall(home, ["maven"], say);
}

/** @throws {Error} where Go is missing or too old. */
export async function needGo(): Promise<void> {
  const version = /go1\.(\d+)/.exec((await ask(["go", "version"])) ?? "");
  if (version && Number(version[1]) >= GO_MINIMUM) return;
  throw new Error(
    `mongodb: FerretDB is built with Go 1.${GO_MINIMUM} or later, and ${version ? `this is 1.${version[1]}` : "none is on the PATH"}. Debian 13 has one: apt-get install golang-go`,
  );
}

/**
 * Finds a JDK that OpenSearch and Neo4j run on, or installs the one that this Debian has.
 *
 * @param preferred JAVA_HOME; passed over where it is too old.
 * @returns its folder.
 */
export async function needJdk(home: string, preferred: string | undefined, say: Say): Promise<string> {
  const found = findJdk(preferred);
  if (found) return found;
  for (const version of [JAVA_MINIMUM, 25]) {
    const name = `openjdk-${version}-jdk-headless`;
    if (!(await ask(["apt-cache", "show", "--no-all-versions", name]))) continue;
    await aptInstall(home, [name], say);
    const installed = findJdk(preferred);
    if (installed) return installed;
  }
  throw new Error(
    `OpenSearch and Neo4j need a JDK of version ${JAVA_MINIMUM} or later. None is in JAVA_HOME or below /usr/lib/jvm, and this system's packages have none: install one (Debian 13: apt-get install openjdk-${JAVA_MINIMUM}-jdk-headless) and set JAVA_HOME.`,
  );
}

function findJdk(preferred: string | undefined): string | undefined {
  const installed = listFolder("/usr/lib/jvm").map((name) => path.join("/usr/lib/jvm", name));
  const usable = (folder: string) =>
    versionOf(folder) >= JAVA_MINIMUM && existsSync(path.join(folder, "bin/javac"));
  if (preferred && usable(preferred)) return preferred;
  return installed.filter(usable).sort((a, b) => versionOf(a) - versionOf(b))[0];
}

/** Major version of a JDK by its release file, which every vendor's has; 0 for what is none. */
function versionOf(folder: string): number {
  const file = path.join(folder, "release");
  if (!existsSync(file)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? 0);
}

async function aptInstall(home: string, packages: string[], say: Say): Promise<void> {
  const line = `apt-get install ${packages.join(" ")}`;
  if (!isRoot() || !isOnPath("apt-get"))
    throw new Error(`${packages.join(", ")} is missing. As root: ${line}`);
  say(line);
  const log = path.join(home, "logs/apt.log");
  const env = { ...environment, DEBIAN_FRONTEND: "noninteractive" };
  await run(log, ["apt-get", "update", "-q"], { env });
  await run(log, ["apt-get", "install", "-y", "-q", "--no-install-recommends", ...packages], { env });
}

function isOnPath(program: string): boolean {
  return (environment.PATH ?? "").split(":").some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function listFolder(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
