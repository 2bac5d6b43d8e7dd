import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { link, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { readIfPresent } from "./folder.js";
import { isAlive, startMark } from "./process.js";

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
  const mine: Owner = { pid: process.pid, startMark: (await startMark(process.pid)) ?? "" };
  return claimFile(lockFile(dataFolder), mine);
}

/** Whether an owner still runs. */
export async function isLive(owner: Owner): Promise<boolean> {
  return (await isAlive(owner.pid)) && ((await startMark(owner.pid)) ?? "") === owner.startMark;
}

/** Whether any process, live or not, has claimed a data folder. */
export async function isOwned(dataFolder: string): Promise<boolean> {
  return (await stat(lockFile(dataFolder)).catch(() => undefined)) !== undefined;
}

function lockFile(dataFolder: string): string {
  return path.join(dataFolder, "owner.lock");
}

/**
 * A stale lock is replaced only by who holds the lock on replacing it, and only after looking again: otherwise two
 * processes that found the same stale lock could both end up as owners. That second lock may be stale too, and is
 * taken in the same way.
 */
async function claimFile(file: string, mine: Owner): Promise<{ lock: OwnerLock } | { owner: Owner }> {
  for (;;) {
    if (await place(file, mine, link)) return { lock: lockOn(file) };
    const owner = await liveOwner(file);
    if (owner) return { owner };
    const replacing = await claimFile(`${file}.stale`, mine);
    if ("owner" in replacing) {
      await sleep(5);
      continue;
    }
    try {
      if (await isStale(file)) {
        await place(file, mine, rename);
        return { lock: lockOn(file) };
      }
    } finally {
      replacing.lock.release();
    }
  }
}

/**
 * Puts a lock in its place with its content in one step: a reader never sees it half written.
 *
 * @param how `link` for a new file, `rename` to replace one.
 * @returns false where a new file was to be made and there is one.
 */
async function place(file: string, owner: Owner, how: typeof link): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, JSON.stringify(owner), { mode: 0o644 });
    await how(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function liveOwner(file: string): Promise<Owner | undefined> {
  const owner = parse(await readIfPresent(file));
  return owner && (await isLive(owner)) ? owner : undefined;
}

async function isStale(file: string): Promise<boolean> {
  const text = await readIfPresent(file);
  const owner = parse(text);
  return text !== undefined && !(owner && (await isLive(owner)));
}

function parse(text: string | undefined): Owner | undefined {
  try {
    return ownerFile.safeParse(JSON.parse(text ?? "")).data;
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
