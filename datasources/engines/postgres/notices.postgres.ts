import { setTimeout as sleep } from "node:timers/promises";

import { type Notice } from "./transaction.postgres.js";

/** Time between two notices: what comes meanwhile travels together. Milliseconds. */
const INTERVAL_MS = 5;

/**
 * Tells listeners that something has been committed: the first at once, those that follow together. Apart from the
 * transactions, because one that notifies holds a lock of the whole server while it commits (PostgreSQL, `async.c`,
 * `PreCommit_Notify`), which lets such commits through one by one. What a process has not told when it ends, or while
 * PostgreSQL is down, is told to nobody: listeners look for themselves as well.
 */
export class Notices {
  /** By channel and payload. */
  #waiting = new Map<string, Notice>();
  #telling: Promise<void> | undefined;

  /** @param tell tells notices; that it fails is no matter. */
  constructor(private readonly tell: (notices: Notice[]) => Promise<unknown>) {}

  /** Tells of something soon; equal notices that wait are one. */
  add(notice: Notice): void {
    this.#waiting.set(`${notice.channel} ${notice.payload}`, notice);
    this.#telling ??= this.#run().finally(() => (this.#telling = undefined));
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0) {
      const notices = [...this.#waiting.values()];
      this.#waiting.clear();
      await this.tell(notices).catch(() => undefined);
      await sleep(INTERVAL_MS);
    }
  }
}
