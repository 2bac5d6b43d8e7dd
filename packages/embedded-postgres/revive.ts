import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Place } from "./cluster.js";
import { inFolder } from "./folder.js";
import { isServerOf, launch, type Server } from "./server.js";

/** Pauses before each attempt to start a server again. Milliseconds. */
const BACKOFF_MS = [0, 250, 500, 1_000, 2_000, 4_000];
/** Time between two looks at a server that is no child of ours, whose end nobody tells us. Milliseconds. */
const LOOK_MS = 1_000;
/** A server that has run for so long has not ended by how it was started. Milliseconds. */
const STEADY_MS = 60_000;

/** What says why, in the data folder. */
const LOG_NAME = path.basename(inFolder.log(""));

/** What a server that ended by itself is started again with. */
export interface Revival {
  place: Place;
  /** Told of each new process as soon as it exists. */
  follow: (server: Server) => void;
  /** Aborted when the server is stopped on purpose. */
  ending: AbortSignal;
  /** Told of what happens, in one line. */
  warn: (line: string) => void;
  /** Told, in one line, when the server is given up. */
  onLost: (line: string) => void;
}

/** Starts a server again whenever it ends by itself, at the same port; gives it up where it does not come back. */
export async function keepAlive(server: Server, revival: Revival): Promise<void> {
  const { place, ending, warn, onLost } = revival;
  let current = server;
  let since = performance.now();
  for (let attempt = 0; ;) {
    await endOf(current, inFolder.cluster(place.folder), ending);
    if (ending.aborted) return;
    if (performance.now() - since > STEADY_MS) attempt = 0;
    warn(`PostgreSQL ended unexpectedly and is started again; ${LOG_NAME} says why.`);
    const next = await restart(current.port, attempt, revival);
    if (ending.aborted) return;
    if (!next) return onLost(`PostgreSQL ended and does not start again; ${LOG_NAME} says why.`);
    warn(`PostgreSQL runs again (pid ${next.server.pid}).`);
    current = next.server;
    attempt = next.attempt + 1;
    since = performance.now();
  }
}

async function restart(port: number, first: number, { place, follow, ending, warn }: Revival) {
  for (let attempt = first; attempt < BACKOFF_MS.length; attempt += 1) {
    await pause(BACKOFF_MS[attempt] ?? 0, ending);
    if (ending.aborted) return undefined;
    try {
      return { server: await launch(place, follow, port), attempt };
    } catch (error) {
      warn((error as Error).message.replaceAll(`${place.folder}/`, ""));
    }
  }
  return undefined;
}

async function endOf({ child, pid }: Server, cluster: string, ending: AbortSignal): Promise<void> {
  if (child) {
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once("exit", resolve));
    return;
  }
  while (!ending.aborted && (await isServerOf(cluster, pid))) await pause(LOOK_MS, ending);
}

/** Keeps no process alive, and ends with the server. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { ref: false, signal }).catch(() => undefined);
}
