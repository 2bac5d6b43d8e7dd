import { isDeepStrictEqual } from "node:util";

import { frozenSize } from "../../packages/fair-cache/index.js";
import { type Kept } from "./kept-entry.js";
import { type KeptMemory } from "./kept-memory.js";
import { SeenStamps } from "./seen-stamps.js";
import { type SharedEntries } from "./shared-entries.js";
import { type StoreRequest } from "./store-request.js";
import { noted, StampLooks, type Stamped, type Stamps } from "./stamps.js";
import { placementOf } from "./tenant.js";

/** One read of several keys. */
export interface KeptRead<V> {
  /** `<domain>.<method>`. */
  operation: string;
  /** Equal for what is asked equally, by anybody. */
  keys: readonly string[];
  /** The instant that licences are judged at; null where they are not. */
  at: Date | null;
  /**
   * One store call for the keys at these places, sent in the turn that it is asked in; answers in their order.
   *
   * @param beside takes what that very call has brought along and is kept as well, by key.
   */
  ask(places: readonly number[], beside: Map<string, unknown>): Promise<readonly V[]>;
  /** Whether what a kept answer refers to is at hand; always, unless given. */
  isWhole?(value: V, stamp: string): boolean;
  /** The keys of what an answer refers to; nothing, unless given. */
  needs?(value: V): readonly string[];
}

/** Has a request look which state of a domain there is, together with what it asks in the same turn. */
export interface Looking {
  begin(request: StoreRequest): void;
}

/** For where nothing is kept. */
export const NO_LOOKING: Looking = { begin: () => undefined };

/** What a store call has answered, by key; without a stamp where the domain was changed meanwhile. */
interface Filled {
  stamped: Stamped | null;
  values: ReadonlyMap<string, unknown>;
  beside: ReadonlyMap<string, unknown>;
}
const NOTHING: Filled = { stamped: null, values: new Map(), beside: new Map() };

/** A store call under way. */
interface Flight {
  /** Whether it may have left: who asks from then on may be newer than its answer. */
  sent: boolean;
  filled: Promise<Filled>;
}

/** A read on its way to its answers. */
interface Asking<V> {
  request: StoreRequest;
  read: KeptRead<V>;
  owner: string;
  seen: SeenStamps;
}

/** What there is of a key before anything was asked: what is kept, or a call under way that asks for it. */
interface Known {
  key: string;
  kept?: Kept | undefined;
  flight?: Flight | undefined;
  /** Whether that call had not left yet. */
  early?: boolean;
}

/** What a kept entry takes beside its key and its value. Bytes. */
const ENTRY = 200;

/**
 * Reads of a domain, answered from what was read before as long as nothing has changed.
 *
 * A store has a stamp for each tenant's domain. It is another one, and one that never was, after every transaction that
 * changed what the domain answers. Statements of a call that lie between two looks at one stamp have therefore seen the
 * state that it stands for, and their answers are kept under it. A request takes what is kept under a stamp that it has
 * seen itself: by a look of its own, or beside what it had to ask. So nobody is answered what was over when they asked,
 * whoever has written, and no message need arrive anywhere.
 *
 * Requests that want the same at the same time share one call. Who comes when it has left takes its answer only under a
 * stamp that was found since they came.
 *
 * What other processes have kept is taken over under the stamp that it was read under, and from then on is like what was
 * kept here: it is answered to those who see that stamp, and to nobody else.
 */
export class KeptReads implements Looking {
  readonly #flights = new Map<string, Flight>();
  readonly #looks: StampLooks;
  private readonly stamps: Stamps;
  /** The stamps that were seen last. */
  readonly #latest = new Map<string, string>();

  constructor(
    stamps: Stamps,
    private readonly memory: KeptMemory,
  ) {
    this.stamps = noted(stamps, (owner, stamp) => this.#latest.set(owner, stamp));
    this.#looks = new StampLooks(this.stamps, memory.figures);
  }

  begin(request: StoreRequest): void {
    const { freshness, tenant } = request;
    const seen = request.seen?.of(this.stamps.domain);
    const owner = placementOf(tenant);
    // What waits for projections looks once they have followed.
    const { cache, shadow, shared } = this.memory;
    const hopeful = cache.has(owner) || shared?.isUp === true;
    if (!seen || freshness || shadow || !hopeful || seen.any(owner)) return;
    seen.expect(owner, this.stamps.stamp(request));
  }

  /** What is kept under a key and a stamp; undefined where nothing is. */
  kept(request: StoreRequest, key: string, stamp: string): unknown {
    const found = this.memory.cache.get(placementOf(request.tenant), key);
    return found?.stamp === stamp ? found.value : undefined;
  }

  /**
   * Holds a list that was put together from what is kept for as long as it is asked for, in the place of the last one under
   * its key: if it went with the next collection of garbage, so would all that was made of it, of all lists at once.
   */
  hold(request: StoreRequest, key: string, list: object): void {
    const owner = placementOf(request.tenant);
    const { lists } = this.memory;
    if (lists.get(owner, key) !== list) lists.set(owner, key, list, ENTRY + frozenSize(list));
  }

  /** The answers to a read, in the order of its keys. */
  async read<V>(request: StoreRequest, read: KeptRead<V>): Promise<V[]> {
    const seen = request.seen?.of(this.stamps.domain) ?? new SeenStamps();
    const asking = { request, read, owner: placementOf(request.tenant), seen };
    request.calls.mayKnow(read.operation);
    request.calls.mayKnow(this.stamps.operation);
    if (this.memory.shadow) return this.#compare(asking);
    // Without a promise in between where nobody waits: reads of one turn travel together.
    const looking = seen.looking(asking.owner);
    if (looking) await looking;
    let known = read.keys.map((key) => this.#known(asking, key));
    const taking = this.memory.shared && this.#takeOver(asking, this.memory.shared, known);
    if (taking) {
      await taking;
      known = read.keys.map((key) => this.#known(asking, key));
    }
    const filled = await this.#ready(asking, known);
    const found = await Promise.all(known.map((each) => this.#valueOf(asking, each, filled)));
    return this.#complete(asking, found);
  }

  #known<V>({ owner, seen, read }: Asking<V>, key: string): Known {
    const kept = this.memory.cache.get(owner, key);
    const hopeful = kept && (!seen.any(owner) || seen.has(owner, kept.stamp));
    if (hopeful && isGood(read, kept, kept.value)) return { key, kept };
    const flight = this.#flights.get(`${owner} ${key}`);
    return { key, flight, early: flight?.sent === false };
  }

  /** Takes over what other processes know of what is not known here; undefined where they are not asked. */
  #takeOver<V>(
    { owner, seen, read }: Asking<V>,
    shared: SharedEntries,
    known: readonly Known[],
  ): Promise<void> | undefined {
    const missing = known.filter(({ kept, flight }) => !kept && !flight).map(({ key }) => key);
    const stamp = this.#latest.get(owner);
    // What a request has seen that others know to be over would take the place of what they have.
    const isOver = seen.any(owner) && stamp !== seen.last(owner);
    if (!shared.isUp || stamp === undefined || isOver || missing.length === 0) return undefined;
    return this.#take(owner, shared, stamp, missing).then(async (found) => {
      const needed = found.flatMap((value) => read.needs?.(value as V) ?? []);
      const absent = new Set(needed.filter((key) => this.memory.cache.get(owner, key)?.stamp !== stamp));
      if (absent.size > 0) await this.#take(owner, shared, stamp, [...absent]);
    });
  }

  /** @returns the values of what was found. */
  async #take(
    owner: string,
    shared: SharedEntries,
    stamp: string,
    keys: readonly string[],
  ): Promise<unknown[]> {
    const found = await shared.find(owner, stamp, keys);
    return found.flatMap((kept, at) => {
      if (!kept) return [];
      this.#keep(owner, keys[at] as string, kept, kept.value);
      return [kept.value];
    });
  }

  /** Asks for what is not known, or looks whether what is known holds still. */
  async #ready<V>(asking: Asking<V>, known: readonly Known[]): Promise<Filled | undefined> {
    const missing = placesOf(known, ({ kept, flight }) => !kept && !flight);
    if (missing.length > 0) return this.#fill(asking, missing);
    const unsure = !asking.seen.any(asking.owner) && known.some(({ early }) => !early);
    if (unsure) await this.#looks.look(asking.request, asking.seen);
    return undefined;
  }

  /** The value of a key, as `{ value }`; undefined where none is good. */
  async #valueOf<V>(asking: Asking<V>, known: Known, filled: Filled | undefined) {
    const { owner, seen } = asking;
    const { key, kept, flight } = known;
    if (kept) return seen.has(owner, kept.stamp) ? this.#found(asking, key, "hits", kept.value) : undefined;
    if (!flight) return { value: filled?.values.get(key) as V };
    const { stamped, values } = await flight.filled.catch(() => NOTHING);
    if (!stamped || !(known.early || seen.has(owner, stamped.stamp))) return undefined;
    seen.add(owner, stamped.stamp);
    const value = values.get(key);
    return isGood(asking.read, stamped, value) ? this.#found(asking, key, "shared", value) : undefined;
  }

  #found<V>({ request, read }: Asking<V>, key: string, how: "hits" | "shared", value: unknown) {
    this.memory.figures[how] += 1;
    request.calls.keep(read.operation, key);
    return { value: value as V };
  }

  /** Asks for what was not good. */
  async #complete<V>(asking: Asking<V>, found: ({ value: V } | undefined)[]): Promise<V[]> {
    const places = placesOf(found, (each) => each === undefined);
    const filled = places.length > 0 ? await this.#fill(asking, places) : NOTHING;
    const { keys } = asking.read;
    return found.map((each, place) => (each ? each.value : (filled.values.get(keys[place] as string) as V)));
  }

  #fill<V>(asking: Asking<V>, places: readonly number[]): Promise<Filled> {
    const { owner, read } = asking;
    const flight = { sent: false } as Flight;
    // Before it leaves, which it does in the same phase of the event loop, behind this.
    setImmediate(() => (flight.sent = true));
    flight.filled = this.#ask(asking, places);
    this.memory.figures.misses += places.length;
    const keys = places.map((place) => `${owner} ${read.keys[place]}`);
    for (const key of keys) this.#flights.set(key, flight);
    const end = () => {
      for (const key of keys) if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.filled.then(end, end);
    return flight.filled;
  }

  async #ask<V>(asking: Asking<V>, places: readonly number[]): Promise<Filled> {
    const filled = await this.#betweenLooks(asking, places);
    const { owner, seen } = asking;
    const { stamped, values, beside } = filled;
    if (!stamped) return filled;
    seen.add(owner, stamped.stamp);
    for (const [key, value] of [...values, ...beside]) {
      this.#keep(owner, key, stamped, value);
      this.#share(owner, key, stamped, value);
    }
    return filled;
  }

  /** One call. What was read while the stamp changed is nobody's but the asker's. */
  async #betweenLooks<V>({ request, read }: Asking<V>, places: readonly number[]): Promise<Filled> {
    const before = this.stamps.around(request, read.at);
    const beside = new Map<string, unknown>();
    const asked = read.ask(places, beside);
    const [stamped, found, stamp] = await Promise.all([before, asked, this.stamps.stamp(request)]);
    const values = new Map(places.map((place, at) => [read.keys[place] as string, found[at]]));
    return { stamped: stamped?.stamp === stamp ? stamped : null, values, beside };
  }

  #keep(owner: string, key: string, stamped: Stamped, value: unknown): void {
    const bytes = ENTRY + 2 * key.length + frozenSize(value);
    this.memory.cache.set(owner, key, { ...stamped, value }, bytes);
  }

  /** In shadow mode: what the store answers, compared with what is kept of the same state. */
  async #compare<V>(asking: Asking<V>): Promise<V[]> {
    const { read } = asking;
    const places = read.keys.map((_, place) => place);
    const { stamped, values, beside } = await this.#betweenLooks(asking, places);
    if (stamped) await this.#compareWith(asking, stamped, [...values, ...beside]);
    return read.keys.map((key) => values.get(key) as V);
  }

  /** Compares with what is kept here, and with what other processes have kept. */
  async #compareWith<V>(
    { owner, read }: Asking<V>,
    stamped: Stamped,
    entries: readonly (readonly [key: string, value: unknown])[],
  ): Promise<void> {
    const { cache, shared } = this.memory;
    const keys = entries.map(([key]) => key);
    const elsewhere = (await shared?.find(owner, stamped.stamp, keys)) ?? [];
    const isGood = (kept: Kept | undefined) => kept?.stamp === stamped.stamp && holds(kept, read.at);
    for (const [at, [key, value]] of entries.entries()) {
      const here = cache.get(owner, key);
      for (const kept of [here, elsewhere[at]])
        if (kept && isGood(kept)) this.memory.compared(read.operation, isDeepStrictEqual(kept.value, value));
      if (!isGood(here)) this.#keep(owner, key, stamped, value);
      if (!isGood(elsewhere[at])) this.#share(owner, key, stamped, value);
    }
  }

  /** Has other processes know an entry, unless another stamp is seen before it can be sent. */
  #share(owner: string, key: string, stamped: Stamped, value: unknown): void {
    const isStill = () => this.#latest.get(owner) === stamped.stamp;
    this.memory.shared?.share(owner, key, { ...stamped, value }, isStill);
  }
}

/** Whether something that is good in a span is good at an instant. */
function holds({ since, until }: Stamped, at: Date | null): boolean {
  return at === null || (since <= at.getTime() && at.getTime() < until);
}

function isGood<V>(read: KeptRead<V>, stamped: Stamped, value: unknown): boolean {
  return holds(stamped, read.at) && (read.isWhole?.(value as V, stamped.stamp) ?? true);
}

function placesOf<T>(all: readonly T[], which: (each: T) => boolean): number[] {
  return all.flatMap((each, place) => (which(each) ? [place] : []));
}
