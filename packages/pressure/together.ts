import { PlacesFullError } from "./places.js";

/** A job that has its turn: to be ended once, by one of the two. */
export interface Turn<J, A> {
  readonly job: J;
  done(answer: A): void;
  failed(error: unknown): void;
}

export interface TogetherOptions<J, A> {
  /** Jobs of a group at most. */
  most: number;
  /** Groups of a lane at once. */
  atOnce: number;
  /** Jobs of a lane that may wait. */
  waiting: number;
  /** How long a job waits for its turn at most. Milliseconds. */
  waitMs: number;
  /**
   * How long after a group of several the next of its lane begins at the earliest: what a group takes beside its jobs is
   * shared by more then. Milliseconds; 0 unless given.
   */
  apartMs?: number;
  /** Jobs of one key follow each other, in the order in which they came, and are never of one group; unless given, none do. */
  keyOf?: (job: J) => string;
  /**
   * Does the jobs of a group, and ends every turn, then or later: those that it has not ended when it rejects have failed.
   * The next group may begin when it resolves.
   */
  work: (turns: readonly Turn<J, A>[]) => Promise<void>;
}

interface Waiting<J, A> {
  readonly job: J;
  readonly key: string | undefined;
  readonly since: number;
  /** Takes it out of the queue: its signal counts no more. */
  leave(): void;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

interface Lane<J, A> {
  /** Groups at work. */
  working: number;
  /** Whether the next is about to begin. */
  begins: boolean;
  /** Keys of jobs that have had their turn and are not ended. */
  readonly busy: Set<string>;
  waiting: Waiting<J, A>[];
  /** Before when the next does not begin, on the clock of `performance.now()`. */
  restsUntil: number;
}

/**
 * Has jobs that wait at the same time done together, as databases commit in groups (DeWitt et al. 1984, "Implementation
 * techniques for main memory database systems", section 5.2): a job that comes alone begins at once, and what comes while
 * others are at work is done with the next. So a group is as large as the crowd is, and nobody waits for one to fill.
 */
export class Together<J, A> {
  readonly #lanes = new Map<string, Lane<J, A>>();
  #open = 0;
  #idle: (() => void)[] = [];

  constructor(private readonly options: TogetherOptions<J, A>) {}

  /** Jobs that wait for their turn. */
  get waiting(): number {
    let sum = 0;
    for (const { waiting } of this.#lanes.values()) sum += waiting.length;
    return sum;
  }

  /**
   * Does a job with others of its lane.
   *
   * @param signal takes it out of the queue while it waits; what has had its turn goes on.
   * @throws PlacesFullError where too many wait, or it has waited for too long; what the signal was aborted with. Nothing was
   *   done then.
   */
  do(lane: string, job: J, signal?: AbortSignal): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const queue = this.#laneOf(lane);
      if (queue.waiting.length >= this.options.waiting) return reject(new PlacesFullError());
      this.#open += 1;
      const gone = () => {
        queue.waiting = queue.waiting.filter((each) => each !== waiting);
        this.#end(waiting, () => reject(signal?.reason as Error));
      };
      const waiting: Waiting<J, A> = {
        job,
        key: this.options.keyOf?.(job),
        since: performance.now(),
        leave: () => signal?.removeEventListener("abort", gone),
        resolve,
        reject,
      };
      signal?.addEventListener("abort", gone);
      queue.waiting.push(waiting);
      this.#beginSoon(lane, queue);
    });
  }

  /** Resolves when nothing is waiting or at work any more. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #laneOf(name: string): Lane<J, A> {
    let lane = this.#lanes.get(name);
    if (!lane)
      this.#lanes.set(
        name,
        (lane = { working: 0, begins: false, busy: new Set(), waiting: [], restsUntil: 0 }),
      );
    return lane;
  }

  /** When the event loop has turned: what came with it goes along. */
  #beginSoon(name: string, lane: Lane<J, A>): void {
    if (lane.begins || lane.working >= this.options.atOnce || lane.waiting.length === 0)
      return this.#forgetIdle(name, lane);
    lane.begins = true;
    const begin = () => {
      lane.begins = false;
      this.#begin(name, lane);
    };
    const restMs = lane.restsUntil - performance.now();
    if (restMs > 0) setTimeout(begin, restMs);
    else setImmediate(begin);
  }

  #begin(name: string, lane: Lane<J, A>): void {
    const group = this.#next(lane);
    if (group.length === 0) return this.#forgetIdle(name, lane);
    const turns = group.map((each) => this.#turn(name, lane, each));
    lane.working += 1;
    if (group.length > 1) lane.restsUntil = performance.now() + (this.options.apartMs ?? 0);
    void this.options
      .work(turns)
      .catch((error: unknown) => {
        for (const turn of turns) turn.failed(error);
      })
      .finally(() => {
        lane.working -= 1;
        this.#beginSoon(name, lane);
      });
    this.#beginSoon(name, lane);
  }

  #forgetIdle(name: string, lane: Lane<J, A>): void {
    if (lane.begins || lane.waiting.length + lane.working + lane.busy.size > 0) return;
    const restMs = lane.restsUntil - performance.now();
    if (restMs <= 0) return void this.#lanes.delete(name);
    lane.begins = true;
    setTimeout(() => {
      lane.begins = false;
      this.#beginSoon(name, lane);
    }, restMs);
  }

  /** Takes out who is next: of each key that nobody is at work for, the first. */
  #next(lane: Lane<J, A>): Waiting<J, A>[] {
    const { most, waitMs } = this.options;
    const latest = performance.now() - waitMs;
    const group: Waiting<J, A>[] = [];
    const left: Waiting<J, A>[] = [];
    for (const each of lane.waiting) {
      if (each.since < latest) this.#end(each, () => each.reject(new PlacesFullError()));
      else if (group.length < most && (each.key === undefined || !lane.busy.has(each.key))) {
        if (each.key !== undefined) lane.busy.add(each.key);
        each.leave();
        group.push(each);
      } else left.push(each);
    }
    lane.waiting = left;
    return group;
  }

  #turn(name: string, lane: Lane<J, A>, each: Waiting<J, A>): Turn<J, A> {
    let open = true;
    const end = (settle: () => void) => {
      if (!open) return;
      open = false;
      if (each.key !== undefined) lane.busy.delete(each.key);
      this.#end(each, settle);
      this.#beginSoon(name, lane);
    };
    return {
      job: each.job,
      done: (answer) => end(() => each.resolve(answer)),
      failed: (error) => end(() => each.reject(error)),
    };
  }

  #end(each: Waiting<J, A>, settle: () => void): void {
    each.leave();
    settle();
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const idle of this.#idle.splice(0)) idle();
  }
}
