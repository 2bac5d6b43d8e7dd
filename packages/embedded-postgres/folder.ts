import { randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  stat,
  unlink,
  writeFile,
} from "node:fs/promises";
import path from "node:path";

import { StartupError } from "../process/startup-error.js";

const ELSEWHERE = "keep it somewhere else with MARQUEE_DATA";
const LOG_LIMIT_BYTES = 10_000_000;

/** Where things are in a data folder. */
export const inFolder = {
  /** PostgreSQL's own folder ("cluster"). */
  cluster: (folder: string) => path.join(folder, "postgres"),
  password: (folder: string) => path.join(folder, "postgres.password"),
  log: (folder: string) => path.join(folder, "postgres.log"),
};

/**
 * Makes the data folder where there is none.
 *
 * @returns its real path, so that one folder has one name however it was reached.
 * @throws StartupError when it cannot be made or written, or its filesystem keeps no permissions.
 */
export async function prepareFolder(dataFolder: string): Promise<string> {
  return explainFileErrors(dataFolder, async () => {
    await makeFolder(dataFolder);
    const folder = await realpath(dataFolder);
    await openToServer(folder);
    const probe = path.join(folder, `.probe-${randomBytes(6).toString("hex")}`);
    const file = await open(probe, "wx", 0o600);
    const { mode } = await file.stat();
    await file.close();
    await unlink(probe);
    if (mode & 0o077)
      throw new StartupError(
        `The filesystem of the data folder ${folder} does not keep file permissions, which PostgreSQL needs; ${ELSEWHERE}.`,
      );
    return folder;
  });
}

/**
 * Makes a folder and those above it, where they are missing. Not by `mkdir`'s own `recursive`: that tries for ever where
 * the system says of a folder that is there that it is not, as it does below `/proc`.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isThere(folder)) return;
  await makeFolder(path.dirname(folder));
  await mkdir(folder, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function isThere(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/**
 * Lets the server's user pass through a folder that root made for itself alone (`mktemp -d` does), provided that
 * nothing but our data is in it.
 */
async function openToServer(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, mode } = await stat(folder);
  if (uid !== 0 || mode & 0o001) return;
  const entries = await readdir(folder);
  if (entries.length === 0 || entries.includes(path.basename(inFolder.password(""))))
    await chmod(folder, (mode & 0o777) | 0o011);
}

/**
 * The superuser's password, made the first time.
 *
 * @returns `isNew` when no password was kept, so that the server does not know this one yet.
 */
export async function loadPassword(folder: string): Promise<{ password: string; isNew: boolean }> {
  const file = inFolder.password(folder);
  return explainFileErrors(folder, async () => {
    const kept = (await readIfPresent(file))?.trim();
    if (kept) return { password: kept, isNew: false };
    const password = randomBytes(24).toString("base64url");
    const draft = `${file}.draft`;
    await writeFile(draft, `${password}\n`, { mode: 0o600 });
    await giveToFolderOwner(folder, draft);
    await rename(draft, file);
    return { password, isNew: true };
  });
}

/** Opens the server's log for appending; a long one is set aside first, replacing the one before. */
export async function openLog(folder: string) {
  const file = inFolder.log(folder);
  return explainFileErrors(folder, async () => {
    const before = await stat(file).catch(() => undefined);
    if (before && before.size > LOG_LIMIT_BYTES) await rename(file, `${file}.1`);
    const log = await open(file, "a", 0o600);
    await giveToFolderOwner(folder, file);
    return log;
  });
}

/** The text of a file; undefined where there is none. */
export async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Runs a step that writes below the data folder; what the system refuses becomes a line that says what to do. */
export async function explainFileErrors<T>(folder: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const line = fileErrorLine((error as NodeJS.ErrnoException).code, folder);
    throw line === undefined ? error : new StartupError(line, { cause: error });
  }
}

/** Whether a PostgreSQL program's output says that the disk is full. */
export function saysDiskFull(output: string): boolean {
  return /No space left on device|Check free disk space|wrote only \d+ of \d+ bytes|quota exceeded/i.test(
    output,
  );
}

/** The line for a disk that is full. */
export function diskFullLine(folder: string): string {
  return `The disk of the data folder ${folder} is full. Free some space, or ${ELSEWHERE}.`;
}

function fileErrorLine(code: string | undefined, folder: string): string | undefined {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `The data folder ${folder}, or something in it, may not be written by this user. Change its owner or permissions, or ${ELSEWHERE}.`;
    case "EROFS":
      return `The data folder ${folder} is on a read-only filesystem; ${ELSEWHERE}.`;
    case "ENOENT":
      return `The data folder ${folder} cannot be made there. Check the path, or ${ELSEWHERE}.`;
    case "ENOSPC":
    case "EDQUOT":
      return diskFullLine(folder);
    case "ENOTDIR":
    case "EEXIST":
      return `The data folder ${folder} is no folder: a file of that name is in the way. Move it, or ${ELSEWHERE}.`;
    case "ENOTSUP":
    case "ENOSYS":
      return `The filesystem of the data folder ${folder} lacks what PostgreSQL needs; ${ELSEWHERE}.`;
    default:
      return undefined;
  }
}

/** What root writes into an ordinary user's folder belongs to that user, who can then go on without root. */
export async function giveToFolderOwner(folder: string, file: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(file, uid, gid);
}
