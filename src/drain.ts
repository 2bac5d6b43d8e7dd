import { type Socket } from "node:net";

import { type FastifyInstance } from "fastify";

/** Time between two looks for connections that have become idle. Milliseconds. */
const SWEEP_MS = 50;

/**
 * Prepares a server for being stopped without cutting off an answer. To be called before it listens, because it keeps
 * track of the connections.
 *
 * @returns what stops it: takes no more requests, lets those under way finish, and after so many seconds cuts off what
 *   is still open.
 */
export function createDrain(app: FastifyInstance): (seconds: number) => Promise<void> {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const closeIdle = () => {
    // Kept alive after an answer that was under way when the closing began.
    app.server.closeIdleConnections();
    // Browsers open connections ahead of need, and Node counts one that was never used as busy.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  return async (seconds) => {
    const sweep = setInterval(closeIdle, SWEEP_MS);
    const cutOff = setTimeout(() => app.server.closeAllConnections(), seconds * 1000);
    try {
      await app.close();
    } finally {
      clearInterval(sweep);
      clearTimeout(cutOff);
    }
  };
}
