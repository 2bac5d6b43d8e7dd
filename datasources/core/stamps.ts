import { type KeptFigures } from "./kept-memory.js";
import { type SeenStamps } from "./seen-stamps.js";
import { type StoreRequest } from "./store-request.js";
import { placementOf } from "./tenant.js";

/** A stamp, and around an instant the span in which no licence begins or ends. Milliseconds since 1970. */
export interface Stamped {
  stamp: string;
  /** Included. */
  since: number;
  /** Excluded. */
  until: number;
}

/**
 * Which state of a domain a store answers from. A transaction that changes what the domain answers changes the stamp with
 * it, to one that never was before. Both methods travel with what a request asks in the same turn.
 */
export interface Stamps {
  /** Of which domain they are. */
  readonly domain: string;
  /** What asking for them is called. */
  readonly operation: string;
  /** As it is behind all that; null where there is none: then nothing can be kept. */
  stamp(request: StoreRequest): Promise<string | null>;
  /** As it is before all that, with the span around an instant; for null, all time. */
  around(request: StoreRequest, at: Date | null): Promise<Stamped | null>;
}

/** The same stamps, of which it is told whose was seen. */
export function noted(stamps: Stamps, saw: (owner: string, stamp: string) => void): Stamps {
  return {
    domain: stamps.domain,
    operation: stamps.operation,
    around: (request, at) => stamps.around(request, at),
    async stamp(request) {
      const stamp = await stamps.stamp(request);
      if (stamp !== null) saw(placementOf(request.tenant), stamp);
      return stamp;
    },
  };
}

interface Look {
  sent: boolean;
  stamp: Promise<string | null>;
}

/** Looks at stamps on behalf of many requests: who asks while one is under way gets the answer of the next. */
export class StampLooks {
  readonly #looks = new Map<string, Look>();

  constructor(
    private readonly stamps: Stamps,
    private readonly figures: Pick<KeptFigures, "looks">,
  ) {}

  /** Has a request see the stamp that there is now; a look that fails shows nothing. */
  async look(request: StoreRequest, seen: SeenStamps): Promise<void> {
    const owner = placementOf(request.tenant);
    const last = this.#looks.get(owner);
    const look = last && !last.sent ? last : this.#after(last, owner, request);
    const stamp = await look.stamp.catch(() => null);
    if (stamp !== null) seen.add(owner, stamp);
  }

  #after(last: Look | undefined, owner: string, { tenant, calls, path }: StoreRequest): Look {
    // Others wait for it: it does not end with the request that happened to come first.
    const begin = () => {
      setImmediate(() => (look.sent = true));
      this.figures.looks += 1;
      return this.stamps.stamp({ tenant, calls, path, requested: 0 });
    };
    const look = { sent: false } as Look;
    look.stamp = last ? last.stamp.then(begin, begin) : begin();
    this.#looks.set(owner, look);
    const end = () => this.#looks.get(owner) === look && this.#looks.delete(owner);
    look.stamp.then(end, end);
    return look;
  }
}
