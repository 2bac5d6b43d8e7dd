import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { runTask, type Outcome, type Task } from "./similarity-task.js";

/** What the learning thread sends: the part done, any number of times, then the outcome. */
export type WorkerMessage = { fraction: number } | { outcome: Outcome<Task> };

// The one module here that does something on import: it is the program of a thread, which has no other way to start.
if (!isMainThread && parentPort) work(workerData as Task, parentPort);

function work(task: Task, port: NonNullable<typeof parentPort>): void {
  const send = (message: WorkerMessage, transfer?: ArrayBuffer[]): void =>
    port.postMessage(message, transfer);
  const outcome = runTask(task, (fraction) => send({ fraction }));
  send({ outcome }, columnsOf(outcome));
}

/** What is given away instead of copied. */
function columnsOf(outcome: Outcome<Task>): ArrayBuffer[] {
  if ("lists" in outcome) return [];
  const { from, to, weight } = "edges" in outcome ? outcome.edges : outcome;
  return [from.buffer, to.buffer, weight.buffer] as ArrayBuffer[];
}
