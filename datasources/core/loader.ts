import DataLoader from "dataloader";

import { type FieldPath, type StoreRequest } from "./store-request.js";

/** Most keys in one store call; a larger level of a query is cut into calls of this size. */
const MAX_BATCH = 2_000;

export interface LoaderOptions<K, V> {
  /** The request the loader lives and dies with. */
  request: StoreRequest;
  /** A string that is equal for equal keys. */
  keyOf: (key: K) => string;
  /** One store call for all keys (distinct, in order of asking). Answers by `keyOf(key)`; a key without an answer is left out. */
  batch: (request: StoreRequest, keys: readonly K[]) => Promise<ReadonlyMap<string, V>>;
}

/** A key, and the string that stands for it. */
interface Asked<K> {
  key: K;
  id: string;
}

/** A per-request batch of look-ups: loads of one tick become one store call, each distinct key asked once. */
export class Loader<K, V> {
  readonly #missing: () => V;
  readonly #options: LoaderOptions<K, V>;
  #made: DataLoader<Asked<K>, V | Error, string> | undefined;
  #cache: Map<string, Promise<V | Error>> | undefined;
  #primed: Map<string, V> | undefined;
  readonly #brought: (() => Iterable<readonly [K, V]>)[] = [];
  #waiting: Set<string> | undefined;
  #requested = 0;
  #path: FieldPath | undefined;
  #lastPath: FieldPath | undefined;

  constructor(options: LoaderOptions<K, V>, missing: () => V) {
    this.#options = options;
    this.#missing = missing;
  }

  /** Made when it is first asked: most requests ask few of the loaders there are. */
  get #loader(): DataLoader<Asked<K>, V | Error, string> {
    if (this.#made) return this.#made;
    const { request, batch } = this.#options;
    this.#cache = new Map();
    this.#made = new DataLoader<Asked<K>, V | Error, string>(
      async (asked) => {
        // Whoever is over asks for no further level.
        request.signal?.throwIfAborted();
        const keys = asked.map(({ key }) => key);
        const found = await batch({ ...request, ...this.#takeAsked() }, keys);
        return asked.map(({ id }) => found.get(id) ?? this.#missing());
      },
      { cacheKeyFn: ({ id }) => id, cacheMap: this.#cache, maxBatchSize: MAX_BATCH },
    );
    return this.#made;
  }

  /** The value of a key; `path` names the field that asks, for `extensions.explain`. */
  load(key: K, path?: FieldPath): Promise<V> {
    const id = this.#options.keyOf(key);
    this.#takePrimed(key, id);
    if (this.#waiting?.has(id)) this.#requested += 1;
    else if (!this.#cache?.has(id)) {
      (this.#waiting ??= new Set()).add(id);
      this.#requested += 1;
      this.#path ??= path;
    }
    return this.#loader.load({ key, id }) as Promise<V>;
  }

  /** The values of several keys, in the order of the keys. */
  loadAll(keys: readonly K[], path?: FieldPath): Promise<V[]> {
    return Promise.all(keys.map((key) => this.load(key, path)));
  }

  /** Makes a value known that another call has brought along. Most are not asked for: no promise is made of it before. */
  prime(key: K, value: V): void {
    const id = this.#options.keyOf(key);
    this.#primed ??= new Map();
    if (!this.#primed.has(id)) this.#primed.set(id, value);
  }

  /** The same of many; they are read when one is asked for. */
  primeAll(values: () => Iterable<readonly [K, V]>): void {
    this.#brought.push(values);
  }

  /** Makes the value that a write has left behind known, whatever was loaded before it. */
  replace(key: K, value: V): void {
    const id = this.#options.keyOf(key);
    this.#takeBrought();
    this.#primed?.delete(id);
    this.#loader.clear({ key, id });
    this.#loader.prime({ key, id }, value);
  }

  #takeBrought(): void {
    for (const values of this.#brought.splice(0)) for (const [key, value] of values()) this.prime(key, value);
  }

  #takePrimed(key: K, id: string): void {
    if (this.#brought.length > 0) this.#takeBrought();
    const value = this.#primed?.get(id);
    if (value !== undefined) this.#loader.prime({ key, id }, value);
  }

  #takeAsked(): { path: FieldPath | undefined; requested: number | undefined } {
    // A level cut into several calls tells with the first how many asked; all of them are on behalf of the same field.
    const path = this.#requested === 0 ? this.#lastPath : this.#path;
    const asked = { path, requested: this.#requested || undefined };
    this.#path = undefined;
    this.#lastPath = path;
    this.#requested = 0;
    this.#waiting = undefined;
    return asked;
  }
}

/** A loader of at most one value a key: `null` where the store has none. */
export function oneByKey<K, V>(options: LoaderOptions<K, V>): Loader<K, V | null> {
  return new Loader<K, V | null>(options, () => null);
}

/** A loader of a list a key: empty where the store has none. */
export function manyByKey<K, V>(options: LoaderOptions<K, V[]>): Loader<K, V[]> {
  return new Loader<K, V[]>(options, () => []);
}

/** Answers given in the order of the keys, as a loader wants them. */
export function byKey<K, V>(
  keys: readonly K[],
  keyOf: (key: K) => string,
  answers: readonly V[],
): Map<string, V> {
  return new Map(keys.map((key, index) => [keyOf(key), answers[index] as V]));
}

/**
 * What is asked for once a request for each key, however many fields want it, by a call of its own for each: where no call
 * answers for several.
 *
 * @param keyOf a string that is equal for equal keys.
 */
export function onceByKey<K, V>(
  keyOf: (key: K) => string,
  ask: (key: K, path?: FieldPath) => Promise<V>,
): (key: K, path?: FieldPath) => Promise<V> {
  const asked = new Map<string, Promise<V>>();
  return (key, path) => {
    const name = keyOf(key);
    const known = asked.get(name) ?? ask(key, path);
    asked.set(name, known);
    return known;
  };
}
