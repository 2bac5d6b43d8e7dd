import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked, type AskOptions } from "./ask.js";
import { type Subject } from "./subject.js";

/** A request that was sent at its time, whatever became of those before it. */
export interface Sent extends Pick<Asked, "said" | "ms" | "status"> {
  /** `performance.now()` when it was sent. */
  at: number;
}

/** A load at a steady rate. */
export interface SteadyLoad {
  /** Stops sending, waits for what is under way, and answers all of it. */
  stop(): Promise<Sent[]>;
}

/** Sends a document every so often, each on a connection of its own. */
export function startLoad(
  subject: Subject,
  query: string,
  everyMs: number,
  options: AskOptions = {},
): SteadyLoad {
  const sent: Promise<Sent>[] = [];
  let running = true;
  const sending = (async () => {
    for (let due = performance.now(); running; due += everyMs) {
      await sleep(Math.max(0, due - performance.now()));
      const at = performance.now();
      sent.push(ask(subject, query, options).then(({ said, ms, status }) => ({ said, ms, status, at })));
    }
  })();
  return {
    stop: async () => {
      running = false;
      await sending;
      return Promise.all(sent);
    },
  };
}

/** Sends for a time. */
export async function loadFor(
  subject: Subject,
  query: string,
  everyMs: number,
  forMs: number,
): Promise<Sent[]> {
  const load = startLoad(subject, query, everyMs);
  await sleep(forMs);
  return load.stop();
}
