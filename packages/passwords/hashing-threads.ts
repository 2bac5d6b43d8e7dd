import { Worker } from "node:worker_threads";

import { runTaskAside, type HashingTask, type Outcome } from "./hashing-task.js";
import { type HashingAnswer } from "./hashing-worker.js";

/** Threads that hash, in a process. */
export const HASHING_THREADS = 2;

interface Waiting {
  task: HashingTask;
  resolve: (outcome: Outcome<HashingTask>) => void;
  reject: (error: unknown) => void;
}

const idle: Thread[] = [];
const waiting: Waiting[] = [];
let threads = 0;

/**
 * Computes in one of two threads that are kept for it and stand behind everything else: the threads that connections and
 * files are worked on with are left alone, and so is whoever has the processor. From TypeScript sources (the test runner),
 * which a thread could not load, on those of Node.js.
 *
 * @throws what the computation throws; Error where its thread ends.
 */
export function compute<T extends HashingTask>(task: T): Promise<Outcome<T>> {
  if (!import.meta.url.endsWith(".js")) return runTaskAside(task) as Promise<Outcome<T>>;
  return new Promise<Outcome<HashingTask>>((resolve, reject) => {
    waiting.push({ task, resolve, reject });
    serve();
  }) as Promise<Outcome<T>>;
}

function serve(): void {
  if (waiting.length === 0) return;
  const thread = idle.pop() ?? (threads < HASHING_THREADS ? new Thread() : undefined);
  const next = thread && waiting.shift();
  if (next) thread.work(next);
}

class Thread {
  readonly #worker = new Worker(new URL("./hashing-worker.js", import.meta.url));
  #current: Waiting | undefined;

  constructor() {
    threads += 1;
    this.#worker.on("message", (answer: HashingAnswer) => this.#answered(answer));
    this.#worker.on("error", (error) => this.#settle((waited) => waited.reject(error)));
    this.#worker.once("exit", (code) => this.#ended(code));
  }

  /** The process waits for what is computed, and for no thread that is idle. */
  work(next: Waiting): void {
    this.#current = next;
    this.#worker.ref();
    this.#worker.postMessage(next.task);
  }

  #answered(answer: HashingAnswer): void {
    this.#worker.unref();
    idle.push(this);
    this.#settle(({ resolve, reject }) =>
      "error" in answer ? reject(answer.error) : resolve(answer.outcome),
    );
    serve();
  }

  #ended(code: number): void {
    threads -= 1;
    if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
    this.#settle(({ reject }) => reject(new Error(`a thread that hashes ended with code ${code}`)));
    serve();
  }

  #settle(how: (waited: Waiting) => void): void {
    const current = this.#current;
    this.#current = undefined;
    if (current) how(current);
  }
}
