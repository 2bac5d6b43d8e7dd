import fc from "fast-check";

import { readTokenKey } from "../../../src/auth/token-key.js";
import { exchange, type Exchange } from "../exchange.js";
import { RECEIVE_SECONDS, TOKEN_KEY } from "../ground.js";
import { watchLoop } from "../loop-watch.js";
import { malformedBytes, type SentBytes } from "../malformed/bytes.js";
import { figure, quantile, type Finding } from "../report.js";
import { type Subject } from "../subject.js";
import { MAX_BLOCKED_MS, MAX_KEPT_BYTES } from "./documents.suite.js";

/** How much is sent. */
export interface FuzzSize {
  requests: number;
  seed: number;
}

/** Connections at once. */
const AT_ONCE = 32;
/** Drawn at once, so that memory does not hold all of them. */
const BATCH = 1_000;
/** A connection is hung when it is open longer than a request may take to arrive, by this much. Milliseconds. */
const MARGIN_MS = 10_000;
/** Requests to get warm with, which are not counted for memory. */
const WARM = 500;

const FAULT = /INTERNAL_SERVER_ERROR|STORE_UNAVAILABLE|call stack|node_modules| {4}at /;

interface Tally {
  statuses: Map<string, number>;
  times: number[];
  faults: string[];
}

/** Anything on raw sockets: from well-formed HTTP with nonsense in it to bytes that are no HTTP. */
export async function malformedRequests(subject: Subject, { requests, seed }: FuzzSize): Promise<Finding> {
  const watch = await watchLoop(subject);
  const tally: Tally = { statuses: new Map(), times: [], faults: [] };
  try {
    await send(subject, WARM, seed - 1, { ...tally, statuses: new Map(), times: [] });
    const before = await subject.testify();
    await watch.look();
    const begun = performance.now();
    await send(subject, requests, seed, tally);
    const seconds = (performance.now() - begun) / 1000;
    const { blockedMs, broken } = await watch.look();
    const after = await subject.testify();
    const kept = after.heapBytes - before.heapBytes;
    const rows = [...tally.statuses].sort().map(([status, count]) => [status, count]);
    return {
      heading: "Malformed requests",
      note: `${requests} connections drawn from seed ${seed}, ${AT_ONCE} at once, in ${figure(seconds)} s: JSON, headers, parameters and signed tokens of any value, and half of them edited byte by byte. Half of the clients close their side after sending; requests may take ${RECEIVE_SECONDS} s to arrive. Answered within ${figure(quantile(tally.times, 0.5))} ms (median) and ${figure(quantile(tally.times, 0.99))} ms (99 %); the loop was blocked for ${figure(blockedMs)} ms at most; ${figure(kept / 2 ** 20)} MB more are alive than before.`,
      columns: ["answer", "connections"],
      rows,
      broken: [
        ...tally.faults.slice(0, 20),
        ...(subject.isUp() ? [] : ["the process ended"]),
        ...(broken > 0 ? [`${broken} requests of others were not answered`] : []),
        ...(kept > MAX_KEPT_BYTES ? [`${figure(kept / 2 ** 20)} MB are kept`] : []),
      ],
      slow: blockedMs > MAX_BLOCKED_MS ? [`the loop was blocked for ${figure(blockedMs)} ms`] : [],
    };
  } finally {
    await watch.close();
  }
}

async function send(subject: Subject, requests: number, seed: number, tally: Tally): Promise<void> {
  const arbitrary = malformedBytes(await readTokenKey(TOKEN_KEY), new URL(subject.url).host);
  for (let sent = 0; sent < requests; sent += BATCH) {
    const drawn = fc.sample(arbitrary, { seed: seed + sent, numRuns: Math.min(BATCH, requests - sent) });
    const next = drawn.values();
    await Promise.all(Array.from({ length: AT_ONCE }, () => converse(subject, next, tally)));
  }
}

async function converse(subject: Subject, next: Iterator<SentBytes>, tally: Tally): Promise<void> {
  const patienceMs = RECEIVE_SECONDS * 1_000 + MARGIN_MS;
  for (let drawn = next.next(); !drawn.done && subject.isUp(); drawn = next.next()) {
    const { bytes, finish } = drawn.value;
    const answer = await exchange(subject.url, bytes, { patienceMs, finish });
    const said = answer.outcome === "answered" ? String(answer.status) : answer.outcome;
    tally.statuses.set(said, (tally.statuses.get(said) ?? 0) + 1);
    tally.times.push(answer.ms);
    if (isFault(answer))
      tally.faults.push(`${said} for ${JSON.stringify(bytes.toString("latin1").slice(0, 300))}`);
  }
}

function isFault({ outcome, status, body }: Exchange): boolean {
  return outcome === "hung" || outcome === "unconnected" || status >= 500 || FAULT.test(body.toString());
}
