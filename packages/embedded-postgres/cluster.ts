import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

import { StartupError } from "../process/startup-error.js";
import { type Binaries, type RunAs } from "./binaries.js";
import { signal } from "./process.js";
import { diskFullLine, explainFileErrors, inFolder, readIfPresent, saysDiskFull } from "./folder.js";

/** The environment of every PostgreSQL program: nothing of ours, so that it behaves alike everywhere. */
export const SERVER_ENV = { LC_ALL: "C", TZ: "UTC" };

/** What every step of the start needs to know. */
export interface Place {
  /** The data folder's real path. */
  folder: string;
  binaries: Binaries;
  runAs: RunAs;
  password: string;
  /** In the place of the server's own. */
  settings: Readonly<Record<string, string>>;
}

/**
 * Refuses a cluster that these programs cannot run.
 *
 * @returns whether there is a cluster.
 * @throws StartupError for one of another major version or of another user.
 */
export async function checkCluster(folder: string, binaries: Binaries): Promise<boolean> {
  const cluster = inFolder.cluster(folder);
  const found = await stat(cluster).catch(() => undefined);
  if (!found) return false;
  const self = process.getuid?.();
  if (self !== 0 && found.uid !== self)
    throw new StartupError(
      `The data in ${cluster} belongs to the user with id ${found.uid}. Start Marquee as that user or as root, or set MARQUEE_DATA to a folder of your own.`,
    );
  const text = await explainFileErrors(folder, () => readIfPresent(path.join(cluster, "PG_VERSION")));
  const major = Number.parseInt(text ?? "", 10);
  if (Number.isNaN(major))
    throw new StartupError(
      `The folder ${cluster} is not a PostgreSQL data folder (it has no PG_VERSION). Move it away, or set MARQUEE_DATA to another folder.`,
    );
  if (major === binaries.major) return true;
  throw new StartupError(
    major > binaries.major
      ? `The data in ${cluster} is of PostgreSQL ${major}, newer than the ${binaries.major} of this Marquee. Update Marquee, or set MARQUEE_DATA to another folder.`
      : `The data in ${cluster} is of PostgreSQL ${major}, and this Marquee brings ${binaries.major}. Carry it over with pg_dump from the Marquee that wrote it, or set MARQUEE_DATA to another folder.`,
  );
}

/**
 * Makes a new cluster. It is built beside its place and moved there when it is complete, so an interrupted start leaves
 * nothing half made.
 *
 * @throws StartupError when initdb fails.
 */
export async function createCluster(place: Place): Promise<void> {
  await removeLeftovers(place.folder);
  const draft = `${inFolder.cluster(place.folder)}.new-${randomBytes(4).toString("hex")}`;
  try {
    await initialise(place, draft);
    await explainFileErrors(place.folder, () => rename(draft, inFolder.cluster(place.folder)));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const prefix = `${path.basename(inFolder.cluster(folder))}.new-`;
  const leftovers = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  // As far as possible: after a kill -9, the one before may still be writing. The next new cluster removes the rest.
  await Promise.allSettled(
    leftovers.map((name) => rm(path.join(folder, name), { recursive: true, force: true })),
  );
}

/** Character classes are those of Unicode on every system, because the provider is PostgreSQL's own and not the system's. */
async function initialise(place: Place, draft: string): Promise<void> {
  // A copy, because the server's user may not read the kept one.
  const passwordFile = `${draft}.password`;
  await explainFileErrors(place.folder, async () => {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${place.password}\n`, { mode: 0o600 });
    if (place.runAs)
      await Promise.all([draft, passwordFile].map((file) => chown(file, place.runAs!.uid, place.runAs!.gid)));
  });
  try {
    const { code, output } = await runProgram(place, place.binaries.initdb, [
      `--pgdata=${draft}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ]);
    if (code !== 0) throw initialisationError(place.folder, output);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function initialisationError(folder: string, output: string): StartupError {
  if (saysDiskFull(output)) return new StartupError(diskFullLine(folder));
  const lines = output.split("\n").filter((line) => /error|fatal/i.test(line));
  return new StartupError(
    `PostgreSQL's data folder could not be made in ${folder}: ${lines[0]?.trim() ?? output.trim().slice(-300)}`,
  );
}

/** Teaches a cluster that is not running a new superuser password (the file with the old one was lost). */
export async function resetPassword(place: Place): Promise<void> {
  const args = ["--single", "-D", inFolder.cluster(place.folder), "postgres"];
  const statement = `ALTER ROLE postgres PASSWORD '${place.password}'\n`;
  const { code, output } = await runProgram(place, place.binaries.postgres, args, statement);
  if (code !== 0 || output.includes("ERROR:"))
    throw new StartupError(
      `The file ${inFolder.password(place.folder)} was lost, and a new password could not be set: ${output.trim().slice(-300)}`,
    );
}

function runProgram(
  { folder, runAs }: Place,
  program: string,
  args: string[],
  input = "",
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // A group of its own, because initdb runs servers of its own that a signal to it alone does not reach.
    const options = { uid: runAs?.uid, gid: runAs?.gid, cwd: folder, env: SERVER_ENV, detached: true };
    const child = spawn(program, args, options);
    let output = "";
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", reject);
    const endWithUs = () => child.pid !== undefined && signal(-child.pid, "SIGKILL");
    process.once("exit", endWithUs);
    child.once("close", (code) => {
      process.off("exit", endWithUs);
      resolve({ code, output });
    });
    // A program that ends early closes its input first; its exit code tells why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
