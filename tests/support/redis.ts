import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { createClient } from "@redis/client";
import { expect, test } from "vitest";

import { use } from "./fixtures.js";
import { freePort } from "./process.js";

const program = ["valkey-server", "redis-server"].find(isInstalled);
const howToGetIt =
  "Neither valkey-server nor redis-server is installed: what gateways keep for each other is tested with one. " +
  "Install it (Debian, Ubuntu: apt-get install -y redis-server).";

/** Whether there is a server to test with. */
export const hasRedis = program !== undefined;

/** A Redis or Valkey of its own. */
export interface TestRedis {
  url: string;
  /** Every name that it has, and what is kept there. */
  all(): Promise<Map<string, Buffer>>;
  set(name: string, value: Buffer): Promise<unknown>;
  empty(): Promise<unknown>;
  /** Ends it at once, with everything that it has. */
  kill(): Promise<void>;
  /** Starts it again, where it was. */
  start(): Promise<void>;
  /** Has it say nothing, and go on. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** One for the tests of a file or `describe`; without an installed one they are to be skipped, and fail on a build server. */
export function useRedis(...settings: string[]): TestRedis {
  if (hasRedis) return use(() => startRedis(...settings));
  console.warn(`SKIPPED: ${howToGetIt}`);
  test.runIf(process.env.CI)("Redis or Valkey is installed", () => expect.fail(howToGetIt));
  return {} as TestRedis;
}

/** @param settings of its command line: `--maxmemory 2mb`. */
export async function startRedis(...settings: string[]): Promise<TestRedis> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), "marquee-redis-"));
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;
  const start = async () => {
    const own = [
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      folder,
    ];
    child = spawn(program!, [...own, ...settings], { stdio: ["ignore", "pipe", "inherit"] });
    await says(child, "Ready to accept connections");
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "close");
  };
  await start();
  const asked = async <T>(ask: (client: Awaited<ReturnType<typeof connectTo>>) => Promise<T>) => {
    const client = await connectTo(url);
    return ask(client).finally(() => client.destroy());
  };
  return {
    url,
    all: () =>
      asked(async (client) => {
        const names = (await client.sendCommand<Buffer[]>(["KEYS", "*"])).map(String);
        const values =
          names.length > 0 ? await client.sendCommand<(Buffer | null)[]>(["MGET", ...names]) : [];
        return new Map(names.flatMap((name, at) => (values[at] ? [[name, values[at]] as const] : [])));
      }),
    set: (name, value) => asked((client) => client.sendCommand(["SET", name, value])),
    empty: () => asked((client) => client.sendCommand(["FLUSHALL"])),
    kill,
    start,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    close: async () => {
      await kill();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a server that is out of its mind answers to a look for so many names. */
export type Nonsense = (names: number) => string;

/** Answers that no server of sound mind gives. */
export const NONSENSE: Record<string, Nonsense> = {
  bytes: () => "\u0000\u0001\u0002 nonsense \r\n",
  "another protocol": () => "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
  "an endless value": () => "$2000000000\r\nabc",
  "too few values": () => "*1\r\n$3\r\nabc\r\n",
  "an answer too many": (names) => `*${names}\r\n${"$-1\r\n".repeat(names)}+OK\r\n+OK\r\n`,
  "values of its own": (names) => `*${names}\r\n${"$3\r\nabc\r\n".repeat(names)}`,
  "numbers for values": (names) => `*${names}\r\n${":1\r\n".repeat(names)}`,
  "a refusal": () => "-LOADING Redis is loading the dataset in memory\r\n",
};

/** A server that is asked whether it is there and says so, and answers whatever else with nonsense. */
export async function startNonsense(
  nonsense: Nonsense,
): Promise<{ url: string; asked(): number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const text = chunk.toString("latin1");
      if (text.includes("PING")) return socket.write("+PONG\r\n");
      asked += 1;
      return socket.write(nonsense(Number(/\*(\d+)\r\n\$4\r\nMGET/.exec(text)?.[1] ?? 2) - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function connectTo(url: string) {
  const client = createClient({
    url,
    RESP: 2,
    commandOptions: { typeMapping: { 36: Buffer } },
    socket: { reconnectStrategy: false },
  });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function says(child: ChildProcess, text: string): Promise<void> {
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout!.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`The server has ended. Its output:\n${output}`)));
  });
}

function isInstalled(name: string): boolean {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
