import { Worker } from "node:worker_threads";
import { runTask, type Outcome, type Task } from "./similarity-task.js";
import { type WorkerMessage } from "./similarity-worker.js";

/** How work reports and is stopped while it runs. */
export interface Running {
  /** Called with the part of the work that is done, from 0 to 1. */
  onProgress?: (fraction: number) => void;
  /** Stops the work, within moments when it runs in a thread of its own; the promise rejects with its reason. */
  signal?: AbortSignal;
}

/**
 * Runs a task in a thread of its own, which leaves the caller's event loop free. From TypeScript sources (the test
 * runner), which a thread could not load, it runs where it is called; the outcome is the same.
 */
export async function runInThread<T extends Task>(
  task: T,
  { onProgress, signal }: Running,
): Promise<Outcome<T>> {
  signal?.throwIfAborted();
  if (!import.meta.url.endsWith(".js")) return runTask(task, onProgress);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./similarity-worker.js", import.meta.url), { workerData: task });
    const stop = (): void => {
      reject(signal!.reason as Error);
      void worker.terminate();
    };
    signal?.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: WorkerMessage) => {
      if ("fraction" in message) onProgress?.(message.fraction);
      else resolve(message.outcome as Outcome<T>);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => {
      signal?.removeEventListener("abort", stop);
      reject(new Error(`the learning thread ended with code ${code} before it had a result`));
    });
  });
}
