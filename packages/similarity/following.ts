import { type Watches } from "./interactions.js";
import { EdgeList, Strongest, type Edges } from "./strongest.js";

/** How many of the next watches of a profile follow one, and what each counts for more than the one behind it. */
const NEXT = 3;
const FADING = 0.7;
/** Added to how often titles follow at all: of two pairs of one part, the one that was seen more often is the stronger. */
const SHRINK = 2;
/** What fewer profiles have done than this is not learned from. */
const PROFILES = 2;

/** The titles that profiles have watched, in the order in which they began to, those of one profile together. */
interface Sequences {
  offsets: Uint32Array;
  items: Uint32Array;
}

/** What followed each title, grouped by it: that of title `t` is at the places `starts[t] … starts[t + 1] - 1`. */
interface Followers {
  starts: Uint32Array;
  to: Uint32Array;
  counts: Float32Array;
}

/**
 * What was watched soon after each title: of all that followed it the part that each other one is, by the cosine of both
 * totals, shrunk. A first-order Markov chain over the sequences, with a window; Rendle, Freudenthaler, Schmidt-Thieme,
 * "Factorizing Personalized Markov Chains for Next-Basket Recommendation", WWW 2010, has such a chain beside what a
 * profile likes as well. Time and memory are linear in the watches.
 *
 * @param limit edges that leave a title at most.
 * @returns weights in (0, 1), by start ascending; nothing where it is not known when anything was watched.
 */
export function computeFollowing(input: Watches, limit: number): Edges {
  const edges = new EdgeList();
  if (!input.at) return edges.take();
  const titles = input.items.length;
  const followers = followersIn(sequencesOf(input, input.at), titles);
  const totals = totalsOf(followers, titles);
  const counts = new Float64Array(titles);
  const profiles = new Uint32Array(titles);
  const strongest = new Strongest(limit);
  for (let from = 0; from < titles; from++) {
    const own = { start: followers.starts[from]!, end: followers.starts[from + 1]! };
    for (let at = own.start; at < own.end; at++) {
      counts[followers.to[at]!]! += followers.counts[at]!;
      profiles[followers.to[at]!]! += 1;
    }
    const weigh = (to: number) => counts[to]! / (Math.sqrt(totals.from[from]! * totals.to[to]!) + SHRINK);
    const ends = new Set(followers.to.subarray(own.start, own.end));
    for (const to of ends) if (profiles[to]! >= PROFILES) strongest.offer(to, weigh(to));
    for (const to of strongest.take()) edges.push(from, to, weigh(to));
    for (const to of ends) [counts[to], profiles[to]] = [0, 0];
  }
  return edges.take();
}

function sequencesOf({ users, offsets, itemIndex }: Watches, times: Uint32Array): Sequences {
  const items = new Uint32Array(itemIndex.length);
  for (let user = 0; user < users; user++) {
    const start = offsets[user]!;
    const places = Uint32Array.from({ length: offsets[user + 1]! - start }, (_, n) => start + n);
    places.sort((a, b) => times[a]! - times[b]! || a - b);
    places.forEach((place, n) => (items[start + n] = itemIndex[place]!));
  }
  return { offsets, items };
}

function followersIn(sequences: Sequences, titles: number): Followers {
  const starts = new Uint32Array(titles + 1);
  forEachPair(sequences, (from) => (starts[from + 1]! += 1));
  for (let title = 0; title < titles; title++) starts[title + 1]! += starts[title]!;
  const next = starts.slice();
  const to = new Uint32Array(starts[titles]!);
  const counts = new Float32Array(starts[titles]!);
  forEachPair(sequences, (from, end, behind) => {
    const place = next[from]!++;
    to[place] = end;
    counts[place] = FADING ** behind;
  });
  return { starts, to, counts };
}

/** @param visit told of each title and one that followed it, and how many came between. */
function forEachPair(
  { offsets, items }: Sequences,
  visit: (from: number, to: number, behind: number) => void,
): void {
  for (let user = 0; user + 1 < offsets.length; user++) {
    const end = offsets[user + 1]!;
    for (let at = offsets[user]!; at < end; at++)
      for (let behind = 0; behind < NEXT && at + 1 + behind < end; behind++)
        visit(items[at]!, items[at + 1 + behind]!, behind);
  }
}

/** How often each title was followed, and how often it followed. */
function totalsOf({ starts, to, counts }: Followers, titles: number) {
  const totals = { from: new Float64Array(titles), to: new Float64Array(titles) };
  for (let from = 0; from < titles; from++) {
    for (let at = starts[from]!; at < starts[from + 1]!; at++) {
      totals.from[from]! += counts[at]!;
      totals.to[to[at]!]! += counts[at]!;
    }
  }
  return totals;
}
