import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy before a store that can keep answers to itself, or break off. */
export interface StallingWire {
  /** The store's URL by way of the proxy. */
  url: string;
  /** From now on nothing that the store answers arrives. */
  stall(): void;
  /** Answers arrive again, those that were kept as well. */
  flow(): void;
  /** Connections that clients have open. */
  open(): number;
  /** Connections that have ended until now. */
  ended(): number;
  /** Times that clients have sent something. */
  sent(): number;
  /** What clients have sent since the wire stalled last, each time as Latin-1. */
  sentSince(): readonly string[];
  /** Breaks every connection; those that are made from now on break at once. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Puts a wire before the server of a URL. */
export async function layStallingWire(target: string): Promise<StallingWire> {
  const { hostname, port } = new URL(target);
  const pairs = new Map<Socket, Socket>();
  const state = { stalled: false, broken: false, ended: 0, sent: 0, since: [] as string[] };
  const listener = createServer((client) => {
    if (state.broken) return void client.destroy();
    const server = connect(Number(port), hostname);
    pairs.set(client, server);
    client.pipe(server);
    server.pipe(client);
    if (state.stalled) server.unpipe(client);
    client
      .on("data", (chunk: Buffer) => {
        state.sent += 1;
        state.since.push(chunk.toString("latin1"));
      })
      .on("error", () => server.destroy())
      .on("close", () => {
        state.ended += 1;
        pairs.delete(client);
        server.destroy();
      });
    server.on("error", () => client.destroy()).on("close", () => client.destroy());
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const destroyAll = () => pairs.forEach((_, client) => client.destroy());
  return {
    url: url.href,
    stall: () => {
      state.stalled = true;
      state.since = [];
      for (const [client, server] of pairs) server.unpipe(client).pause();
    },
    flow: () => {
      // Piped twice, every byte would arrive twice.
      if (!state.stalled) return;
      state.stalled = false;
      for (const [client, server] of pairs) server.pipe(client);
    },
    open: () => pairs.size,
    ended: () => state.ended,
    sent: () => state.sent,
    sentSince: () => state.since,
    cut: () => {
      state.broken = true;
      destroyAll();
    },
    mend: () => {
      state.broken = false;
    },
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      destroyAll();
      await closed;
    },
  };
}
