import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { addressOf } from "../exchange.js";
import { RECEIVE_SECONDS } from "../ground.js";
import { figure, quantile, type Finding } from "../report.js";
import { openSlowly, SLOW_KINDS, type SlowKind, type SlowSocket } from "../slow-sockets.js";
import { loadFor, type Sent } from "../steady-load.js";
import { type Subject } from "../subject.js";
import { MAX_KEPT_BYTES } from "./documents.suite.js";

const HONEST = "{ titles(first: 5) { edges { node { id name } } } }";
const EVERY_MS = 25;
/** How much later than a request may take to arrive a connection may be found open: sweeps, and a busy machine. Milliseconds. */
const MARGIN_MS = 4_000;
/** What is not read is given more time, by its length (src/http/unread-answers.ts). Milliseconds. */
const UNREAD_MS = 60_000;
/** What others may be slowed down by. */
const MAX_SLOWER = 1.5;
const OPENED_AT_ONCE = 50;

/** How it is done. */
export interface SocketsSize {
  count: number;
  /** How long an honest client asks, before and meanwhile. Milliseconds. */
  honestMs: number;
  /** Short: without what has to be waited for, and without judging how long others waited. */
  quick: boolean;
}

/** Connections that do nothing, or next to nothing, while others are served. */
export async function slowSockets(
  subject: Subject,
  { count, honestMs, quick }: SocketsSize,
): Promise<Finding> {
  const kinds = SLOW_KINDS.filter((kind) => !quick || kind !== "answers not read");
  const memory = (await subject.testify()).heapBytes;
  await loadFor(subject, HONEST, EVERY_MS, 1_000);
  const before = await loadFor(subject, HONEST, EVERY_MS, honestMs);
  const sockets = await openMany(subject, kinds, count);
  const during = await loadFor(subject, HONEST, EVERY_MS, honestMs);
  const left = await untilNoneIsOpen(subject.url, quick ? RECEIVE_SECONDS * 1_000 + MARGIN_MS : UNREAD_MS);
  const rows = kinds.map((kind) => rowOf(kind, sockets));
  for (const socket of sockets) socket.destroy();
  const kept = (await subject.testify()).heapBytes - memory;
  const [calm = 0, slow = 0] = [before, during].map((sent) =>
    quantile(
      sent.map(({ ms }) => ms),
      0.99,
    ),
  );
  const failed = [...before, ...during].filter(({ said }) => said !== "answered");
  return {
    heading: "Slow and half-open sockets",
    note: `${count} connections of ${kinds.length} kinds, while a client asks every ${EVERY_MS} ms for ${honestMs / 1000} s. Its answers took ${timesOf(before)} ms before and ${timesOf(during)} ms meanwhile (median, 99 %). Requests may take ${RECEIVE_SECONDS} s to arrive. In the end ${left} of them are open, and ${figure(kept / 2 ** 20)} MB more are alive.`,
    columns: ["kind", "connections", "seen to be ended", "last after ms"],
    rows,
    broken: [
      ...failed.slice(0, 5).map(({ said }) => `an honest request got ${said}`),
      ...(left > 0 ? [`${left} connections are still open`] : []),
      ...(kept > MAX_KEPT_BYTES ? [`${figure(kept / 2 ** 20)} MB are kept`] : []),
      ...(!quick && slow > calm * MAX_SLOWER ? [`others waited ${figure(slow / calm)} times as long`] : []),
    ],
  };
}

async function openMany({ url }: Subject, kinds: readonly SlowKind[], count: number): Promise<SlowSocket[]> {
  const unread = await unreadRequests(url);
  const sockets: SlowSocket[] = [];
  for (let n = 0; n < count; n += 1) {
    sockets.push(openSlowly(url, kinds[n % kinds.length]!, addressOf(n), unread));
    if (n % OPENED_AT_ONCE === 0) await sleep(10);
  }
  return sockets;
}

/** Requests for the playground's largest file, over and over: cheap to answer, and long. */
async function unreadRequests(url: string): Promise<string> {
  const page = await fetch(url).then((answer) => answer.text());
  const [, file = ""] = /src="\.?\/?(assets\/[^"]+\.js)"/.exec(page) ?? [];
  return `GET /${file} HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(UNREAD);
}
const UNREAD = 4;

/** @returns how many connections of the crowd's addresses are open after a time at most. */
async function untilNoneIsOpen(url: string, ms: number): Promise<number> {
  const port = Number(new URL(url).port);
  const limit = performance.now() + ms;
  while (openOf(port) > 0 && performance.now() < limit) await sleep(200);
  return openOf(port);
}

/** Connections of the crowd that the server has open: /proc/net/tcp, addresses and ports in hexadecimals (proc(5)). */
function openOf(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return lines.filter((line) => {
    const [, here, there, state] = line.trim().split(/\s+/);
    // 127.0.1.n; established, or closed by the client alone.
    return here === local && there?.slice(2, 8) === "01007F" && (state === "01" || state === "08");
  }).length;
}

function rowOf(kind: SlowKind, all: readonly SlowSocket[]): [string, number, number, number | string] {
  const ended = all.filter((each) => each.kind === kind).map((each) => each.closedMs());
  const times = ended.filter((ms) => ms !== null);
  return [kind, ended.length, times.length, times.length > 0 ? figure(Math.max(...times)) : "none"];
}

function timesOf(sent: readonly Sent[]): string {
  const all = sent.map(({ ms }) => ms);
  return `${figure(quantile(all, 0.5))} and ${figure(quantile(all, 0.99))}`;
}
