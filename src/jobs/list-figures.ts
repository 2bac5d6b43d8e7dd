/** How many titles of a list are looked at. */
export const CUT = 10;

/** A figure and the 95 % interval around it. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
}

/** What is told of a way to recommend. */
export interface ListFigures {
  /** Held-out titles among the first ten, of all that were held out. */
  recall: Estimate;
  /** Binary gain, discounted by log2(rank + 1), of the best that so many held-out titles allow (Järvelin and Kekäläinen, 2002). */
  ndcg: Estimate;
  /** Titles that somebody is shown, of all that are offered. */
  coverage: Estimate;
  /** Bits that a shown title tells, −log2 of the part of profiles that watched it (Vargas and Castells, RecSys 2011). */
  novelty: Estimate;
  /** How unlike the titles of a list are, a pair on the average: 1 − what two share of their genres (Smyth and McClave, 2001). */
  diversity: Estimate;
}

/** A list that one profile is shown, at most the first ten, and what would have been right. */
export interface JudgedList {
  list: readonly string[];
  held: ReadonlySet<string>;
}

/** What is known of titles. */
export interface TitleKnowledge {
  /** Titles that may be offered. */
  offered: number;
  /** Profiles that are learned from, and how many of them watched a title. */
  profiles: number;
  viewersOf: (titleId: string) => number;
  genresOf: (titleId: string) => ReadonlySet<string>;
}

/**
 * Figures over profiles, each of which counts the same. Intervals are normal ones around the value, by the jackknife over
 * profiles (Efron and Stein, The Annals of Statistics 9, 1981), which for a mean is its standard error and does not see
 * too few titles, as resampling with repetition would for coverage.
 */
export function figuresOf(lists: readonly JudgedList[], known: TitleKnowledge): ListFigures {
  const mean = (of: (list: JudgedList) => number) => meanOf(lists.map(of));
  return {
    recall: mean(({ list, held }) => list.filter((title) => held.has(title)).length / held.size),
    ndcg: mean(ndcgOf),
    coverage: coverageOf(lists, known.offered),
    novelty: mean(({ list }) => average(list.map((title) => surprise(title, known)))),
    diversity: mean(({ list }) => diversityOf(list, known)),
  };
}

function ndcgOf({ list, held }: JudgedList): number {
  const gain = discounted(list.map((title) => held.has(title)));
  return gain / discounted(Array.from({ length: Math.min(CUT, held.size) }, () => true));
}

/** The gain of a list, the less the further down a hit stands (Järvelin and Kekäläinen, ACM TOIS 20, 2002). */
export function discounted(hits: readonly boolean[]): number {
  return hits.reduce((sum, hit, rank) => sum + (hit ? 1 / Math.log2(rank + 2) : 0), 0);
}

/** What nobody watched surprises as what one did. */
function surprise(title: string, { profiles, viewersOf }: TitleKnowledge): number {
  return -Math.log2(Math.max(viewersOf(title), 1) / profiles);
}

/** Titles without genres share none. */
function diversityOf(list: readonly string[], { genresOf }: TitleKnowledge): number {
  const genres = list.map(genresOf);
  const pairs = genres.flatMap((one, at) => genres.slice(at + 1).map((other) => 1 - sharedPart(one, other)));
  return average(pairs);
}

function sharedPart(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((genre) => other.has(genre)).length;
  return shared === 0 ? 0 : shared / (one.size + other.size - shared);
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function meanOf(values: readonly number[]): Estimate {
  const sum = values.reduce((all, value) => all + value, 0);
  const without = values.map((value) => (sum - value) / Math.max(values.length - 1, 1));
  return around(average(values), without);
}

/** Without a profile those titles are missing that nobody else is shown. */
function coverageOf(lists: readonly JudgedList[], offered: number): Estimate {
  const shown = new Map<string, number>();
  for (const title of lists.flatMap(({ list }) => list)) shown.set(title, (shown.get(title) ?? 0) + 1);
  const part = (titles: number) => titles / Math.max(offered, 1);
  const alone = ({ list }: JudgedList) => list.filter((title) => shown.get(title) === 1).length;
  return around(
    part(shown.size),
    lists.map((list) => part(shown.size - alone(list))),
  );
}

/** @param without the figure without each profile in turn. */
function around(value: number, without: readonly number[]): Estimate {
  const middle = average(without);
  const spread = without.reduce((sum, each) => sum + (each - middle) ** 2, 0);
  const error = Math.sqrt((spread * (without.length - 1)) / Math.max(without.length, 1));
  return { value, low: value - NORMAL * error, high: value + NORMAL * error };
}

/** Half of 95 % of a normal distribution lie between its mean and so many standard deviations. */
const NORMAL = 1.959964;
