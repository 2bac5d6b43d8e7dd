import { type Server } from "node:http";
import { type Socket } from "node:net";
import { Server as SecureServer } from "node:tls";

/**
 * How fast a long answer has to be read on the whole, which a bad mobile connection does. Kestrel, whose rule this is,
 * asks for 240 bytes a second (`MinResponseDataRate`). Bytes per second.
 */
export const LEAST_RATE = 64 * 1_024;

/** Time between two looks. Milliseconds. */
const SWEEP_MS = 500;

/** Since when something has been waiting on a connection, and how much had been read by then. */
interface Waiting {
  since: number;
  read: number;
}

/**
 * Cuts off connections whose answers nobody reads, since what is not read is kept in memory: an answer may wait for so
 * many seconds, and one more for each `LEAST_RATE` bytes of it. What the system's own buffers take counts as read.
 *
 * @param onCut told of each, for figures.
 * @returns what ends it.
 */
export function cutUnread(server: Server, seconds: number, onCut: () => void = () => {}): () => void {
  const sockets = new Map<Socket, Waiting | null>();
  const opened = server instanceof SecureServer ? "secureConnection" : "connection";
  server.on(opened, (socket: Socket) => {
    sockets.set(socket, null);
    socket.once("close", () => sockets.delete(socket));
  });
  const look = (socket: Socket, before: Waiting | null, now: number) => {
    const waiting = waitingOn(socket, before, now);
    sockets.set(socket, waiting);
    if (!waiting || now - waiting.since <= allowedMs(socket, waiting, seconds)) return;
    onCut();
    socket.destroy();
  };
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [socket, before] of sockets) look(socket, before, now);
  }, SWEEP_MS).unref();
  return () => clearInterval(sweep);
}

function waitingOn(socket: Socket, before: Waiting | null, now: number): Waiting | null {
  if (socket.writableLength === 0) return null;
  return before ?? { since: now, read: socket.bytesWritten - socket.writableLength };
}

function allowedMs(socket: Socket, { read }: Waiting, seconds: number): number {
  return (seconds + (socket.bytesWritten - read) / LEAST_RATE) * 1_000;
}
