import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What a network, or a store, can do to a connection. */
export const FAULTS = [
  "delay",
  "drop",
  "reset",
  "half-close",
  "garbage",
  "slow",
  "truncate",
  "duplicate",
  "blackhole",
] as const;
export type Fault = (typeof FAULTS)[number];

/** A TCP proxy before a store that does harm on demand. */
export interface FaultProxy {
  /** The store's URL by way of the proxy. */
  url: string;
  /**
   * What it does from now on, to connections that are open as well: a fault; `hold`, which keeps answers until something
   * else is asked for; or null, nothing but pass on.
   */
  inflict(fault: Fault | "hold" | null): void;
  /** From which its connections to the store come, those that have ended included. */
  ports: ReadonlySet<number>;
  close(): Promise<void>;
}

/** By how much `delay` is late, longer than any deadline here; and the pause of `slow` after each byte. Milliseconds. */
const DELAY_MS = 5_000;
const SLOW_MS = 40;

/** A client's connection and the one to the store behind it. */
interface Pair {
  client: Socket;
  server: Socket;
  /** What the store has answered and the client has not, in its order. */
  held: Buffer[];
}

/** What becomes of an answer of the store on its way to the client. */
const ANSWERS: Record<Fault | "hold", (pair: Pair, chunk: Buffer) => void> = {
  delay: (pair, chunk) => {
    pair.held.push(chunk);
    setTimeout(() => pass(pair, pair.held.shift()), DELAY_MS).unref();
  },
  drop: () => undefined,
  reset: ({ client, server }) => {
    client.resetAndDestroy();
    server.resetAndDestroy();
  },
  "half-close": ({ client }) => void client.end(),
  garbage: ({ client }, chunk) => void client.write(randomBytes(chunk.length)),
  slow: (pair, chunk) => {
    pair.held.push(...Array.from(chunk, (byte) => Buffer.of(byte)));
    if (pair.held.length === chunk.length) trickle(pair);
  },
  truncate: ({ client }, chunk) => void client.end(chunk.subarray(0, Math.floor(chunk.length / 2))),
  duplicate: ({ client }, chunk) => {
    client.write(chunk);
    client.write(chunk);
  },
  blackhole: () => undefined,
  hold: ({ held }, chunk) => void held.push(chunk),
};

function trickle(pair: Pair): void {
  pass(pair, pair.held.shift());
  if (pair.held.length > 0) setTimeout(() => trickle(pair), SLOW_MS).unref();
}

function pass({ client }: Pair, chunk: Buffer | undefined): void {
  if (chunk && client.writable) client.write(chunk);
}

/** Puts a proxy before the server of a URL. @param defaultPort where the URL names none. */
export async function layFaultProxy(target: string, defaultPort = 5432): Promise<FaultProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<Pair>();
  const ports = new Set<number>();
  let fault: Fault | "hold" | null = null;
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port || defaultPort), noDelay: true });
    const pair: Pair = { client, server, held: [] };
    pairs.add(pair);
    server.on("connect", () => ports.add(server.localPort ?? 0));
    client.on("data", (chunk) => {
      if (fault === "reset") ANSWERS.reset(pair, chunk);
      else if (fault !== "blackhole") server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (!client.writable) return;
      if (fault === null) client.write(chunk);
      else ANSWERS[fault](pair, chunk);
    });
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on("error", end).on("close", end).on("end", end);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    url: url.href,
    ports,
    inflict: (next) => {
      fault = next;
      if (next === null) for (const pair of pairs) pair.held.splice(0).forEach((chunk) => pass(pair, chunk));
    },
    close: async () => {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const { client } of pairs) client.destroy();
      await closed;
    },
  };
}
