import { Worker } from "node:worker_threads";

import { type ThreadMessage } from "./thread-program.js";

/** How work reports and is stopped while it runs. */
export interface Running {
  /** Called with the part of the work that is done, from 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the work, within moments when it runs in a thread of its own; the promise rejects with its reason. */
  signal?: AbortSignal;
}

/** Work that a thread can do. */
export interface ThreadWork<Task, Outcome> {
  /** Address of the module that knows it (`import.meta.url`), and beside it the program that hands it to `beThread`. */
  from: string;
  program: string;
  /** The work itself. */
  run: (task: Task, onProgress?: (fraction: number) => void) => Outcome;
}

/**
 * Runs a task in a thread of its own, which leaves the caller's event loop free. From TypeScript sources (the test runner),
 * which a thread could not load, it runs where it is called; the outcome is the same.
 *
 * @param task plain data, so that it can be copied to the thread.
 * @param given buffers within the task that nobody needs here any more: they are not copied.
 * @throws what the work throws; Error where the thread ends before.
 */
export async function runInThread<Task, Outcome>(
  { from, program, run }: ThreadWork<Task, Outcome>,
  task: Task,
  { onProgress, signal }: Running = {},
  given: readonly ArrayBuffer[] = [],
): Promise<Outcome> {
  signal?.throwIfAborted();
  if (!from.endsWith(".js")) return run(task, onProgress);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(program, from), { workerData: task, transferList: [...given] });
    const stop = (): void => {
      reject(signal!.reason as Error);
      void worker.terminate();
    };
    signal?.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: ThreadMessage<Outcome>) => {
      if ("fraction" in message) onProgress?.(message.fraction);
      else resolve(message.outcome);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      signal?.removeEventListener("abort", stop);
      reject(new Error(`a thread ended with code ${code} before it had a result`));
    });
  });
}

/** The buffers of the columns (typed arrays) of some records, each once. */
export function buffersOf(...records: readonly object[]): ArrayBuffer[] {
  const columns = records.flatMap((record) =>
    Object.values(record).filter((each) => ArrayBuffer.isView(each)),
  );
  return [...new Set(columns.map(({ buffer }) => buffer as ArrayBuffer))];
}
