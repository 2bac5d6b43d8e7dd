/** Words up to this length are found by what is left of them without one letter, longer ones by an intact third. */
const SHORT = 8;
/** Letters from which on two slips are looked for. */
const TWO_SLIPS = 6;
/** Words of fewer letters have no misspellings: too many other words are as near. */
const SHORTEST = 3;
/** Edits between a long word and its misspelling that an intact third is sure to survive. */
const EDITS = 2;

/**
 * Keys under which a word is kept so that misspellings find it. Short words: the word, and the word without each of
 * its letters, of six and more without each two (the deletion neighbourhood of FastSS, Bocek et al. 2007). Long words: three parts with their place and
 * the word's length; two edits leave one part intact (the partition of Pass-Join, Li et al. 2011).
 */
export function keysOfWord(word: string): string[] {
  const letters = [...word];
  if (letters.length < SHORTEST) return [];
  if (letters.length <= SHORT) return deletionKeys(letters);
  return parts(letters.length).map(({ start, length }, part) =>
    partKey(letters.length, part, letters.slice(start, start + length).join("")),
  );
}

/** Keys under which the words are kept that the text may be a misspelling of. What they find is to be measured. */
export function keysOfMisspelling(text: string): string[] {
  const letters = [...text];
  if (letters.length < SHORTEST) return [];
  const keys = letters.length <= SHORT + EDITS ? deletionKeys(letters) : [];
  for (let length = Math.max(SHORT + 1, letters.length - EDITS); length <= letters.length + EDITS; length++) {
    keys.push(...partKeysOf(letters, length));
  }
  return keys;
}

/** How many edits a misspelling may be away: none for the shortest words, more for longer ones. */
export function reachOf(text: string): number {
  const { length } = [...text];
  if (length < SHORTEST) return 0;
  if (length < TWO_SLIPS) return 1;
  return length < 11 ? 2 : 3;
}

/** The text with each two neighbouring letters swapped: one slip of the fingers, though two edits. */
export function transpositions(text: string): string[] {
  const letters = [...text];
  const swapped = new Set<string>();
  for (let at = 0; at + 1 < letters.length; at++) {
    const [left, right] = [letters[at], letters[at + 1]];
    if (left !== right)
      swapped.add([...letters.slice(0, at), right, left, ...letters.slice(at + 2)].join(""));
  }
  return [...swapped];
}

function deletionKeys(letters: readonly string[]): string[] {
  const keys = new Set([letters.join("")]);
  letters.forEach((_, at) => {
    const rest = letters.filter((_, index) => index !== at);
    keys.add(rest.join(""));
    // Of what another letter was taken from before this one, the key is there already.
    if (letters.length < TWO_SLIPS) return;
    for (let other = at; other < rest.length; other++)
      keys.add(rest.filter((_, index) => index !== other).join(""));
  });
  return [...keys];
}

/** Parts of a text that can be part of a word of that length, by the multi-match-aware selection of Pass-Join. */
function partKeysOf(letters: readonly string[], length: number): string[] {
  const longer = letters.length - length;
  return parts(length).flatMap(({ start, length: size }, part) => {
    const remaining = EDITS - part;
    const from = Math.max(0, start - part, start + longer - remaining);
    const to = Math.min(letters.length - size, start + part, start + longer + remaining);
    const keys: string[] = [];
    for (let at = from; at <= to; at++)
      keys.push(partKey(length, part, letters.slice(at, at + size).join("")));
    return keys;
  });
}

/** Three parts of a word, the longer ones last. */
function parts(length: number): { start: number; length: number }[] {
  const count = EDITS + 1;
  const short = Math.floor(length / count);
  const longerParts = length % count;
  let start = 0;
  return Array.from({ length: count }, (_, part) => {
    const size = part < count - longerParts ? short : short + 1;
    const placed = { start, length: size };
    start += size;
    return placed;
  });
}

function partKey(length: number, part: number, text: string): string {
  return `${length}.${part}.${text}`;
}

/**
 * Edits between two words, neighbours swapped counting as one (optimal string alignment, Damerau 1964).
 *
 * @returns undefined where there are more than `most`.
 */
export function editsWithin(from: string, to: string, most: number): number | undefined {
  const [left, right] = [[...from], [...to]];
  if (Math.abs(left.length - right.length) > most) return undefined;
  let before: number[] = [];
  let above = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let at = 1; at <= right.length; at++) {
      const same = left[row - 1] === right[at - 1] ? 0 : 1;
      let edits = Math.min((above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1, (above[at - 1] ?? 0) + same);
      const swapped = row > 1 && at > 1 && left[row - 1] === right[at - 2] && left[row - 2] === right[at - 1];
      if (swapped) edits = Math.min(edits, (before[at - 2] ?? 0) + 1);
      current.push(edits);
    }
    if (Math.min(...current, ...above) > most) return undefined;
    [before, above] = [above, current];
  }
  const edits = above[right.length] ?? Infinity;
  return edits <= most ? edits : undefined;
}
