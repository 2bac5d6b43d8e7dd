/**
 * The stamps that a request has seen since it began, by whose they are. An answer that was read under one of them is
 * no older than the request: at some instant since it began, the store would have given the same.
 */
export class SeenStamps {
  readonly #others = new Map<string, SeenStamps>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #looking = new Map<string, Promise<unknown>>();

  /** Those of a domain. */
  of(domain: string): SeenStamps {
    const known = this.#others.get(domain) ?? new SeenStamps();
    this.#others.set(domain, known);
    return known;
  }

  /** Whether any is known. */
  any(owner: string): boolean {
    return this.#seen.has(owner);
  }

  has(owner: string, stamp: string): boolean {
    return this.#seen.get(owner)?.has(stamp) === true;
  }

  /** The one that was seen last. */
  last(owner: string): string | undefined {
    return [...(this.#seen.get(owner) ?? [])].at(-1);
  }

  add(owner: string, stamp: string): void {
    const seen = this.#seen.get(owner);
    if (seen) seen.add(stamp);
    else this.#seen.set(owner, new Set([stamp]));
  }

  /** Adds what a look that has begun will find; one that fails finds nothing. */
  expect(owner: string, look: Promise<string | null>): void {
    const done = look.then(
      (stamp) => stamp !== null && this.add(owner, stamp),
      () => undefined,
    );
    this.#looking.set(
      owner,
      done.finally(() => this.#looking.delete(owner)),
    );
  }

  /** Resolves when the look under way has ended; undefined where none is. */
  looking(owner: string): Promise<unknown> | undefined {
    return this.#looking.get(owner);
  }
}
