import { isMainThread, parentPort, workerData } from "node:worker_threads";

import { standBack } from "./stand-back.js";

/** What a thread sends: the part done, any number of times, then the outcome. */
export type ThreadMessage<Outcome> = { fraction: number } | { outcome: Outcome };

/**
 * The program of a thread that does one task and ends, behind everything else of its process (`runInThread` starts it).
 * Does nothing elsewhere: whoever imports the module that calls it starts nothing.
 *
 * @param run does the work here and now.
 * @param given what of an outcome is given away instead of copied.
 */
export function beThread<Task, Outcome>(
  run: (task: Task, onProgress: (fraction: number) => void) => Outcome,
  given: (outcome: Outcome) => ArrayBuffer[],
): void {
  const port = parentPort;
  if (isMainThread || !port) return;
  standBack();
  const send = (message: ThreadMessage<Outcome>, transfer?: ArrayBuffer[]): void =>
    port.postMessage(message, transfer);
  const outcome = run(workerData as Task, (fraction) => send({ fraction }));
  send({ outcome }, given(outcome));
}
