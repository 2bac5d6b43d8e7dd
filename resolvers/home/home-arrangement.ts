import { type Candidates, type Collected } from "./home-candidates.js";
import { type HomeEntry, type HomeRowPlan, SMALLEST_ROW } from "./home-row.js";
import { rowValue, type TitleValue } from "./home-value.js";

/** The rows that no title stands on twice: what is seen without looking further. */
export const FIRST_ROWS = 5;
/** The latest place of the watchlist, from 1. */
const WATCHLIST_BY = 4;
/** Titles of a row that are shown before one asks for more; where there are few, they are shared out among the first rows. */
const SHOWN = 20;

/**
 * Puts rows in their order: what goes on first, then the row of most value at each place, by what those above do not show
 * yet. On the first rows no title stands twice, two rows built on watches do not follow each other, and the watchlist is
 * among the first four. What editors put together stands at its place, behind those two. A chart is whole: it is among the
 * first rows where no title of it stands there already, or was watched or is not for the profile, and behind them else.
 *
 * @param unsuggested what was begun or rated, and what is not for the profile.
 */
export function arranged(
  candidates: Candidates,
  valueOf: TitleValue,
  unsuggested: ReadonlySet<string>,
): HomeRowPlan[] {
  return new Page(candidates, valueOf, unsuggested).rows();
}

class Page {
  readonly #rows: HomeRowPlan[] = [];
  /** Titles that stand at the beginning of a row above, or will for certain. */
  readonly #shown = new Set<string>();
  /** Titles at the beginning of each row. */
  readonly #heads = new Map<string, ReadonlySet<string>>();
  readonly #left: Set<HomeRowPlan>;
  /** What editors put together, with the titles that are kept for it on the first rows. */
  readonly #collections: Collected[];
  readonly #headSize: number;

  constructor(
    private readonly candidates: Candidates,
    private readonly valueOf: TitleValue,
    private readonly unsuggested: ReadonlySet<string>,
  ) {
    const { continueWatching, watchlist, chart, suggested } = candidates;
    for (const { titleId } of [...continueWatching.entries, ...watchlist.entries]) this.#shown.add(titleId);
    this.#collections = candidates.collections.map((collected) => this.#keptFor(collected));
    this.#left = new Set([watchlist, chart, ...suggested].filter(({ entries }) => entries.length > 0));
    const fresh = new Set(suggested.flatMap((row) => this.#fresh(row).map(({ titleId }) => titleId)));
    this.#headSize = Math.min(SHOWN, Math.max(SMALLEST_ROW, Math.floor(fresh.size / FIRST_ROWS)));
  }

  rows(): HomeRowPlan[] {
    const { continueWatching, rest, suggested } = this.candidates;
    if (continueWatching.entries.length > 0) this.#put(continueWatching);
    for (let next = this.#next(); next; next = this.#next()) this.#put(next);
    const isBare = !this.#rows.some((row) => row.kind === "TOP_10" || suggested.includes(row));
    if (isBare && this.#fresh(rest).length > 0) this.#put(rest);
    return this.#withoutRepeats();
  }

  /** The row for the next place; undefined where none is left that may stand there. */
  #next(): HomeRowPlan | undefined {
    const { watchlist, chart } = this.candidates;
    if (this.#rows.length === WATCHLIST_BY - 1 && this.#left.has(watchlist)) return watchlist;
    const due = this.#collected(this.#rows.length + 1);
    if (due) return due;
    if (this.#rows.length >= FIRST_ROWS && this.#left.has(chart)) return chart;
    return this.#best() ?? this.#collected(Infinity);
  }

  /** Of a collection among the first rows, what is on no shelf and in no other; nothing else is to show that. */
  #keptFor({ row, place }: Collected): Collected {
    if (place > FIRST_ROWS) return { row, place };
    const own = { ...row, entries: this.#fresh(row) };
    for (const { titleId } of own.entries) this.#shown.add(titleId);
    return { row: own, place };
  }

  /** The next collection that stands at a place or before; none without titles. */
  #collected(place: number): HomeRowPlan | undefined {
    while (this.#collections[0] && this.#collections[0].place <= place) {
      const [{ row, place: wanted }] = this.#collections.splice(0, 1) as [Collected];
      const isKept = wanted <= FIRST_ROWS || this.#rows.length >= FIRST_ROWS;
      const own = isKept ? row : { ...row, entries: this.#fresh(row) };
      if (own.entries.length > 0) return own;
    }
    return undefined;
  }

  #best(): HomeRowPlan | undefined {
    let best: { row: HomeRowPlan; value: number } | undefined;
    for (const row of this.#left) {
      if (!this.#mayFollow(row)) continue;
      const value = this.#value(row);
      if (!best || value > best.value) best = { row, value };
    }
    return best?.row;
  }

  #value(row: HomeRowPlan): number {
    const titles = row.kind === "WATCHLIST" ? row.entries : this.#fresh(row);
    const above = this.#rows.filter(({ kind }) => kind === row.kind).length;
    const ids = titles.map(({ titleId }) => titleId);
    return rowValue(row, ids, this.valueOf, above);
  }

  /** Whether a row may stand below those that are there. */
  #mayFollow(row: HomeRowPlan): boolean {
    if (row.kind === "WATCHLIST") return true;
    if (row.kind === "BECAUSE_YOU_WATCHED" && this.#rows.at(-1)?.kind === row.kind) return false;
    const fresh = this.#fresh(row);
    if (row.kind !== "TOP_10") return fresh.length >= SMALLEST_ROW;
    const isWhole =
      fresh.length === row.entries.length && !fresh.some(({ titleId }) => this.unsuggested.has(titleId));
    return isWhole || this.#rows.length >= FIRST_ROWS;
  }

  #fresh({ entries }: HomeRowPlan): HomeEntry[] {
    return entries.filter(({ titleId }) => !this.#shown.has(titleId));
  }

  #put(row: HomeRowPlan): void {
    const isWhole = !this.candidates.suggested.includes(row);
    const head = (isWhole ? row.entries : this.#fresh(row).slice(0, this.#headSize)).map(
      ({ titleId }) => titleId,
    );
    for (const id of head) this.#shown.add(id);
    this.#heads.set(row.id, new Set(head));
    this.#left.delete(row);
    this.#rows.push(row);
  }

  /** The rows with the titles that are theirs: of the first ones, each title is on the row that shows it first. */
  #withoutRepeats(): HomeRowPlan[] {
    const first = this.#rows.slice(0, FIRST_ROWS);
    const taken = new Set(first.flatMap(({ id }) => [...(this.#heads.get(id) ?? [])]));
    for (const { entries } of [this.candidates.continueWatching, this.candidates.watchlist])
      for (const { titleId } of entries) taken.add(titleId);
    const own = first.map((row) => ({
      ...row,
      entries: row.entries.filter((entry) => this.#takes(row, entry, taken)),
    }));
    return [...own, ...this.#rows.slice(FIRST_ROWS)];
  }

  #takes({ id }: HomeRowPlan, { titleId }: HomeEntry, taken: Set<string>): boolean {
    const isOwn = this.#heads.get(id)?.has(titleId) ?? false;
    if (!isOwn && taken.has(titleId)) return false;
    taken.add(titleId);
    return true;
  }
}
