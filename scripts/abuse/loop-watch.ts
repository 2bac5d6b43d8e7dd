import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import { ROOT } from "../environment.js";
import { type LoopView } from "./loop-probe.js";
import { type Subject } from "./subject.js";

/** A look at the event loop of a server from another process. */
export interface LoopWatch {
  /** What was seen since the last time. */
  look(): Promise<LoopView>;
  close(): Promise<void>;
}

/** Begins to watch. */
export async function watchLoop({ url, idlePath, pid }: Subject): Promise<LoopWatch> {
  const child = fork(path.join(ROOT, "dist/scripts/abuse/loop-probe.js"), [url, idlePath, String(pid)]);
  const look = async () => {
    const told = once(child, "message") as Promise<[LoopView]>;
    child.send("look");
    return (await told)[0];
  };
  await look();
  return {
    look,
    close: async () => {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}
