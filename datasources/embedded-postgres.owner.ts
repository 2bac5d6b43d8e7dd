import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { startMark } from "./embedded-postgres.process.js";

const ownerFile = z.object({ pid: z.number().int().positive(), startMark: z.string() });

/** The process that starts and stops the server of a data folder. */
export type Owner = z.infer<typeof ownerFile>;

/** Proof that this process owns the data folder. */
export interface OwnerLock {
  /** Gives the folder up. Synchronous, so that an exit handler can do it; a second call does nothing. */
  release(): void;
}

/**
 * Makes this process the owner of a data folder, unless a live process is. The lock of a process that has ended,
 * or whose id now belongs to another, is taken over.
 *
 * @returns the lock, or the live owner.
 */
export async function claim(dataFolder: string): Promise<{ lock: OwnerLock } | { owner: Owner }> {
  const file = path.join(dataFolder, "owner.lock");
  const mine: Owner = { pid: process.pid, startMark: (await startMark(process.pid)) ?? "" };
  for (;;) {
    if (await create(file, mine)) return { lock: lockOn(file) };
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const owner = parse(text);
    if (owner && (await startMark(owner.pid)) === owner.startMark) return { owner };
    await removeStale(file, text);
  }
}

/** Creates the file with its content in one step: a reader never sees it half written. @returns false where one exists. */
async function create(file: string, owner: Owner): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, JSON.stringify(owner), { mode: 0o644 });
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/** Removes a lock only while it is still the stale one that was read: another process may just have taken it over. */
async function removeStale(file: string, expected: string): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) !== expected) await link(aside, file).catch(() => undefined);
  await unlink(aside);
}

function parse(text: string): Owner | undefined {
  try {
    return ownerFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function lockOn(file: string): OwnerLock {
  let held = true;
  return {
    release: () => {
      if (held) rmSync(file, { force: true });
      held = false;
    },
  };
}
