import { setTimeout as sleep } from "node:timers/promises";

import { ifAnswered } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";
import { type OldestTransaction, type Outbox, type TargetFollowing } from "../outbox/outbox.js";

/** Told while a tenant's projections catch up. */
export interface DrainListener {
  /**
   * The share that is done, in [0, 1], how many events are left, and what has to end before they can be followed, where
   * something has.
   */
  onProjecting?: (fraction: number, left: number, waitsFor: string | null) => void;
  /** A target is left to itself, and why: it follows later. */
  onBehind?: (line: string) => void;
}

/** How long a target is waited for. Milliseconds. */
export interface CatchUpPatience {
  /** While it has events that it could pass and passes none; and while PostgreSQL does not say where it stands. */
  stuckMs: number;
  /** While all that it has not passed waits for older transactions to end. */
  heldMs: number;
}

/** A dump of a database may take longer than that; what waits for one is followed when it has ended. */
export const CATCH_UP_PATIENCE: CatchUpPatience = { stuckMs: 15_000, heldMs: 10 * 60_000 };

/** Time between two looks: a tenth of what has been waited, within these bounds. Milliseconds. */
const SHORTEST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 1_000;
/** How often what is left is counted: after so many times what counting took last. It costs all that is left. */
const COUNT_PAUSE = 10;

/** Since when a target has stood where it stands. */
interface Stand {
  place: string;
  held: boolean;
  since: number;
}

/** The wait until a tenant's projections have followed what it has written, or no longer get on. */
export class CatchUp {
  readonly #begun = performance.now();
  readonly #stands = new Map<string, Stand>();
  /** When PostgreSQL last said where the targets stand. */
  #answered = this.#begun;
  #most = 0;
  #left = 0;
  #countAgain = this.#begun;

  constructor(
    private readonly outbox: Pick<Outbox, "following" | "lag" | "oldestTransaction">,
    private readonly tenant: Tenant,
    private readonly listener: DrainListener,
    private readonly patience: CatchUpPatience,
  ) {}

  /** Resolves when no target has events of the tenant before it, or is worth waiting for. */
  async wait(): Promise<void> {
    for (;;) {
      const behind = await this.#behind();
      if (behind?.length === 0) return this.#end();
      if (behind === null && performance.now() - this.#answered >= this.patience.stuckMs)
        return this.listener.onBehind?.(
          "How far the projections have followed cannot be said, because PostgreSQL does not answer in time; they follow by themselves.",
        );
      if (behind && !behind.some((each) => this.#mayMove(each))) return this.#giveUp(behind);
      if (behind) await this.#tell(behind);
      const waited = performance.now() - this.#begun;
      await sleep(Math.min(LONGEST_LOOK_MS, Math.max(SHORTEST_LOOK_MS, waited / 10)));
    }
  }

  /** The targets that have something before them; null where PostgreSQL does not say: what was written is written. */
  async #behind(): Promise<TargetFollowing[] | null> {
    const found = await ifAnswered(this.outbox.following(this.tenant));
    if (!found) return null;
    this.#answered = performance.now();
    for (const { target, place, held } of found) {
      const stand = this.#stands.get(target);
      if (stand?.place !== place || stand.held !== held)
        this.#stands.set(target, { place, held, since: this.#answered });
    }
    return found.filter(({ behind }) => behind);
  }

  #mayMove({ target, held }: TargetFollowing): boolean {
    const since = this.#stands.get(target)?.since ?? this.#answered;
    return performance.now() - since < (held ? this.patience.heldMs : this.patience.stuckMs);
  }

  async #tell(behind: readonly TargetFollowing[]): Promise<void> {
    const { onProjecting } = this.listener;
    if (!onProjecting) return;
    await this.#count();
    const waitsFor = behind.every(({ held }) => held) ? await this.#holder() : null;
    if (this.#most > 0) onProjecting(1 - this.#left / this.#most, this.#left, waitsFor);
  }

  /** How much is left, as it was counted last; where it cannot be counted in time, nobody waits for that. */
  async #count(): Promise<void> {
    const started = performance.now();
    if (started < this.#countAgain) return;
    const lags = await ifAnswered(this.outbox.lag(this.tenant));
    if (lags) this.#left = lags.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
    this.#most = Math.max(this.#most, this.#left);
    const ended = performance.now();
    this.#countAgain = ended + COUNT_PAUSE * (ended - started);
  }

  /** What has to end, in words. */
  async #holder(): Promise<string | null> {
    const oldest = await ifAnswered(this.outbox.oldestTransaction(this.tenant));
    return oldest && inWords(oldest);
  }

  #end(): void {
    if (this.#most > 0) this.listener.onProjecting?.(1, 0, null);
  }

  async #giveUp(behind: readonly TargetFollowing[]): Promise<void> {
    const { onBehind } = this.listener;
    if (!onBehind) return;
    const lags = await ifAnswered(this.outbox.lag(this.tenant));
    const holder = behind.some(({ held }) => held) ? await this.#holder() : null;
    for (const { target, held } of behind) {
      const events = lags?.find((lag) => lag.target === target)?.lagEvents;
      const much = events === undefined ? "" : ` ${events.toLocaleString("en")} events`;
      const why = held
        ? `; it follows when ${holder ?? "an older transaction"} has ended.`
        : "; it follows when its store is back.";
      onBehind(`${target} is${much} behind${why}`);
    }
  }
}

function inWords({ pid, name }: OldestTransaction): string {
  if (pid === null) return `the prepared transaction "${name}"`;
  return `the transaction of process ${pid}${name === "" ? "" : ` ("${name}")`}`;
}
