import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as TcpServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Server as TlsServer } from "node:tls";

import { type FastifyInstance } from "fastify";

/** Time between two looks for connections that nobody needs any more. Milliseconds. */
const SWEEP_MS = 50;
/** Silence after which a kept-alive connection is taken to be nobody's: its next request could not be told apart. Milliseconds. */
const IDLE_MS = 500;
/** Time that a request which has begun to arrive is given to be there. Milliseconds. */
const ARRIVAL_MS = 1_000;

/** What is known of a connection. */
interface Connection {
  /** The request that is under way, and its answer. */
  current?: { request: IncomingMessage; response: ServerResponse } | undefined;
  /** When its last answer was sent, or it was opened, on the clock of `performance.now()`. */
  since: number;
}

/**
 * Stops a server without a failed request: it says that it is not ready, tells every connection with its next answer
 * that this was the last (RFC 9112, section 9.6), takes no more connections, and closes those that are silent.
 */
export class Drain {
  readonly #connections = new Map<Socket, Connection>();
  /** Those as well of which TLS has not made a connection yet. */
  readonly #sockets = new Set<Socket>();
  #begun: number | undefined;

  /** Whether it is about to stop: nobody should come any more. */
  get begun(): boolean {
    return this.#begun !== undefined;
  }

  /** Keeps track of a server's connections. To be called before it listens. */
  watch(server: Server): void {
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on(server instanceof TlsServer ? "secureConnection" : "connection", (socket: Socket) => {
      this.#connections.set(socket, { since: performance.now() });
      socket.once("close", () => this.#connections.delete(socket));
    });
    // Before the request is answered, which may be at once.
    server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.#connections.get(request.socket);
      if (!connection) return;
      connection.current = { request, response };
      if (this.begun) isLast(response);
      response.once("close", () => {
        if (connection.current?.response !== response) return;
        connection.current = undefined;
        connection.since = performance.now();
      });
    });
  }

  /**
   * Answers what is under way and closes the server.
   *
   * @param notice for how long new connections are still taken, so that whoever sends requests here finds out. Milliseconds.
   * @param patience after which what is still open is cut off. Milliseconds.
   */
  async stop(
    app: FastifyInstance,
    { notice, patience }: { notice: number; patience: number },
  ): Promise<void> {
    this.#begun ??= performance.now();
    for (const { current } of this.#connections.values()) if (current) isLast(current.response);
    if (notice > 0) await sleep(notice);
    // Not by its own `close`, which also closes connections that it takes to be idle, whatever they have still to send.
    TcpServer.prototype.close.call(app.server);
    const cutOff = performance.now() + patience;
    while (this.#connections.size > 0 && performance.now() < cutOff) {
      this.#sweep();
      await sleep(SWEEP_MS);
    }
    app.server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await app.close();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [socket, { current, since }] of this.#connections) {
      const quiet = now - Math.max(since, this.#begun ?? now);
      const arriving = current !== undefined && !current.request.complete;
      if (current && !arriving) continue;
      if (quiet > (arriving ? ARRIVAL_MS : IDLE_MS) && socket.writableLength === 0) socket.destroy();
    }
  }
}

/** Tells a client that its connection ends with this answer. */
function isLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader("connection", "close");
}
