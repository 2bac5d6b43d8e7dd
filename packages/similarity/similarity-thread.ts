import { runInThread, type Running } from "../process/run-in-thread.js";
import { runTask, type Outcome, type Task } from "./similarity-task.js";

/** Runs a task in a thread of its own. */
export async function inThread<T extends Task>(task: T, running: Running): Promise<Outcome<T>> {
  const work = { from: import.meta.url, program: "./similarity-worker.js", run: runTask<T> };
  return runInThread(work, task, running);
}
