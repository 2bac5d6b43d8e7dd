import { setTimeout as sleep } from "node:timers/promises";

import { type Engine } from "../engines/settings.js";

/** A field's value: a list or a connection, or an object of one value. */
type Value = readonly unknown[] | { edges?: unknown } | null | undefined;

interface Data {
  titles?: Value;
  search?: Value;
  title?: { similar?: Value } | null;
  top10?: Value;
  viewer?: Value;
}

interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string; store?: string };
}

interface Answer {
  data?: Data | null;
  errors?: AnswerError[];
  extensions?: { explain?: { missed?: string[] } };
}

interface Field {
  name: string;
  engine: Engine;
  valueOf: (data: Data) => Value;
}

/** A field that was not as it had to be. */
export interface Example {
  at: string;
  what: "lost" | "undeclared";
  name: string;
  value: Value;
  why: unknown[];
}

/** One document with a field of each store; `titles` come with the titles of the others from MongoDB. */
const DOCUMENT = `query ($title: ID!) {
  titles(first: 5, orderBy: { field: POPULARITY, direction: DESC }) { edges { node { name } } }
  search(query: "the godfather", first: 3) { edges { node { name } } }
  title(id: $title) { similar(first: 5) { edges { node { name } } } }
  top10 { rank watchedHours }
  viewer { profile { name } }
}`;

/** The store of each field, and where its value is in the answer. */
const FIELDS: readonly Field[] = [
  { name: "titles", engine: "mongodb", valueOf: (data) => data.titles },
  { name: "search", engine: "opensearch", valueOf: (data) => data.search },
  { name: "similar", engine: "neo4j", valueOf: (data) => data.title?.similar },
  { name: "top10", engine: "postgres", valueOf: (data) => data.top10 },
  { name: "viewer", engine: "postgres", valueOf: (data) => data.viewer },
];

const WAITING = 30;

/**
 * Reads at a steady rate until it is stopped, and judges every field of every answer: a field whose store was up all the
 * while must be what it was before; one whose store was down must be its fallback, or null with STORE_UNAVAILABLE.
 */
export class Load {
  counts = { answers: 0, skipped: 0, fields: 0, lost: 0, fallback: 0, coded: 0, undeclared: 0 };
  examples: Example[] = [];
  slowest = 0;
  #down = new Map<Engine, { from: number; to: number }>();
  #running = true;
  #underWay = 0;
  #seen = new Map<Engine, number>();
  #baseline: Data = {};
  #done: Promise<void> | undefined;

  /** @param title global id of the one whose neighbours are asked for. */
  constructor(
    private readonly gateway: { url: string; token: string },
    private readonly title: string,
    private readonly intervalMs: number,
  ) {}

  /** @throws {Error} where a field has no value before any fault. */
  async start(): Promise<void> {
    this.#baseline = (await this.#ask()).data ?? {};
    for (const field of FIELDS)
      if (!isFull(field.valueOf(this.#baseline))) throw new Error(`${field.name} is empty before any fault.`);
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  /** From now on the engine's fields may be answered without it. */
  goesDown(engine: Engine): void {
    this.#down.set(engine, { from: performance.now(), to: Infinity });
  }

  /** Waits until an answer has come in full from all stores; from then on the engine's fields are judged again. */
  async isBack(engine: Engine, limitMs = 120_000): Promise<void> {
    const begun = performance.now();
    while ((this.#seen.get(engine) ?? 0) < begun) {
      if (performance.now() - begun > limitMs) throw new Error(`${engine} does not answer by itself again.`);
      await sleep(50);
    }
    this.#down.get(engine)!.to = performance.now();
  }

  async #run(): Promise<void> {
    const asked = new Set<Promise<void>>();
    for (let due = performance.now(); this.#running; due += this.intervalMs) {
      await sleep(Math.max(0, due - performance.now()));
      if (this.#underWay >= WAITING) this.counts.skipped += 1;
      else {
        const one = this.#once().finally(() => asked.delete(one));
        asked.add(one);
      }
    }
    await Promise.all(asked);
  }

  async #once(): Promise<void> {
    this.#underWay += 1;
    const from = performance.now();
    const answer = await this.#ask().catch((error: unknown): Answer => ({
      errors: [{ message: String(error) }],
    }));
    this.#underWay -= 1;
    this.slowest = Math.max(this.slowest, performance.now() - from);
    this.counts.answers += 1;
    const missed = answer.extensions?.explain?.missed ?? [];
    for (const field of FIELDS) this.#judge(field, answer, missed, from);
  }

  #judge(
    { name, engine, valueOf }: Field,
    { data, errors = [] }: Answer,
    missed: string[],
    from: number,
  ): void {
    const outage = this.#down.get(engine);
    const value = valueOf(data ?? {});
    const same = JSON.stringify(value) === JSON.stringify(valueOf(this.#baseline));
    if (same && !missed.includes(engine.toUpperCase())) this.#seen.set(engine, from);
    this.counts.fields += 1;
    // A request is excused where any part of it fell into the outage.
    if (!outage || from > outage.to) {
      if (!same) this.#note("lost", name, value, errors);
    } else if (isFull(value)) this.counts.fallback += 1;
    else if (errors.some((error) => isCoded(error, engine))) this.counts.coded += 1;
    else this.#note("undeclared", name, value, errors);
  }

  #note(what: Example["what"], name: string, value: Value, errors: AnswerError[]): void {
    this.counts[what] += 1;
    if (this.examples.length === 10) return;
    const why = errors.map(({ path, message, extensions }) => ({
      path: path?.join("."),
      message,
      ...extensions,
    }));
    this.examples.push({ at: new Date().toISOString(), what, name, value, why });
  }

  async #ask(): Promise<Answer> {
    const response = await fetch(`${this.gateway.url}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-marquee-explain": "1",
        authorization: `Bearer ${this.gateway.token}`,
      },
      body: JSON.stringify({ query: DOCUMENT, variables: { title: this.title } }),
    });
    return (await response.json()) as Answer;
  }
}

function isFull(value: Value): boolean {
  if (value === null || value === undefined) return false;
  const list = "edges" in value ? value.edges : value;
  return !Array.isArray(list) || list.length > 0;
}

function isCoded({ extensions }: AnswerError, engine: Engine): boolean {
  return extensions?.code === "STORE_UNAVAILABLE" && extensions.store === engine.toUpperCase();
}
