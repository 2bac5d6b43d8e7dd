import { randomBytes } from "node:crypto";
import { closeSync, futimes, openSync, readFileSync, rmSync } from "node:fs";
import { link, open, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { z } from "zod";

import { isServedBySocket } from "./listening.js";
import { isAlive, poll, processSpace, startMark } from "./process.js";

/** How often an owner shows that it lives. Milliseconds. */
const BEAT_MS = 1_000;
/** How long one that nobody sees may show nothing before it counts as ended. Milliseconds. */
const SILENT_MS = 10_000;
/** How old a lock is that is watched for three beats only, as one whose owner ended long ago; and how long that is. Clocks may differ. */
const OLD_MS = 60_000;
const BRIEFLY_MS = 3 * BEAT_MS;

const ownerFile = z.object({
  pid: z.number().int().positive(),
  startMark: z.string(),
  /** Where its process id means something; locks of earlier versions do not say. */
  space: z.string().optional(),
});

/** The process that starts and stops the server of a data folder. */
export type Owner = z.infer<typeof ownerFile>;

/** Proof that this process owns the data folder. */
export interface OwnerLock {
  /** Gives the folder up. Synchronous, so that an exit handler can do it; a second call does nothing. */
  release(): void;
}

/** A lock as it was found. */
interface Found {
  owner: Owner | undefined;
  text: string;
  /** When its owner last showed that it lives. */
  touchedAt: number;
}

/**
 * Makes this process the owner of a data folder, unless a live process is. The lock of a process that has ended,
 * or whose id now belongs to another, is taken over: at once where this process would see it, and after it has shown
 * nothing for ten seconds where it ran in another container or on another machine.
 *
 * @returns the lock, or the live owner.
 */
export async function claim(dataFolder: string): Promise<{ lock: OwnerLock } | { owner: Owner }> {
  const mine = {
    pid: process.pid,
    startMark: (await startMark(process.pid)) ?? "",
    space: await processSpace(),
  };
  return claimFile(lockFile(dataFolder), mine);
}

/** Whether this process sees the owner's: in another container, ids of processes are of others. */
export async function isSeen({ space }: Owner): Promise<boolean> {
  return space === undefined || space === (await processSpace());
}

/** Whether the owner of a data folder still runs. */
export async function isLive(dataFolder: string, owner: Owner): Promise<boolean> {
  if (await isSeen(owner)) return isRunning(owner);
  const file = lockFile(dataFolder);
  const found = await read(file);
  return found !== undefined && isFoundLive(file, found);
}

/** Whether any process, live or not, has claimed a data folder. */
export async function isOwned(dataFolder: string): Promise<boolean> {
  return (await stat(lockFile(dataFolder)).catch(() => undefined)) !== undefined;
}

function lockFile(dataFolder: string): string {
  return path.join(dataFolder, "owner.lock");
}

/**
 * A stale lock is replaced only by who holds the lock on replacing it, and only where it is as it was when it was judged:
 * otherwise two processes that found the same stale lock could both end up as owners. That second lock may be stale too,
 * and is taken in the same way.
 */
async function claimFile(file: string, mine: Owner): Promise<{ lock: OwnerLock } | { owner: Owner }> {
  for (;;) {
    if (await place(file, mine, link)) return { lock: lockOn(file) };
    const found = await read(file);
    if (!found) continue;
    if (found.owner && (await isFoundLive(file, found))) return { owner: found.owner };
    const replacing = await claimFile(`${file}.stale`, mine);
    if ("owner" in replacing) {
      await sleep(5);
      continue;
    }
    try {
      if (isSame(found, await read(file))) {
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

/**
 * Whether the owner that a lock names lives. Of one that is not seen, the lock is touched, or else its server still listens:
 * it may be that only the owner has ended, or that all of its container stands still.
 */
async function isFoundLive(file: string, found: Found): Promise<boolean> {
  if (!found.owner) return false;
  if (await isSeen(found.owner)) return isRunning(found.owner);
  return (await isTouched(file, found)) || (await isServedBySocket(path.dirname(file)));
}

async function isRunning(owner: Owner): Promise<boolean> {
  return (await isAlive(owner.pid)) && ((await startMark(owner.pid)) ?? "") === owner.startMark;
}

/** Waits for an owner to show that it lives. What counts is that the time changes: the clock may be another machine's. */
async function isTouched(file: string, before: Found): Promise<boolean> {
  const isOld = Math.abs(Date.now() - before.touchedAt) > OLD_MS;
  const changed = async () => (isSame(before, await read(file)) ? undefined : true);
  return (await poll(changed, isOld ? BRIEFLY_MS : SILENT_MS, BEAT_MS / 10)) ?? false;
}

function isSame(before: Found, now: Found | undefined): boolean {
  return before.text === now?.text && before.touchedAt === now.touchedAt;
}

/** A lock, and when it was touched. By opening it: a network's file system then asks its server, and not its memory. */
async function read(file: string): Promise<Found | undefined> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!handle) return undefined;
  try {
    const text = await handle.readFile("utf8");
    return { owner: parse(text), text, touchedAt: (await handle.stat()).mtimeMs };
  } finally {
    await handle.close();
  }
}

function parse(text: string): Owner | undefined {
  try {
    return ownerFile.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Touches the lock for as long as it is held: that is how a process that does not see this one knows that it lives. */
function lockOn(file: string): OwnerLock {
  const text = readFileSync(file, "utf8");
  const stopBeating = beat(file);
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      stopBeating();
      if (isStill(file, text)) rmSync(file, { force: true });
    },
  };
}

/** By the open file, not by its name: that may be another owner's by now, after this machine stood still. */
function beat(file: string): () => void {
  const descriptor = openSync(file, "r");
  let beating = false;
  let over = false;
  const close = () => closeSync(descriptor);
  const timer = setInterval(() => {
    if (beating) return;
    beating = true;
    const now = new Date();
    futimes(descriptor, now, now, () => {
      beating = false;
      if (over) close();
    });
  }, BEAT_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    over = true;
    if (!beating) close();
  };
}

function isStill(file: string, text: string): boolean {
  try {
    return readFileSync(file, "utf8") === text;
  } catch {
    return false;
  }
}
