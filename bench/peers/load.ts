// Keeps a fixed number of HTTP/1.1 requests under way on kept-alive connections. Written on sockets because the client
// shares the machine with the server: whatever it costs is not there to drive the server with.
import net from "node:net";
import { performance } from "node:perf_hooks";

/** A server that says nothing for so long has hung. */
const SILENCE_MS = 20_000;

/** What is sent. */
export interface RepeatedRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Length of the right answer's body. */
  bytes: number;
}

/**
 * Sends one request over and over for a time.
 *
 * @throws {Error} where an answer is not the right one, or none comes.
 */
export async function drive(
  request: RepeatedRequest,
  { connections, ms }: { connections: number; ms: number },
): Promise<{ requests: number; seconds: number }> {
  const message = serialise(request);
  const started = performance.now();
  const until = started + ms;
  const counts = await Promise.all(
    Array.from({ length: connections }, () => converse(request, message, until)),
  );
  return {
    requests: counts.reduce((sum, count) => sum + count, 0),
    seconds: (performance.now() - started) / 1000,
  };
}

function serialise({ url, headers, body }: RepeatedRequest): Buffer {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({
    host,
    "content-type": "application/json",
    accept: "application/json",
    ...headers,
    "content-length": Buffer.byteLength(body),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** One connection: asks until the time is up, and answers how often it was answered. */
function converse({ url, bytes }: RepeatedRequest, message: Buffer, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let answered = 0;
    let head: Buffer = Buffer.alloc(0);
    let missing = -1;
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    const ask = () => {
      head = Buffer.alloc(0);
      missing = -1;
      socket.write(message);
    };
    socket.on("connect", ask);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`${url} closed a connection`)));
    socket.setTimeout(SILENCE_MS, () =>
      socket.destroy(new Error(`${url} did not answer for ${SILENCE_MS} ms`)),
    );
    socket.on("data", (chunk: Buffer) => {
      if (missing >= 0) missing -= chunk.length;
      else {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf("\r\n\r\n");
        if (end < 0) return;
        if (!isExpected(head.toString("latin1", 0, end), bytes)) {
          return socket.destroy(
            new Error(`Not the answer expected (${bytes} bytes): ${head.toString("utf8", 0, 400)}`),
          );
        }
        missing = bytes - (head.length - end - 4);
      }
      if (missing > 0) return;
      answered += 1;
      if (performance.now() < until) return ask();
      resolve(answered);
      socket.destroy();
    });
  });
}

function isExpected(head: string, bytes: number): boolean {
  return head.startsWith("HTTP/1.1 200 ") && Number(/^content-length: (\d+)$/im.exec(head)?.[1]) === bytes;
}
