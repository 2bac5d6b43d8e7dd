import { type Server } from "node:http";
import { type Socket } from "node:net";
import { Server as SecureServer } from "node:tls";

import { networkOf } from "../tenancy/networks.js";
import { answerOnSocket } from "./socket-answers.js";

/** What a connection may be. */
export interface ConnectionLimits {
  /** Time that a request may take to arrive, its body included. */
  receiveSeconds: number;
  /** Time that an answer may wait to be read; a long one has more: see `unread-answers.ts`. */
  sendSeconds: number;
  /** Time that a connection may stay open without a request. */
  idleSeconds: number;
  /** Bytes of a request's line and header. */
  headerBytes: number;
  /** Connections in all. */
  connections: number;
  /** Connections of one address; of IPv6, of one /64. */
  ofAddress: number;
  /** Requests that a connection carries before it is ended. */
  requests: number;
}

/** Which number of connections is full. */
type Full = "connections" | "ofAddress";

/**
 * Keeps the connections of a listener within their numbers, in all and by address. Those beyond are refused before
 * anything of them is read. To be made before it listens.
 */
export class Connections {
  #open = 0;
  readonly #ofNetwork = new Map<string, number>();

  /**
   * @param isProxy tells of an address whether it brings many clients, and may have as many connections as it likes.
   * @param onRefused told of each that is refused, for figures.
   */
  constructor(
    private readonly server: Server,
    private readonly limits: Pick<ConnectionLimits, Full>,
    private readonly isProxy: (address: string | undefined) => boolean,
    private readonly onRefused: () => void = () => {},
  ) {
    // Before those that read from a connection: what is refused must cost next to nothing, and execute nothing.
    const readers = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => {
      if (this.#admit(socket)) for (const reader of readers) reader.call(server, socket);
    });
  }

  /** How many are open. */
  get count(): number {
    return this.#open;
  }

  #admit(socket: Socket): boolean {
    const network = networkOf(socket.remoteAddress ?? "");
    const full = this.#full(network, socket.remoteAddress);
    if (full) this.#refuse(socket, full);
    else this.#countIn(socket, network);
    return full === null;
  }

  #full(network: string, address: string | undefined): Full | null {
    if (this.#open >= this.limits.connections) return "connections";
    if ((this.#ofNetwork.get(network) ?? 0) < this.limits.ofAddress || this.isProxy(address)) return null;
    return "ofAddress";
  }

  #countIn(socket: Socket, network: string): void {
    this.#open += 1;
    this.#ofNetwork.set(network, (this.#ofNetwork.get(network) ?? 0) + 1);
    socket.once("close", () => {
      this.#open -= 1;
      const left = (this.#ofNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.#ofNetwork.set(network, left);
      else this.#ofNetwork.delete(network);
    });
  }

  #refuse(socket: Socket, full: Full): void {
    this.onRefused();
    socket.on("error", () => socket.destroy());
    // What is expected on a connection by TLS is a handshake.
    if (this.server instanceof SecureServer) return void socket.destroy();
    const whose = full === "ofAddress" ? "of one address" : "in all";
    const status = full === "ofAddress" ? 429 : 503;
    const message = `Too many connections. Accepted: at most ${this.limits[full]} ${whose}.`;
    answerOnSocket(socket, { status, code: "TOO_MANY_CONNECTIONS", message, headers: ["retry-after: 1"] });
  }
}
