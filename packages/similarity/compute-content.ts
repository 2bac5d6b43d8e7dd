import { EdgeList, Strongest, type Edges } from "./strongest.js";

/** What is known of a title without anyone having watched it. */
export interface TitleContent {
  id: string;
  genres: string[];
  tags: string[];
  people: string[];
  studio: string | null;
  releaseYear: number | null;
}

/** How much a shared feature of each kind counts, before its rarity. */
const IMPORTANCE = { genre: 1, tag: 1, person: 1.2, studio: 0.6, years: 0.4 };
/** Titles released within the same span of this many years share a feature. */
const YEAR_SPAN = 5;
/** Titles looked at per feature of a title: of a longer list, those released closest to it. */
const WINDOW = 128;
/** Candidates whose similarity is computed exactly, as a multiple of the neighbours kept. */
const CANDIDATES = 3;

/** Titles as sparse vectors, in order of release, and for each feature the titles that have it. */
interface Features {
  /** Position in the input of each row. */
  order: number[];
  /** The features of row `r` are `features[offsets[r] … offsets[r + 1] - 1]`, ascending. */
  offsets: Uint32Array;
  features: Uint32Array;
  /** Beside `features`: their parts of a vector of length 1. */
  values: Float64Array;
  /** Rows of a feature, ascending. */
  postings: number[][];
}

/**
 * Finds the titles most alike in genres, tags, people, studio and time of release: cosine between TF-IDF vectors.
 *
 * Candidates come from an inverted index that looks at a bounded number of titles a feature, so time grows with the
 * number of titles and not with its square; what is lost are titles that share only very common features and were
 * released far apart.
 *
 * @returns per title (as `to`, in the order of the input) its up to `neighbours` most similar titles, strongest
 *   first, with weights in (0, 1]; 1 means the same features.
 */
export function computeContent(titles: readonly TitleContent[], neighbours: number): Edges {
  const index = buildFeatures(titles);
  const score = new Float64Array(titles.length);
  const touched = new Uint32Array(titles.length);
  const candidates = new Strongest(neighbours * CANDIDATES);
  const nearest = new Strongest(neighbours);
  const edges = new EdgeList();
  const rowOf = new Uint32Array(titles.length);
  index.order.forEach((title, row) => (rowOf[title] = row));
  for (let to = 0; to < titles.length; to++) {
    const row = rowOf[to]!;
    const found = scoreAround(index, row, score, touched);
    for (let i = 0; i < found; i++) {
      const other = touched[i]!;
      if (other !== row) candidates.offer(other, score[other]!);
      score[other] = 0;
    }
    candidates.empty((other) => nearest.offer(index.order[other]!, cosine(index, row, other)));
    nearest.drain(edges, to, (from) => from);
  }
  return edges.take();
}

/** Adds up what the rows near `row` share with it; answers how many rows were touched. */
function scoreAround(index: Features, row: number, score: Float64Array, touched: Uint32Array): number {
  let found = 0;
  for (let i = index.offsets[row]!; i < index.offsets[row + 1]!; i++) {
    const posting = index.postings[index.features[i]!]!;
    const start = windowStart(posting, row);
    const end = Math.min(posting.length, start + WINDOW);
    const value = index.values[i]!;
    for (let at = start; at < end; at++) {
      const other = posting[at]!;
      if (score[other] === 0) touched[found++] = other;
      score[other]! += value * value;
    }
  }
  return found;
}

/** Where the window of a list of rows that contains `row` starts, with `row` in its middle where possible. */
function windowStart(posting: number[], row: number): number {
  if (posting.length <= WINDOW) return 0;
  let low = 0;
  let high = posting.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (posting[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, Math.min(low - WINDOW / 2, posting.length - WINDOW));
}

function cosine({ offsets, features, values }: Features, a: number, b: number): number {
  const endA = offsets[a + 1]!;
  const endB = offsets[b + 1]!;
  let sum = 0;
  for (let i = offsets[a]!, j = offsets[b]!; i < endA && j < endB;) {
    const difference = features[i]! - features[j]!;
    if (difference === 0) sum += values[i++]! * values[j++]!;
    else if (difference < 0) i++;
    else j++;
  }
  return Math.min(1, sum);
}

function buildFeatures(titles: readonly TitleContent[]): Features {
  const year = (title: number): number => titles[title]!.releaseYear ?? 0;
  const order = titles.map((_, title) => title).sort((a, b) => year(a) - year(b) || a - b);
  const ids = new Map<string, number>();
  const importance: number[] = [];
  const postings: number[][] = [];
  const perRow = order.map((title, row) => {
    const features = new Set<number>();
    for (const [name, weight] of featuresOf(titles[title]!)) {
      let id = ids.get(name);
      if (id === undefined) {
        id = postings.push([]) - 1;
        ids.set(name, id);
        importance.push(weight);
      }
      if (!features.has(id)) postings[id]!.push(row);
      features.add(id);
    }
    return Uint32Array.from(features).sort();
  });
  const weights = postings.map(
    (posting, id) => importance[id]! * Math.log(1 + titles.length / posting.length),
  );
  return { order, postings, ...unitVectors(perRow, weights) };
}

/** Joins the rows into one array and scales each to a vector of length 1. */
function unitVectors(
  rows: Uint32Array[],
  weights: number[],
): Pick<Features, "offsets" | "features" | "values"> {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (offsets[i + 1] = offsets[i]! + row.length));
  const features = new Uint32Array(offsets[rows.length]!);
  const values = new Float64Array(features.length);
  rows.forEach((row, i) => {
    const parts = Array.from(row, (feature) => weights[feature]!);
    const length = Math.hypot(...parts);
    features.set(row, offsets[i]);
    values.set(
      parts.map((part) => part / length),
      offsets[i],
    );
  });
  return { offsets, features, values };
}

/** The features of a title, as names that differ between kinds, and their importance. */
function featuresOf(title: TitleContent): [name: string, importance: number][] {
  const named = (kind: keyof typeof IMPORTANCE, names: string[]): [string, number][] =>
    names.map((name) => [`${kind}:${name.trim().toLowerCase()}`, IMPORTANCE[kind]]);
  return [
    ...named("genre", title.genres),
    ...named("tag", title.tags),
    ...named("person", title.people),
    ...named("studio", title.studio === null ? [] : [title.studio]),
    ...named("years", title.releaseYear === null ? [] : [String(Math.floor(title.releaseYear / YEAR_SPAN))]),
  ];
}
