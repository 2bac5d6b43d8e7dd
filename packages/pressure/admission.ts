import { AdaptiveLimit } from "./adaptive-limit.js";
import { Turns, type Turn } from "./turns.js";

/** Somebody who wants in. */
export interface Applicant {
  /** Whom it counts for; asked where somebody waits. */
  party: () => string;
  /** Goes before all others, and is refused only where a crowd of its like waits. */
  urgent: boolean;
  /** How long it can wait at the most, where that is known; asked where somebody waits. Milliseconds. */
  withinMs?: () => number;
}

/** One who is in. */
export interface Ticket {
  /** Says what it costs, once that is known: its party is charged, and its time compared with that of its like. */
  price(cost: number): void;
  /**
   * Gives the place to others, since from here on it mostly waits for what is nobody's work here, or done for many at once.
   * Where as many have done so as may, it keeps its place.
   */
  standAside(): void;
  /** Gives the place back; once only, what comes after does nothing. */
  leave(): void;
  /** Gives it back unused. */
  withdraw(): void;
}

/** Why somebody was refused. */
export type Refusal = "QUEUE" | "MEMORY";

export interface AdmissionReport {
  limit: number;
  inside: number;
  /** Those inside who take far longer than their like: their places are given to others. */
  long: number;
  waiting: number;
  refused: Record<Refusal, number>;
}

export interface AdmissionOptions {
  /** How long anybody may wait to be let in; who cannot be let in by then is refused. Milliseconds. */
  waitMs: number;
  /** Share of the memory that is used; at 1 only one at a time is let in. */
  memory?: () => number;
}

interface Inside {
  readonly party: () => string;
  readonly entered: number;
  readonly alone: boolean;
  cost: number | undefined;
  /** Whether its place was given to others: it takes so long, or stands aside. */
  long: boolean;
  /** As whom it stands aside, where it does. */
  aside: string | undefined;
}

/** Work at once: a guess to begin with, and the bounds of what is found. */
const LIMITS = { first: 16, least: 2, most: 1_000 };
/**
 * Those who may stand aside at once: what they wait for is bounded as what others are let in for is. Twice what is done
 * together at most, so that the next can gather while one is under way.
 */
const MOST_ASIDE = 256;
/** Of one party: it leaves a quarter of that to others. */
const MOST_ASIDE_OF_ONE = 192;
/** Those who may wait in all, and behind a crowd that stands at least. */
const MOST_WAITING = 1_000;
const LEAST_WAITING = 8;
/** Behind a crowd that stands one waits for as many to end: the last go first, and whoever is not let in soon never is. */
const SOON = 4;
/** How long one waits there where nobody has left for as long as anybody may wait: for a place that is given away. Milliseconds. */
const HOPELESS_MS = 50;
/** Time between two looks at who has waited too long, and at who is inside. Milliseconds. */
const SWEEP_MS = 10;
/** How much longer than its like, and how long at least, somebody is inside before the place is given to others. */
const LONG_FACTOR = 4;
const LONG_MS = 250;
/** The same for those whose like is not known. Milliseconds. */
const UNKNOWN_MS = 1_000;
/** For how long after a refusal the last go first. Milliseconds. */
const CROWDED_MS = 1_000;
const RATE_EVERY_MS = 100;

/**
 * Lets in as much work as can be done in about the time that it takes alone, and refuses at once what cannot be served
 * in time. Who waits is served fairly between parties by cost; while there is more than can be done, the last go first
 * (adaptive LIFO with a bounded wait, after Maurer, "Fail at Scale", ACM Queue 13:8), so that those who are served are
 * served soon.
 */
export class Admission {
  readonly #limit = new AdaptiveLimit(LIMITS);
  readonly #turns = new Turns();
  readonly #inside = new Set<Inside>();
  readonly #refused: Record<Refusal, number> = { QUEUE: 0, MEMORY: 0 };
  #long = 0;
  #aside = 0;
  readonly #asideOf = new Map<string, number>();
  #crowdedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = 0;
  /** Those who leave in a second while somebody waits; unknown until somebody has waited. */
  #rate: number | undefined;
  #ratedAt = 0;
  #leftAt = 0;

  constructor(private readonly options: AdmissionOptions) {}

  report(): AdmissionReport {
    return {
      limit: this.#limit.settled,
      inside: this.#inside.size,
      long: this.#long,
      waiting: this.#turns.size,
      refused: { ...this.#refused },
    };
  }

  /** Whether nobody waits, and whoever comes is let in. */
  get isIdle(): boolean {
    return this.#turns.size === 0 && this.#hasRoom(performance.now());
  }

  /** Seconds after which somebody who was refused may come again: longer, the more are refused. */
  get retryAfterSeconds(): number {
    return Math.min(30, 1 + Math.floor(this.#turns.size / Math.max(1, this.#rate ?? 0)));
  }

  /**
   * Lets somebody in, now or in its turn.
   *
   * @param decided told the ticket, or null where it is refused; within the call where that is known already.
   * @returns what takes it out of the queue, where it waits.
   */
  enter(applicant: Applicant, decided: (ticket: Ticket | null) => void): (() => void) | undefined {
    const now = performance.now();
    if (this.#turns.size === 0 && this.#hasRoom(now)) {
      decided(this.#admit(applicant.party, now));
      return undefined;
    }
    this.#limit.reach(now);
    return this.#wait(applicant, decided, now);
  }

  #hasRoom(now: number): boolean {
    if (this.#isFull()) return this.#inside.size === 0;
    return this.#inside.size - this.#long < this.#limit.limitAt(now);
  }

  #isFull(): boolean {
    return (this.options.memory?.() ?? 0) >= 1;
  }

  #admit(party: () => string, entered: number): Ticket {
    const alone = this.#inside.size === 0;
    const inside: Inside = { party, entered, alone, cost: undefined, long: false, aside: undefined };
    this.#inside.add(inside);
    return {
      price: (cost) => {
        inside.cost = cost;
        this.#charge(party, cost);
      },
      standAside: () => this.#standAside(inside),
      leave: () => this.#leave(inside),
      withdraw: () => {
        if (this.#remove(inside)) this.#serve(performance.now());
      },
    };
  }

  #standAside(inside: Inside): void {
    if (!this.#inside.has(inside) || inside.long || this.#aside >= MOST_ASIDE) return;
    const party = inside.party();
    const count = this.#asideOf.get(party) ?? 0;
    if (count >= MOST_ASIDE_OF_ONE) return;
    inside.aside = party;
    this.#aside += 1;
    this.#asideOf.set(party, count + 1);
    this.#giveAway(inside);
    this.#serve(performance.now());
  }

  /** @returns whether it was inside. */
  #remove(inside: Inside): boolean {
    if (!this.#inside.delete(inside)) return false;
    if (inside.long) this.#long -= 1;
    if (inside.aside !== undefined) this.#comeBack(inside.aside);
    return true;
  }

  #comeBack(party: string): void {
    this.#aside -= 1;
    const left = (this.#asideOf.get(party) ?? 1) - 1;
    if (left > 0) this.#asideOf.set(party, left);
    else this.#asideOf.delete(party);
  }

  #leave(inside: Inside): void {
    if (!this.#remove(inside)) return;
    const now = performance.now();
    this.#ended += 1;
    this.#leftAt = now;
    // What took far longer than its like waited for something else, and tells nothing of the crowd.
    if (!inside.long && inside.cost !== undefined)
      this.#limit.sample(inside.cost, now - inside.entered, inside.alone, now);
    if (inside.cost === undefined) this.#charge(inside.party, 1);
    if (this.#turns.size > 0) this.#serve(now);
  }

  /** While nobody waits there is nothing to be shared. */
  #charge(party: () => string, cost: number): void {
    if (this.#turns.size > 0) this.#turns.charge(party(), Math.max(1, cost));
  }

  #wait(
    { party, urgent, withinMs }: Applicant,
    decided: (ticket: Ticket | null) => void,
    arrived: number,
  ): (() => void) | undefined {
    let open = true;
    const close = () => {
      open = false;
      clearTimeout(overdue);
    };
    const refuse = () => {
      close();
      this.#refused[this.#isFull() ? "MEMORY" : "QUEUE"] += 1;
      decided(null);
    };
    const turn: Turn = {
      party: party(),
      arrived,
      urgent,
      enter: () => {
        close();
        decided(this.#admit(party, performance.now()));
      },
      refuse: () => {
        this.#crowdedUntil = performance.now() + CROWDED_MS;
        refuse();
      },
    };
    const ownMs = withinMs?.() ?? Infinity;
    // Who is in a hurry says nothing of the crowd.
    const giveUp = () => {
      this.#turns.remove(turn);
      refuse();
    };
    const overdue = ownMs < this.options.waitMs ? setTimeout(giveUp, ownMs) : undefined;
    this.#turns.add(turn);
    if (this.#turns.size > this.#mostWaiting(arrived)) this.#turns.surplus()?.refuse();
    this.#watch();
    if (!open) return undefined;
    return () => {
      if (open) this.#turns.remove(turn);
      close();
    };
  }

  /** As many as can be served in time. */
  #mostWaiting(now: number): number {
    if (this.#rate === undefined && !this.#isFull()) return MOST_WAITING;
    const inTime = Math.ceil(((this.#rate ?? 0) * this.#patienceAt(now)) / 1_000);
    return Math.min(MOST_WAITING, Math.max(LEAST_WAITING, inTime));
  }

  /** How long anybody may wait now: all their time, unless somebody was refused just now. Milliseconds. */
  #patienceAt(now: number): number {
    const { waitMs } = this.options;
    if (this.#rate === undefined || now >= this.#crowdedUntil) return waitMs;
    const isHopeless = now - this.#leftAt > waitMs;
    return Math.min(waitMs, isHopeless ? HOPELESS_MS : (SOON / this.#rate) * 1_000);
  }

  #serve(now: number): void {
    while (this.#turns.size > 0 && this.#hasRoom(now)) this.#turns.next(this.#lastFirst(now))?.enter();
  }

  /** Where somebody was refused just now, or would be soon if the first went first. */
  #lastFirst(now: number): boolean {
    return now < this.#crowdedUntil || now - (this.#turns.oldest ?? now) > this.options.waitMs / 2;
  }

  /** Looks again and again, for as long as somebody waits. */
  #watch(): void {
    if (this.#timer) return;
    this.#ratedAt = performance.now();
    this.#ended = 0;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  #sweep(): void {
    const now = performance.now();
    this.#measure(now);
    for (const turn of this.#turns.before(now - this.#patienceAt(now))) turn.refuse();
    for (const inside of this.#inside) if (!inside.long && this.#isLong(inside, now)) this.#giveAway(inside);
    this.#serve(now);
    if (this.#turns.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isLong({ cost, entered }: Inside, now: number): boolean {
    const alone = cost === undefined ? undefined : this.#limit.aloneOf(cost);
    return now - entered > (alone === undefined ? UNKNOWN_MS : Math.max(LONG_MS, alone * LONG_FACTOR));
  }

  #giveAway(inside: Inside): void {
    inside.long = true;
    this.#long += 1;
  }

  /**
   * The rate at which work ends, as it has been for about as long as anybody may wait: a pause that is shorter is waited
   * through. Unknown until something has ended, or as much time has passed.
   */
  #measure(now: number): void {
    const { waitMs } = this.options;
    const passed = now - this.#ratedAt;
    if (passed < RATE_EVERY_MS) return;
    if (this.#rate === undefined && this.#ended === 0 && passed < waitMs) return;
    const rate = (this.#ended / passed) * 1_000;
    const share = Math.min(1, passed / Math.max(1, waitMs));
    this.#rate = this.#rate === undefined ? rate : this.#rate + share * (rate - this.#rate);
    this.#ended = 0;
    this.#ratedAt = now;
  }
}
