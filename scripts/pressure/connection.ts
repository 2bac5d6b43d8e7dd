import { connect, type Socket } from "node:net";

/** An answer as far as a load cares. */
export interface Answer {
  status: number;
  /** From sending to the last byte. Milliseconds. */
  ms: number;
  /** Whether the gateway said that the connection ends with it. */
  last: boolean;
  /** As much of it as came with its head. */
  body: string;
}

/** A kept-alive HTTP/1.1 connection, one request at a time. On sockets, since the client shares the machine with the gateway. */
export class Connection {
  readonly #socket: Socket;
  #waiting: { sent: number; resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #head = "";
  #missing = -1;
  #status = 0;
  #last = false;
  #closed = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on("data", (chunk) => this.#read(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("closed without an answer")));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends a request. @throws when the connection breaks before the answer is there. */
  send(message: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error("closed before it was sent"));
      this.#head = "";
      this.#missing = -1;
      this.#waiting = { sent: performance.now(), resolve, reject };
      this.#socket.write(message);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing >= 0) this.#missing -= chunk.length;
    else {
      this.#head += chunk.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#status = Number(this.#head.slice(9, 12));
      this.#last = /^connection: close/im.test(this.#head.slice(0, end));
      this.#missing =
        Number(/^content-length: (\d+)/im.exec(this.#head)?.[1]) - (this.#head.length - end - 4);
    }
    if (this.#missing > 0) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#last) this.#closed = true;
    waiting?.resolve({
      status: this.#status,
      ms: performance.now() - waiting.sent,
      last: this.#last,
      body: this.#head.slice(this.#head.indexOf("\r\n\r\n") + 4),
    });
  }

  #fail(error: Error): void {
    this.#closed = true;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** What is asked for: a document alone, or with its variables. */
export type Asked = string | { query: string; variables: Record<string, unknown> };

/** A request of GraphQL as it goes over the wire. */
export function message(asked: Asked, headers: Record<string, string> = {}): Buffer {
  const body = JSON.stringify(typeof asked === "string" ? { query: asked } : asked);
  const all = { host: "localhost", "content-type": "application/json", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\n${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
