import { connect, type Socket } from "node:net";

/** A way of keeping a connection without using it. */
export const SLOW_KINDS = [
  "silent",
  "head that drips",
  "body that drips",
  "half a request",
  "answers not read",
] as const;
export type SlowKind = (typeof SLOW_KINDS)[number];

/** A connection that is slow. */
export interface SlowSocket {
  kind: SlowKind;
  /** Time after which the server had ended it; null while it has not. Milliseconds. */
  closedMs(): number | null;
  destroy(): void;
}

const DRIP_MS = 200;
const HEAD = "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";

const first: Record<SlowKind, string> = {
  silent: "",
  "head that drips": HEAD,
  "body that drips": `${HEAD}content-length: 100000\r\n\r\n`,
  "half a request": `${HEAD}content-length: 100000\r\n\r\n{`,
  "answers not read": "",
};
const drips: Partial<Record<SlowKind, string>> = { "head that drips": "x: y\r\n", "body that drips": " " };

/**
 * Opens one.
 *
 * @param from the client's address.
 * @param unread requests whose answers are more than the kernels keep on their way.
 */
export function openSlowly(url: string, kind: SlowKind, from: string, unread: string): SlowSocket {
  const { hostname, port } = new URL(url);
  const begun = performance.now();
  let closedMs: number | null = null;
  const to = { host: hostname, port: Number(port), localAddress: from };
  const socket: Socket = connect(to, () => {
    if (kind === "half a request") socket.end(first[kind]);
    else socket.write(kind === "answers not read" ? unread : first[kind]);
  });
  const drip = drips[kind];
  const dripping = drip === undefined ? undefined : setInterval(() => socket.write(drip), DRIP_MS);
  if (kind === "answers not read") socket.pause();
  else socket.resume();
  socket.on("error", () => undefined);
  socket.on("close", () => {
    clearInterval(dripping);
    closedMs = performance.now() - begun;
  });
  return { kind, closedMs: () => closedMs, destroy: () => socket.destroy() };
}
