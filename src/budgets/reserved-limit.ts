import { type Limit, type LimitRule, type Limits } from "../../datasources/budgets/limits.js";

/** For how long a network is no newcomer any more once it has come as often as newcomers may. Seconds. */
const NEWCOMER_SECONDS = 3_600;

/** A point that was taken: of which limit, and as whom. */
export type Held = readonly [limit: Limit, holder: string];

/** How a limit is shared out. */
export interface ReservedRule extends LimitRule {
  /** Points of it that networks share which are no newcomers. */
  part: number;
  /** How often an hour a network is a newcomer. */
  newcomer: number;
}

/**
 * A limit that those who come again and again cannot use up: they share a part of it, and the rest is for networks that
 * have not come often within the hour. Only who has many networks, and new ones all the time, takes all of it.
 */
export class ReservedLimit {
  readonly #whole: Limit;
  readonly #part: Limit;
  readonly #newcomers: Limit;

  constructor(limits: Limits, { name, points, windowSeconds, part, newcomer }: ReservedRule) {
    this.#whole = limits.limit({ name, points, windowSeconds });
    this.#part = limits.limit({ name: `${name}-part`, points: part, windowSeconds });
    this.#newcomers = limits.limit({
      name: `${name}-newcomers`,
      points: newcomer,
      windowSeconds: NEWCOMER_SECONDS,
    });
  }

  /**
   * @param holder what is limited.
   * @param network who comes.
   * @returns what was taken; null where nothing is left, and then nothing is.
   */
  async take(holder: string, network: string): Promise<Held[] | null> {
    if (this.isUsedUp(holder, network)) return null;
    const first = (await taken(this.#newcomers, `${holder} ${network}`)) ?? (await taken(this.#part, holder));
    if (!first) return null;
    const whole = await taken(this.#whole, holder);
    if (whole) return [...first, ...whole];
    await giveBack(first);
    return null;
  }

  /** Whether nothing is left to somebody of a network, as far as is known without asking. */
  isUsedUp(holder: string, network: string): boolean {
    if (this.#whole.isUsedUp(holder)) return true;
    return this.#part.isUsedUp(holder) && this.#newcomers.isUsedUp(`${holder} ${network}`);
  }
}

/** A point of a limit; null where none is left. */
export async function taken(limit: Limit, holder: string): Promise<Held[] | null> {
  return (await limit.take(holder)) ? [[limit, holder]] : null;
}

/** Gives points back that were taken. */
export async function giveBack(held: readonly Held[]): Promise<void> {
  await Promise.all(held.map(([limit, holder]) => limit.giveBack(holder)));
}
