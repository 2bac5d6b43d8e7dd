import { type GraphQLError } from "graphql";

/** Errors of one class. */
export interface LeftOutKind {
  first: GraphQLError;
  count: number;
}

/** Errors of a request beyond those that it is answered: how many, and one of each kind for the log. */
export class LeftOutErrors {
  count = 0;
  readonly #kinds = new Map<unknown, LeftOutKind>();

  /** @param locate makes of the error what would be answered, with its place. */
  add(error: unknown, locate: () => GraphQLError): void {
    this.count += 1;
    const kind = error instanceof Error ? error.constructor : typeof error;
    const known = this.#kinds.get(kind);
    if (known) known.count += 1;
    else this.#kinds.set(kind, { first: locate(), count: 1 });
  }

  get kinds(): LeftOutKind[] {
    return [...this.#kinds.values()];
  }

  clear(): void {
    this.count = 0;
    this.#kinds.clear();
  }
}
