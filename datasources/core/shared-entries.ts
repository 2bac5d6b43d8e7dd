import { createHash } from "node:crypto";

import { type Sealing } from "../../packages/envelope/index.js";
import { type Kept } from "./kept-entry.js";

/** Where processes have values in common, by name. It may forget them, be full or be away: then nothing is found. */
export interface SharedValues {
  /** Whether it is any use to ask. */
  readonly isUp: boolean;
  /** In the order of the names. Never rejects, and holds nobody up. */
  find(names: readonly string[]): Promise<(Buffer | null)[]>;
  /** Resolves when they are kept or lost; never rejects. */
  keep(entries: readonly (readonly [name: string, value: Buffer])[]): Promise<void>;
}

export interface SharedEntriesOptions {
  /** What entries are sealed with: of whoever reads or writes where they lie, nobody else can tell what they are or make one. */
  sealing: Sealing;
  /** Names what answers are made by: processes have in common what is made by the same. */
  form: string;
  /** How long an entry waits before it is sent: one that is outdated by then is not. Milliseconds. */
  waitMs: number;
}

/** What has come of looking for keys elsewhere. */
export interface SharedFigures {
  hits: number;
  misses: number;
  /** Found, and not what any process of this deployment has kept under that name. */
  broken: number;
  /** Of what was read here, what was outdated or too much before it could be sent. */
  outdated: number;
}

interface Waiting {
  owner: string;
  key: string;
  kept: Kept;
  isStill: () => boolean;
}

/** Entries that wait at most. */
const MOST_WAITING = 5_000;
/** Entries that are sealed in one turn of the event loop. */
const AT_ONCE = 50;

/**
 * What processes have kept, for each other. An entry is an answer as a store gave it while its domain had one stamp, and
 * the stamp is in its name: it is exact for ever, whoever has written it, and a process that sees another stamp never asks
 * for it again. It says itself what it is, under a seal: what is found is taken for nothing else, whatever the server, or
 * somebody in between, makes of names and values.
 */
export class SharedEntries {
  readonly figures: SharedFigures = { hits: 0, misses: 0, broken: 0, outdated: 0 };
  #waiting: Waiting[] = [];
  readonly #sending = new Set<Promise<void>>();

  constructor(
    private readonly values: SharedValues,
    private readonly options: SharedEntriesOptions,
  ) {}

  get isUp(): boolean {
    return this.values.isUp;
  }

  /** What is kept under a stamp, in the order of the keys; undefined where nothing is known. Never rejects. */
  async find(owner: string, stamp: string, keys: readonly string[]): Promise<(Kept | undefined)[]> {
    const found = await this.values.find(keys.map((key) => this.#nameOf(owner, stamp, key)));
    return keys.map((key, at) => this.#open(owner, stamp, key, found[at] ?? null));
  }

  /**
   * Has others know an entry, soon.
   *
   * @param isStill whether its stamp is the one that was seen last: else it is not sent.
   */
  share(owner: string, key: string, kept: Kept, isStill: () => boolean): void {
    if (!this.isUp || kept.value === undefined) return;
    if (this.#waiting.length >= MOST_WAITING) return void (this.figures.outdated += 1);
    if (this.#waiting.push({ owner, key, kept, isStill }) > 1) return;
    const { waitMs } = this.options;
    if (waitMs === 0) setImmediate(() => this.#send());
    else setTimeout(() => this.#send(), waitMs).unref();
  }

  /** Sends what waits, and resolves when it is kept or lost. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) this.#send();
    await Promise.all(this.#sending);
  }

  #send(): void {
    const next = this.#waiting.splice(0, AT_ONCE);
    const still = next.filter(({ isStill }) => isStill());
    this.figures.outdated += next.length - still.length;
    const sending = this.values
      .keep(still.map((each) => this.#sealed(each)))
      .finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    if (this.#waiting.length > 0) setImmediate(() => this.#send());
  }

  #sealed({ owner, key, kept }: Waiting): [name: string, sealed: Buffer] {
    const { stamp, since, until, value } = kept;
    const content = Buffer.from(JSON.stringify([finite(since), finite(until), value]));
    const sealed = this.options.sealing.seal(content, this.#contextOf(owner, stamp, key));
    return [this.#nameOf(owner, stamp, key), sealed];
  }

  #open(owner: string, stamp: string, key: string, sealed: Buffer | null): Kept | undefined {
    if (!sealed) return void (this.figures.misses += 1);
    try {
      const text = this.options.sealing.open(sealed, this.#contextOf(owner, stamp, key)).toString();
      const [since, until, value] = JSON.parse(text) as [number | null, number | null, unknown];
      this.figures.hits += 1;
      return { stamp, since: since ?? -Infinity, until: until ?? Infinity, value };
    } catch {
      this.figures.broken += 1;
      return undefined;
    }
  }

  /** Of a placement its numbers can be read, for whoever looks at how much there is of each, and nothing else. */
  #nameOf(owner: string, stamp: string, key: string): string {
    const hash = createHash("sha256").update(key).digest("base64url").slice(0, 22);
    return `marquee:${this.options.form}:${owner}:${stamp}:${hash}`;
  }

  #contextOf(owner: string, stamp: string, key: string): string {
    return `${this.options.form} ${owner} ${stamp} ${key}`;
  }
}

/** For JSON, which knows no infinity. */
function finite(instant: number): number | null {
  return Number.isFinite(instant) ? instant : null;
}
