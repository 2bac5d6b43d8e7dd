import { type Calendar } from "./calendar.js";
import { COUNTRIES } from "./countries.js";
import { DEVICES, type EventLine } from "../importer/lines.js";
import { type Random } from "./random.js";
import { interestIn, type TasteTables } from "./tastes.js";
import { type TitleFacts } from "./title-facts.js";
import { affinity, TRAITS } from "./traits.js";
import { type Viewer } from "./viewers.js";

const DAY = 86_400_000;
/** Draws of a title before the viewer takes the last one that is allowed. */
const TRIES = 40;
const CIRCLE_SHARE = 0.62;
const VISIT_SHARE = 0.14;
const REWATCH_SHARE = 0.03;
const RATING_SHARE = 0.14;

/** One sitting, before it has an id. */
interface Sitting {
  title: number;
  at: number;
  seconds: number;
  completed: boolean;
  rating?: number;
}

/** A watch that is laid down rather than drawn: which title, how long ago, whether to the end. */
export interface PinnedWatch {
  title: number;
  /** Days before the end of the period. */
  daysAgo: number;
  completed: boolean;
  rating?: number;
}

/** Everything that the viewing of a tenant is drawn from. */
export class Viewing {
  constructor(
    readonly facts: TitleFacts,
    readonly tables: TasteTables,
    readonly calendar: Calendar,
  ) {}

  /** Exactly `quota` sittings of one viewer in order of time, the pinned ones among them. */
  events(viewer: Viewer, quota: number, random: Random, pinned: readonly PinnedWatch[] = []): EventLine[] {
    const seen = new Set<number>();
    const sittings: Sitting[] = [];
    for (const watch of pinned.slice(0, quota)) {
      seen.add(watch.title);
      sittings.push(this.pin(watch, random));
    }
    while (sittings.length < quota) {
      const at = this.calendar.draw(random, this.offset(viewer), isChild(viewer));
      const title = this.choose(viewer, at, seen, random);
      if (title === null) break;
      seen.add(title);
      this.watch(viewer, title, at, quota, sittings, random);
    }
    sittings.sort((a, b) => a.at - b.at);
    const device = random.pick(DEVICES);
    return sittings.map((sitting, index) => this.toEvent(viewer, sitting, index, device, random));
  }

  /** A title to watch at this instant that the viewer may see and, unless by chance, has not seen. Null: there is none. */
  choose(viewer: Viewer, at: number, seen: ReadonlySet<number>, random: Random): number | null {
    let last: number | null = null;
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const title = this.propose(viewer, random);
      if (title === null || !this.allowed(viewer, title, at)) continue;
      last = title;
      if (seen.has(title) && !random.chance(REWATCH_SHARE)) continue;
      if (random.next() < this.chanceOf(viewer, title)) return title;
    }
    return last ?? this.anyAllowed(viewer, at, random);
  }

  /** Whether the viewer may watch the title at this instant: territory, maturity, state, and being there at all. */
  allowed(viewer: Viewer, title: number, at: number): boolean {
    const { countries, ages, addedAt } = this.facts;
    return (
      ((countries[title] ?? 0) & (1 << viewer.country)) !== 0 &&
      (ages[title] ?? 99) <= viewer.profile.maturityLimit &&
      (addedAt[title] ?? Infinity) <= at
    );
  }

  private chanceOf(viewer: Viewer, title: number): number {
    const fit = affinity(viewer.taste, this.facts.traits, title * TRAITS);
    return inclination(fit - viewer.threshold) * interestIn(viewer.country, title);
  }

  private propose(viewer: Viewer, random: Random): number | null {
    const source = random.next();
    const table =
      source < CIRCLE_SHARE || isChild(viewer)
        ? viewer.circles[0].table
        : source < CIRCLE_SHARE + VISIT_SHARE
          ? viewer.circles[1].table
          : this.tables.countries[viewer.country];
    return !table || table.empty ? null : table.draw(random);
  }

  private anyAllowed(viewer: Viewer, at: number, random: Random): number | null {
    const first = random.below(this.facts.size);
    for (let step = 0; step < this.facts.size; step += 1) {
      const title = (first + step) % this.facts.size;
      if (this.allowed(viewer, title, at)) return title;
    }
    return null;
  }

  /** Adds the sittings of one watch: one or several, to the end or not, perhaps with a rating. */
  private watch(
    viewer: Viewer,
    title: number,
    at: number,
    quota: number,
    sittings: Sitting[],
    random: Random,
  ): void {
    const liking = affinity(viewer.taste, this.facts.traits, title * TRAITS);
    const isSeries = this.facts.series[title] === 1;
    const finishes = random.chance(isSeries ? 0.3 + 0.3 * liking : 0.62 + 0.3 * liking);
    const count = isSeries ? 1 + random.below(4) : random.chance(0.8) ? 1 : random.between(2, 3);
    const length = (this.facts.minutes[title] ?? 105) * 60;
    const part = finishes ? 0.94 + 0.06 * random.next() : 0.06 + 0.72 * random.next();
    let when = at;
    for (
      let sitting = 1;
      sitting <= count && sittings.length < quota && when < this.calendar.until;
      sitting += 1
    ) {
      const completed = finishes && sitting === count;
      const seconds = isSeries ? length * random.between(1, 3) : (length * part) / count;
      const rating = sitting === count && random.chance(RATING_SHARE) ? { rating: rate(liking, random) } : {};
      sittings.push({ title, at: when, seconds: Math.round(seconds), completed, ...rating });
      when += Math.floor((0.6 + 1.6 * random.next()) * DAY);
    }
  }

  private pin({ title, daysAgo, completed, rating }: PinnedWatch, random: Random): Sitting {
    const length = (this.facts.minutes[title] ?? 105) * 60;
    const seconds = Math.round(length * (completed ? 0.97 : 0.2 + 0.5 * random.next()));
    const at = Math.floor(this.calendar.until - (daysAgo - 0.4 * random.next()) * DAY);
    return { title, at, seconds, completed, ...(rating ? { rating } : {}) };
  }

  private toEvent(
    viewer: Viewer,
    sitting: Sitting,
    index: number,
    usual: (typeof DEVICES)[number],
    random: Random,
  ): EventLine {
    const { title, at, ...rest } = sitting;
    return {
      id: `${viewer.profile.id}-${Math.floor(this.calendar.until / DAY)}-${index}`,
      profile: viewer.profile.id,
      title: this.facts.ids[title] as string,
      at: new Date(at).toISOString(),
      ...rest,
      country: viewer.profile.country,
      device: random.chance(0.75) ? usual : random.pick(DEVICES),
    };
  }

  private offset(viewer: Viewer): number {
    return COUNTRIES[viewer.country]?.utcOffset ?? 0;
  }
}

function isChild(viewer: Viewer): boolean {
  return viewer.profile.kind === "KIDS";
}

/** Chance that a viewer who comes across a title starts it, by how far it fits better than it must (cosines). */
function inclination(surplus: number): number {
  return 1 / (1 + Math.exp(-8 * surplus));
}

/** One to five, higher for what fits. */
function rate(liking: number, random: Random): number {
  return Math.min(5, Math.max(1, Math.round(2 + 3 * liking + 0.8 * random.normal())));
}
