import { connect, type Socket } from "node:net";

/** How a connection ended: with an answer, without one, not at all; or it never was. */
export type Outcome = "answered" | "closed" | "hung" | "unconnected";

/** One request on a connection of its own, as bytes, and what came back. */
export interface Exchange {
  outcome: Outcome;
  /** Of the answer; 0 where there is none. */
  status: number;
  /** The head of the answer, first line included. */
  head: string;
  body: Buffer;
  ms: number;
}

export interface ExchangeOptions {
  /** Time after which a connection without a whole answer counts as hung. Milliseconds. */
  patienceMs: number;
  /** Whether the client says that it has said everything (FIN), as few do before the answer. */
  finish?: boolean;
  /** The client's address, of the loopback's; some are counted by it. */
  from?: string;
  /** Ends when the client hangs up. */
  signal?: AbortSignal;
}

/** Sends bytes to a server and reads one answer. Never throws: what goes wrong is the outcome. */
export function exchange(url: string, bytes: string | Buffer, options: ExchangeOptions): Promise<Exchange> {
  const { hostname, port } = new URL(url);
  const begun = performance.now();
  return new Promise((resolve) => {
    const reading = new AnswerReader();
    const { from: localAddress } = options;
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true, localAddress });
    const end = (outcome: Outcome) => {
      clearTimeout(overdue);
      socket.destroy();
      const found = outcome === "hung" || reading.status === 0 ? outcome : "answered";
      resolve({ ...reading.answer(), outcome: found, ms: performance.now() - begun });
    };
    const overdue = setTimeout(() => end("hung"), options.patienceMs);
    let connected = false;
    socket.on("connect", () => {
      connected = true;
      if (options.finish) socket.end(bytes);
      else socket.write(bytes);
    });
    socket.on("data", (chunk) => {
      if (reading.take(chunk)) end("answered");
    });
    // Node resets a connection whose request it did not read to the end, as the answer is on its way.
    socket.on("error", () => undefined);
    options.signal?.addEventListener("abort", () => end("closed"), { once: true });
    socket.on("close", () => end(connected ? "closed" : "unconnected"));
  });
}

/** What ends a chunked body (RFC 9112, section 7.1); JSON has no line breaks of this kind in it. */
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** Reads one answer of HTTP/1.1 from bytes as they come. */
class AnswerReader {
  status = 0;
  #head = "";
  #pending: Buffer = Buffer.alloc(0);
  #body: Buffer[] = [];
  #missing = Infinity;
  #chunked = false;

  /** @returns whether the answer is whole. */
  take(chunk: Buffer): boolean {
    if (this.status !== 0) return this.#takeBody(chunk);
    this.#pending = Buffer.concat([this.#pending, chunk]);
    for (let end; (end = this.#pending.indexOf("\r\n\r\n")) >= 0;) {
      const head = this.#pending.toString("latin1", 0, end);
      this.#pending = this.#pending.subarray(end + 4);
      const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
      // 100 Continue comes before the answer.
      if (status >= 100 && status < 200) continue;
      return this.#begin(status, head);
    }
    return false;
  }

  answer(): Pick<Exchange, "status" | "head" | "body"> {
    return { status: this.status, head: this.#head, body: Buffer.concat(this.#body) };
  }

  #begin(status: number, head: string): boolean {
    this.status = status;
    this.#head = head;
    this.#chunked = /^transfer-encoding:.*chunked/im.test(head);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    if (length !== undefined) this.#missing = Number(length);
    if (status === 204 || status === 304) this.#missing = 0;
    return this.#takeBody(this.#pending);
  }

  #takeBody(chunk: Buffer): boolean {
    if (chunk.length > 0) this.#body.push(chunk);
    this.#missing -= chunk.length;
    return this.#missing <= 0 || (this.#chunked && this.#endsWithLastChunk());
  }

  #endsWithLastChunk(): boolean {
    return Buffer.concat(this.#body.slice(-2)).subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
  }
}

/** An address of the loopback for the nth of a crowd, so that no more than five hundred share one. */
export function addressOf(n: number): string {
  return `127.0.1.${1 + Math.floor(n / 500)}`;
}

/** Bytes of a POST of JSON to GraphQL, on a connection that ends with the answer. */
export function postOf(url: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const { host, pathname } = new URL(url);
  const lines = Object.entries({
    host,
    "content-type": "application/json",
    accept: "application/graphql-response+json, application/json",
    connection: "close",
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${pathname} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
