import { createHmac } from "node:crypto";

import { RateLimiterMemory } from "rate-limiter-flexible";

import { type BudgetLedger } from "../../datasources/budgets/budgets.js";

/** Whose budgets there are. */
export const HOLDERS = ["principal", "address", "key", "tenant"] as const;
export type HolderKind = (typeof HOLDERS)[number];

/** Whoever a request is paid by: one of each kind at most. */
export type Holders = Readonly<Partial<Record<HolderKind, string>>>;

/** How many points each has for a window; null: as many as it wants. */
export interface BudgetPlan {
  points: Readonly<Record<HolderKind, number | null>>;
  windowSeconds: number;
}

/** How a budget stands. */
export interface Standing {
  of: HolderKind;
  limit: number;
  remaining: number;
  /** How long a window is. */
  windowSeconds: number;
  /** Until it is whole again. */
  resetSeconds: number;
}

/** Holders that are told apart at once; more share a budget, so that their number takes no memory. */
const MOST_HOLDERS = 50_000;
const OTHERS = "others";
/** Time between two tellings of the ledger, which is how late a gateway learns what others have spent. Milliseconds. */
const TELL_MS = 1_000;

/**
 * Budgets over time. What is spent is counted in memory, so that no request waits for it; each second a gateway tells the
 * ledger in one round trip what it has counted, and hears what all have. While the ledger is down each counts by itself.
 */
export class Budgets {
  readonly #limiters = new Map<HolderKind, RateLimiterMemory>();
  readonly #holders = new Set<string>();
  #untold = new Map<string, number>();
  #told: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];

  /** @param key holders are hashed with it before the ledger hears of them. */
  constructor(
    private readonly plan: BudgetPlan,
    private readonly ledger: BudgetLedger,
    private readonly key: Uint8Array,
  ) {
    for (const kind of HOLDERS) {
      const points = plan.points[kind];
      if (points === null) continue;
      const duration = plan.windowSeconds;
      this.#limiters.set(kind, new RateLimiterMemory({ points, duration, keyPrefix: kind }));
    }
  }

  /** Whether anybody has a budget. */
  get any(): boolean {
    return this.#limiters.size > 0;
  }

  /** Begins telling the ledger. */
  start(): void {
    if (!this.any) return;
    const forget = () => {
      this.#holders.clear();
      this.ledger.forget().catch(() => undefined);
    };
    this.#timers = [
      setInterval(() => void this.tell(), TELL_MS),
      setInterval(forget, this.plan.windowSeconds * 1_000),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#told;
  }

  /**
   * Takes what a request is to cost from the budgets of all who pay for it, or from none.
   *
   * @returns how the budgets stand that there are; `short` is the one that does not suffice.
   */
  async take(holders: Holders, cost: number): Promise<{ standings: Standing[]; short: Standing | null }> {
    const standings = await this.#add(holders, cost);
    // What is left may be too little and no less than 0: it is told by how much was taken.
    const short = standings.find(({ taken, limit }) => taken > limit) ?? null;
    if (!short) return { standings, short };
    const back = await this.#add(holders, -cost);
    return { standings: back, short: back.find(({ of }) => of === short.of) ?? short };
  }

  /** Gives back what was taken beyond what a request has cost, or takes what is missing. */
  async settle(holders: Holders, taken: number, cost: number): Promise<Standing[]> {
    return this.#add(holders, cost - taken);
  }

  /** Tells the ledger what was spent since the last time; once at a time. */
  tell(): Promise<void> {
    return (this.#told ??= this.#tell().finally(() => (this.#told = undefined)));
  }

  async #tell(): Promise<void> {
    const untold = [...this.#untold];
    this.#untold = new Map();
    if (untold.length === 0) return;
    const names = new Map(untold.map(([name]) => [this.#hashed(name), name]));
    const windowSeconds = this.plan.windowSeconds;
    const spendings = untold.map(([name, points]) => ({ holder: this.#hashed(name), points, windowSeconds }));
    try {
      for (const { holder, points, secondsLeft } of await this.ledger.add(spendings)) {
        const name = names.get(holder);
        if (name !== undefined) await this.#learn(name, points, secondsLeft);
      }
    } catch {
      // Counted here, and told to nobody: who has spent it elsewhere is found there.
    }
  }

  /** Takes over what all gateways have counted, and what was spent here meanwhile. */
  async #learn(name: string, points: number, secondsLeft: number): Promise<void> {
    const [kind = "", id = ""] = splitOnce(name);
    const spent = points + (this.#untold.get(name) ?? 0);
    if (secondsLeft > 0) await this.#limiters.get(kind as HolderKind)?.set(id, spent, secondsLeft);
  }

  async #add(holders: Holders, points: number): Promise<(Standing & { taken: number })[]> {
    const standings: (Standing & { taken: number })[] = [];
    for (const [of, limiter] of this.#limiters) {
      const holder = holders[of];
      if (holder === undefined) continue;
      const id = this.#known(of, holder);
      const { consumedPoints: taken, remainingPoints, msBeforeNext } = await limiter.penalty(id, points);
      // Given back after the window that it was taken from: nobody gets more than a whole budget by that.
      if (taken < 0) await limiter.delete(id);
      else this.#spend(`${of} ${id}`, points);
      const remaining = Math.floor(Math.min(remainingPoints, limiter.points));
      const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
      const { windowSeconds } = this.plan;
      standings.push({ of, limit: limiter.points, remaining, windowSeconds, resetSeconds, taken });
    }
    return standings;
  }

  #spend(name: string, points: number): void {
    this.#untold.set(name, (this.#untold.get(name) ?? 0) + points);
  }

  /** The holder's own name, or that of the crowd where there are too many. */
  #known(of: HolderKind, holder: string): string {
    const name = `${of} ${holder}`;
    if (this.#holders.has(name)) return holder;
    if (this.#holders.size >= MOST_HOLDERS) return OTHERS;
    this.#holders.add(name);
    return holder;
  }

  #hashed(name: string): string {
    return createHmac("sha256", this.key).update(`costs ${name}`).digest("base64url").slice(0, 27);
  }
}

function splitOnce(name: string): string[] {
  const at = name.indexOf(" ");
  return [name.slice(0, at), name.slice(at + 1)];
}
