import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP proxy before a store that counts what crosses the wire and can be cut like one. */
export interface Wire {
  /** The store's URL by way of the proxy. */
  url: string;
  /** Times that a client sent something after it had heard the answer before: what waiting for the network is made of. */
  roundTrips(): number;
  connections(): number;
  /** Breaks every connection, and refuses new ones until `mend`. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Longer than a client takes to send all statements of one flush, so that an early answer cannot split it. Milliseconds. */
const LATENCY_MS = 2;

/** Puts a wire before the server of a URL. Round trips are counted over all connections, so use one at a time to count. */
export async function layWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const count = { roundTrips: 0, connections: 0 };
  const accept = (client: Socket) => {
    count.connections += 1;
    const server = connect(Number(port || 5432), hostname);
    let answered = true;
    client.on("data", (chunk) => {
      if (answered) count.roundTrips += 1;
      answered = false;
      server.write(chunk);
    });
    server.on("data", (chunk) => {
      setTimeout(() => {
        answered = true;
        client.write(chunk);
      }, LATENCY_MS);
    });
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => peer.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        peer.destroy();
      });
    }
  };
  let listener = await listen(accept, 0);
  const own = (listener.address() as AddressInfo).port;
  const url = new URL(target);
  url.host = `127.0.0.1:${own}`;
  const cut = async () => {
    const closed = new Promise((resolve) => listener.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: url.href,
    roundTrips: () => count.roundTrips,
    connections: () => count.connections,
    cut,
    mend: async () => {
      listener = await listen(accept, own);
    },
    close: cut,
  };
}

function listen(accept: (client: Socket) => void, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(accept);
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
