import { runInThread } from "../../packages/process/run-in-thread.js";
import { runGraphTask, type GraphOutcome, type GraphTask } from "./graph-task.js";

/**
 * Does work on a taste graph in a thread of its own: a gateway that learns goes on answering.
 *
 * @param given buffers within the task that nobody needs here any more.
 */
export async function inGraphThread<T extends GraphTask>(
  task: T,
  given: readonly ArrayBuffer[] = [],
): Promise<GraphOutcome<T>> {
  const work = { from: import.meta.url, program: "./graph-worker.js", run: runGraphTask<T> };
  return runInThread(work, task, {}, given);
}
