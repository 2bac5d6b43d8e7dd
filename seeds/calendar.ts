import { type Random } from "./random.js";
import { WeightedTable } from "./weighted-table.js";

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** Days of viewing before `until`. */
export const DAYS = 60;

/** Share of viewing by day of the week, Sunday first. */
const WEEK = [1.35, 0.8, 0.8, 0.85, 0.95, 1.3, 1.5];
/** Share of viewing by hour of the local day. */
const HOURS = [3, 1, 1, 0.5, 0.5, 0.5, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4, 5, 6, 8, 11, 14, 14, 11, 7];
const CHILD_HOURS = HOURS.map((share, hour) => (hour < 7 || hour > 20 ? 0 : hour < 19 ? share + 3 : 4));

/** Draws when people watch: later days more than earlier ones, weekends more than weekdays, evenings most. */
export class Calendar {
  /** The period. Milliseconds since 1970; `until` is exclusive. */
  readonly from: number;
  private readonly days: WeightedTable;
  private readonly hours = new WeightedTable(Float64Array.from(HOURS));
  private readonly childHours = new WeightedTable(Float64Array.from(CHILD_HOURS));

  constructor(readonly until: number) {
    this.from = until - DAYS * DAY;
    this.days = new WeightedTable(
      Float64Array.from({ length: DAYS }, (_, day) => {
        const weekday = new Date(this.from + day * DAY).getUTCDay();
        return (0.4 + 0.6 * (day / DAYS) ** 1.5) * (WEEK[weekday] ?? 1);
      }),
    );
  }

  /** An instant of the period at a likely local hour. `utcOffset` in hours. */
  draw(random: Random, utcOffset: number, child: boolean): number {
    return this.onDay(random, this.days.draw(random), utcOffset, child);
  }

  /** An instant on this day of the period, counted from its first. */
  onDay(random: Random, day: number, utcOffset: number, child: boolean): number {
    const hour = (child ? this.childHours : this.hours).draw(random) + random.next();
    return this.within(this.from + day * DAY + Math.floor((hour - utcOffset) * HOUR));
  }

  /** The same time of day on the nearest day of the period. */
  private within(instant: number): number {
    if (instant >= this.until) return instant - Math.ceil((instant - this.until + 1) / DAY) * DAY;
    if (instant < this.from) return instant + Math.ceil((this.from - instant) / DAY) * DAY;
    return instant;
  }
}
