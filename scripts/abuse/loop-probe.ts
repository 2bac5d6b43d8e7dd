// Asks a server for next to nothing every few milliseconds, in a process of its own, so that neither the server nor what
// sends the abuse delays the measurement. Started by loop-watch.ts.
import { connect, type Socket } from "node:net";

import { mainThreadCpuMs } from "./process-stat.js";

/** What was seen since the watch began, or was asked last. */
export interface LoopView {
  pings: number;
  /** Longest time until an answer. Milliseconds. */
  slowestMs: number;
  /**
   * The longest of these waits, as far as the server's main thread was at work in it. A machine that has others to serve
   * makes answers late as well; that is not the server's loop being blocked. Milliseconds.
   */
  blockedMs: number;
  /** Connections that the server ended or refused. */
  broken: number;
}

const PAUSE_MS = 5;
/** Answers that take longer than this are no longer waited for: it counts as the wait. Milliseconds. */
const PATIENCE_MS = 60_000;

const [url = "", path = "/", pid = "0"] = process.argv.slice(2);
const { hostname, port, host } = new URL(url);
const request = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
let view = fresh();
let asked: { at: number; cpu: number | null } | undefined;
let socket = open();

process.on("message", () => {
  settle();
  process.send?.(view);
  view = fresh();
});
process.on("disconnect", () => process.exit(0));

function fresh(): LoopView {
  return { pings: 0, slowestMs: 0, blockedMs: 0, broken: 0 };
}

function open(): Socket {
  const opened = connect({ host: hostname, port: Number(port), noDelay: true });
  opened.setTimeout(PATIENCE_MS, () => opened.destroy());
  opened.once("connect", ask);
  opened.on("data", (chunk) => {
    // Head and body may come apart; the last part ends the answer, and ours are one line of JSON or nothing.
    if (!asked || !/\r\n\r\n/.test(chunk.toString("latin1"))) return;
    settle();
    asked = undefined;
    view.pings += 1;
    setTimeout(ask, PAUSE_MS);
  });
  opened.on("error", () => undefined);
  opened.on("close", () => {
    if (asked) view.broken += 1;
    asked = undefined;
    setTimeout(() => (socket = open()), PAUSE_MS);
  });
  return opened;
}

function ask(): void {
  if (asked || socket.destroyed || !socket.writable) return;
  asked = { at: performance.now(), cpu: mainThreadCpuMs(Number(pid)) };
  socket.write(request);
}

/** Takes the wait that is under way into account. */
function settle(): void {
  if (!asked) return;
  const waited = performance.now() - asked.at;
  const cpu = mainThreadCpuMs(Number(pid));
  const worked = cpu === null || asked.cpu === null ? waited : cpu - asked.cpu;
  view.slowestMs = Math.max(view.slowestMs, waited);
  view.blockedMs = Math.max(view.blockedMs, Math.min(waited, worked));
}
