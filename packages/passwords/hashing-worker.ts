import { readlinkSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import path from "node:path";
import { isMainThread, parentPort } from "node:worker_threads";

import { runTask, type HashingTask, type Outcome } from "./hashing-task.js";

/** What a thread answers. */
export type HashingAnswer = { outcome: Outcome<HashingTask> } | { error: Error };

/** How far its threads stand behind: a tenth of the time of a processor that others want whole. */
const BEHIND = 10;

// The program of a thread, which has no other way to start.
if (!isMainThread && parentPort) work(parentPort);

function work(port: NonNullable<typeof parentPort>): void {
  standBack();
  port.on("message", (task: HashingTask) => port.postMessage(answerTo(task)));
}

function answerTo(task: HashingTask): HashingAnswer {
  try {
    return { outcome: runTask(task) };
  } catch (error) {
    return { error: error as Error };
  }
}

/**
 * Whoever waits for anything else goes first, where there are fewer processors than work. Linux has a priority for each
 * thread (setpriority(2), "C library/kernel differences"); elsewhere it computes like any other.
 */
function standBack(): void {
  try {
    const thread = Number(path.basename(readlinkSync("/proc/thread-self")));
    setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + BEHIND));
  } catch {
    // No such name, or no right to it.
  }
}
