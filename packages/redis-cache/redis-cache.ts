import { ErrorReply } from "@redis/client";

import { RedisConnection } from "./redis-connection.js";
import { LateError, within } from "./within.js";

/** Names of one MGET. */
const MOST_NAMES = 500;
/** Failures in a row after which the connection is given up. */
const FAILURES = 3;
/** What may be on its way to the server; beyond it nothing is sent. Bytes. */
const MOST_SENDING = 16_000_000;
/** What the server may take to keep something, which nobody waits for. Milliseconds. */
const KEEP_MS = 1_000;
/** How long nothing is sent to a server that takes nothing: it may be full. Milliseconds. */
const REST_MS = 1_000;

export interface RedisCacheOptions {
  /** `redis://` or `rediss://`, with user, password and the number of a database. */
  url: string;
  /** PEM of the authority that signed the server's certificate, where the system does not know it. */
  ca?: string | undefined;
  /** What a look may take. Milliseconds. */
  deadlineMs: number;
  /** For how long the server keeps something at most. Seconds. */
  keepSeconds: number;
  onUp: () => void;
  /** Told why nothing is found any more. */
  onDown: (error: unknown) => void;
}

/** What has come of looks and of what was to be kept, since the process began. */
export interface RedisCacheFigures {
  /** Looks that were not answered: in time, by a refusal of the server, or at all by something that makes sense. */
  late: number;
  refused: number;
  lost: number;
  /** What the server has kept, and what it was not sent or has not kept. */
  sent: number;
  unsent: number;
}

interface Look {
  name: string;
  found: Promise<Buffer | null>;
  resolve: (value: Buffer | null) => void;
}

/**
 * Values by name, in a server that several processes ask. It may be away, full, slow or wrong: then nothing is found, and
 * nobody waits longer than the deadline. Names that are looked for in one turn of the event loop are looked for together.
 */
export class RedisCache {
  readonly figures: RedisCacheFigures = { late: 0, refused: 0, lost: 0, sent: 0, unsent: 0 };
  /** Told how long each look took. Seconds. */
  observe: (seconds: number) => void = () => undefined;
  readonly #connection: RedisConnection;
  /** Looks that are not answered yet, and those of them that are about to leave. */
  readonly #looks = new Map<string, Look>();
  #gathered: Look[] = [];
  #failures = 0;
  #sending = 0;
  #restsUntil = 0;

  constructor(private readonly options: RedisCacheOptions) {
    this.#connection = new RedisConnection(options);
  }

  /** Whether the server is asked at all. */
  get isUp(): boolean {
    return this.#connection.isUp;
  }

  /** What is kept under names, in their order; null where nothing is, or it is not known in time. Never rejects. */
  find(names: readonly string[]): Promise<(Buffer | null)[]> {
    return Promise.all(names.map((name) => this.#look(name).found));
  }

  /** Has the server keep values under names. What does not get there is lost. Resolves when that has ended; never rejects. */
  async keep(entries: readonly (readonly [name: string, value: Buffer])[]): Promise<void> {
    const bytes = entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    const rests = performance.now() < this.#restsUntil;
    if (!this.isUp || rests || this.#sending + bytes > MOST_SENDING) this.figures.unsent += entries.length;
    else await this.#keep(entries, bytes);
  }

  close(): void {
    this.#connection.close();
  }

  #look(name: string): Look {
    const under = this.#looks.get(name);
    if (under) return under;
    const look = { name } as Look;
    look.found = new Promise((resolve) => (look.resolve = resolve));
    this.#looks.set(name, look);
    const length = this.#gathered.push(look);
    if (length === 1) setImmediate(() => void this.#send());
    if (length === MOST_NAMES) void this.#send();
    return look;
  }

  async #send(): Promise<void> {
    const looks = this.#gathered;
    if (looks.length === 0) return;
    this.#gathered = [];
    const values = this.isUp ? await this.#read(looks.map(({ name }) => name)) : [];
    for (const [at, { name, resolve }] of looks.entries()) {
      this.#looks.delete(name);
      resolve(values[at] ?? null);
    }
  }

  /** @returns nothing where they are not known. */
  async #read(names: readonly string[]): Promise<(Buffer | null)[]> {
    const started = performance.now();
    try {
      const values = await within(this.options.deadlineMs, this.#ask(names));
      this.#failures = 0;
      return values;
    } catch (error) {
      this.#failed(error);
      return [];
    } finally {
      this.observe((performance.now() - started) / 1_000);
    }
  }

  async #ask(names: readonly string[]): Promise<(Buffer | null)[]> {
    const values = await this.#connection.ask("MGET", ...names);
    if (areValues(values, names.length)) return values;
    const error = new Error("The server has not answered what it was asked");
    this.#connection.giveUp(error);
    throw error;
  }

  #failed(error: unknown): void {
    this.figures[reasonOf(error)] += 1;
    this.#failures += 1;
    if (this.#failures < FAILURES) return;
    this.#failures = 0;
    this.#connection.giveUp(error);
  }

  async #keep(entries: readonly (readonly [name: string, value: Buffer])[], bytes: number): Promise<void> {
    const seconds = String(this.options.keepSeconds);
    this.#sending += bytes;
    const asked = entries.map(([name, value]) => this.#connection.ask("SET", name, value, "EX", seconds));
    const kept = await within(KEEP_MS, Promise.allSettled(asked)).catch((error: unknown) => {
      this.#connection.giveUp(error);
      return [];
    });
    this.#sending -= bytes;
    const sent = kept.filter(({ status }) => status === "fulfilled").length;
    this.figures.sent += sent;
    this.figures.unsent += entries.length - sent;
    if (sent < entries.length) this.#restsUntil = performance.now() + REST_MS;
  }
}

function areValues(answer: unknown, count: number): answer is (Buffer | null)[] {
  const isValue = (each: unknown) => each === null || Buffer.isBuffer(each);
  return Array.isArray(answer) && answer.length === count && answer.every(isValue);
}

function reasonOf(error: unknown): "late" | "refused" | "lost" {
  if (error instanceof LateError) return "late";
  return error instanceof ErrorReply ? "refused" : "lost";
}
