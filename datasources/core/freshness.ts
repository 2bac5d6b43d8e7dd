import { setTimeout as sleep } from "node:timers/promises";

import {
  describePath,
  type FollowingEngine,
  type FreshnessWanted,
  type StoreRequest,
} from "./store-request.js";
import { type Tenant } from "./tenant.js";
import { type OutboxTopic } from "./vocabulary.js";

/** Something that was written up to a transaction and that a target does not hold yet. */
export interface Lacking {
  target: string;
  topic: OutboxTopic;
  /** Local id of the title (TITLE) or profile (WATCH, PROFILE) that it is about. */
  entity: string;
  /** Whether that very transaction wrote it. */
  own: boolean;
}

/** A transaction that a tenant wrote in. Its id is one of the servers that the tenant was placed on then. */
export interface WrittenAt {
  /** The tenant's placement then, as `Tenant.epoch` counts them; 0 where that is not known. */
  epoch: number;
  xid: number;
}

/** Of two transactions that one tenant wrote in, first the one that is known longer, the one that stands for both. */
export function laterOf(known: WrittenAt | null, written: WrittenAt): WrittenAt {
  // What a move carries has been written there before anybody else writes, so that it is behind whatever is written then.
  return known?.epoch === written.epoch && known.xid > written.xid ? known : written;
}

/** What freshness asks of the outbox. */
export interface ProjectionProgress {
  /** Names of the targets that hold everything a tenant wrote up to a transaction. */
  reached(tenant: Tenant, xid: number): Promise<ReadonlySet<string>>;
  /** A transaction id that everything which a tenant has committed by now, where it is placed, is before. */
  edge(tenant: Tenant): Promise<number>;
  /** What keeps targets from that, at most `limit` of it. */
  lacking(tenant: Tenant, xid: number, targets: readonly string[], limit: number): Promise<Lacking[]>;
}

/** Of what is lacking, what whoever asks may know of. */
export type Knows = (lacking: readonly Lacking[]) => Promise<readonly Lacking[]>;

/** Time between two looks at how far projections are, while somebody waits. Milliseconds. */
const LOOK_MS = 20;
/** What a look may take where there is no time left to wait: a store that is silent holds nobody longer. Milliseconds. */
const LAST_LOOK_MS = 100;

/** How much that is lacking is judged; where there is more, all of it is waited for. */
const MOST_JUDGED = 1_000;

/** What one request wants to be answered with at least, and which projections it was answered from. */
export class Freshness implements FreshnessWanted {
  readonly #read = new Set<string>();
  readonly #late = new Set<string>();
  /** Targets that held what is wanted at some look. */
  readonly #passed = new Set<string>();
  /** Targets that reads wait for just now, and their engines. */
  readonly #wanted = new Map<string, FollowingEngine | undefined>();
  #waiting: Promise<void> | undefined;
  #deadline: number | undefined;
  #knows: Knows | undefined;
  #looked = false;
  /** Up to which transaction is waited where ids of another placement say nothing. */
  #edge: number | undefined;

  /**
   * @param wanted the transaction whose writes are wanted; null where any state will do. Of one in another placement than the
   *   tenant's all is waited for that the tenant has written by then: a move gives what it carries other ids.
   * @param waitMs how long the request waits in all for projections to follow. Milliseconds.
   * @param onWait told when it begins to wait for more than a look.
   */
  constructor(
    private readonly progress: ProjectionProgress,
    readonly tenant: Tenant,
    readonly wanted: WrittenAt | null,
    private readonly waitMs: number,
    private readonly onWait: () => void = () => {},
  ) {}

  /** Targets that have answered. */
  get read(): ReadonlySet<string> {
    return this.#read;
  }

  /** Those of them that had not followed in time. */
  get behind(): ReadonlySet<string> {
    return new Set([...this.#read].filter((target) => this.#late.has(target)));
  }

  /**
   * Resolves when the target has followed, or when nothing can be won by waiting any more: the time is up, the client
   * gone, the engine down. Undefined where there is nothing to wait for. Reads that wait at the same time wait for each
   * other, so that they travel together.
   */
  before(target: string, request: StoreRequest, engine?: FollowingEngine): Promise<void> | undefined {
    if (this.wanted === null || this.#passed.has(target) || this.#late.has(target)) return undefined;
    this.#wanted.set(target, engine);
    return (this.#waiting ??= this.#wait(this.wanted, request));
  }

  /** Has it wait for nothing but what whoever asks may know of: else an answer that is late would tell of the rest. */
  waitFor(knows: Knows): void {
    this.#knows = knows;
  }

  /** Notes that a target has answered. */
  answered(target: string): void {
    this.#read.add(target);
  }

  async #wait(wanted: WrittenAt, request: StoreRequest): Promise<void> {
    this.#deadline ??= performance.now() + this.waitMs;
    for (;;) {
      await this.#within(this.#look(wanted, request), request);
      const over = performance.now() + LOOK_MS > this.#deadline || request.signal?.aborted === true;
      for (const [target, engine] of this.#wanted) {
        if (!this.#passed.has(target) && (over || engine?.isDown() === true)) this.#late.add(target);
        if (this.#passed.has(target)) engine?.followed(this.tenant);
        if (this.#passed.has(target) || this.#late.has(target)) this.#wanted.delete(target);
      }
      if (this.#wanted.size === 0) break;
      this.onWait();
      await sleep(LOOK_MS, undefined, { signal: request.signal }).catch(() => undefined);
    }
    this.#waiting = undefined;
  }

  /** One look tells of all targets. While PostgreSQL, which knows, does not answer, none has followed. */
  async #look(wanted: WrittenAt, request: StoreRequest): Promise<void> {
    const started = performance.now();
    const xid = await this.#upTo(wanted);
    const reached = await this.progress.reached(this.tenant, xid);
    for (const target of reached) this.#passed.add(target);
    this.#note(reached.size, request, started);
    await this.#passHidden(xid);
  }

  /** The transaction, as the servers that the tenant is on count them, up to which is waited. */
  async #upTo({ epoch, xid }: WrittenAt): Promise<number> {
    if (epoch === this.tenant.epoch) return xid;
    // Looked up once, so that whoever goes on writing has nobody wait for ever.
    return (this.#edge ??= await this.progress.edge(this.tenant));
  }

  /** Once a request: how often it looks may follow from what whoever asks may not know of, and what calls cost is told. */
  #note(rows: number, request: StoreRequest, started: number): void {
    if (this.#looked) return;
    this.#looked = true;
    const told = {
      store: "POSTGRES",
      operation: "outbox.reached",
      keys: 1,
      uniqueKeys: 1,
      rows,
      path: describePath(request.path),
    } as const;
    request.calls.record(told, started);
  }

  /** A target that lacks nothing but what whoever asks may not know of holds all that there is for them. */
  async #passHidden(xid: number): Promise<void> {
    const late = [...this.#wanted.keys()].filter((target) => !this.#passed.has(target));
    if (late.length === 0 || !this.#knows) return;
    const lacking = await this.progress.lacking(this.tenant, xid, late, MOST_JUDGED + 1);
    if (lacking.length > MOST_JUDGED) return;
    const known = new Set((await this.#knows(lacking)).map(({ target }) => target));
    for (const { target } of lacking) if (!known.has(target)) this.#passed.add(target);
  }

  /** Resolves when the work has ended in any way, or the request cannot wait for it any longer. */
  async #within(work: Promise<void>, { signal }: StoreRequest): Promise<void> {
    const left = Math.max((this.#deadline ?? 0) - performance.now(), LAST_LOOK_MS);
    const done = new AbortController();
    const given = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
    const patience = sleep(left, undefined, { signal: given }).catch(() => undefined);
    try {
      await Promise.race([work.catch(() => undefined), patience]);
    } finally {
      done.abort();
    }
  }
}

type Read = (request: StoreRequest, ...rest: never[]) => Promise<unknown>;

/**
 * A domain that is answered from a projection: every method waits until the projection has followed as far as the
 * request wants.
 *
 * @param target the projection's name: `search.opensearch`.
 * @param methods the reading methods of the interface; each takes the request first.
 * @param engine where it lies, unless beside its facts.
 */
export function followed<T extends object, M extends keyof T & string>(
  domain: T,
  target: string,
  methods: readonly M[],
  engine?: FollowingEngine,
): Pick<T, M> {
  const composed = methods.map((method) => {
    const read = (domain[method] as Read).bind(domain);
    return [
      method,
      (request: StoreRequest, ...rest: never[]) => {
        const { freshness } = request;
        if (!freshness) return read(request, ...rest);
        const ready = freshness.before(target, request, engine);
        // Without a promise in between where nobody waits: reads of one tick travel together.
        const answer = ready ? ready.then(() => read(request, ...rest)) : read(request, ...rest);
        return answer.then((found) => {
          freshness.answered(target);
          return found;
        });
      },
    ];
  });
  return Object.fromEntries(composed) as Pick<T, M>;
}
