import { isMainThread, parentPort } from "node:worker_threads";

import { standBack } from "../process/stand-back.js";
import { runTask, type HashingTask, type Outcome } from "./hashing-task.js";

/** What a thread answers. */
export type HashingAnswer = { outcome: Outcome<HashingTask> } | { error: Error };

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
