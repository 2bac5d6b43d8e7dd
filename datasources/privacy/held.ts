/** What a table, a collection, an index, a kind of node, or a line holds about the people who watch, and beside it. */
export interface Holding {
  /** What of a person, in words; null where it says nothing about anybody. */
  person: string | null;
  /** The columns, fields or properties that say it, by their names with spaces between. */
  fields?: string;
  /** All others: whose it is among tenants, how it is kept, what titles are. */
  other?: string;
  /** Until when it is held; of what goes with the account or the profile, left out. */
  until?: string;
  /**
   * Why it is not among what `exportMyData` answers and `eraseMyAccount` looks up by name, where it is not: it goes with
   * what it hangs on, or names nobody to whoever reads it.
   */
  beyond?: string;
}

export type Holdings = Readonly<Record<string, Holding>>;

/** Of something that says nothing about people. */
export function nobody(other: string): Holding {
  return { person: null, other };
}

/** Every name that a holding knows. */
export function namesOf({ fields = "", other = "" }: Holding): string[] {
  return `${fields} ${other}`.split(" ").filter((name) => name !== "");
}

/**
 * What differs between what there is and what is listed, a line each.
 *
 * @param found the names of columns, fields, properties or labels, by where they are.
 */
export function unlisted(listed: Holdings, found: Readonly<Record<string, readonly string[]>>): string[] {
  const places = new Set([...Object.keys(listed), ...Object.keys(found)]);
  return [...places].flatMap((place) => {
    const [known, there] = [listed[place] ? namesOf(listed[place]) : undefined, found[place]];
    if (!known) return [`${place} is not listed: say what it holds about people, or that it holds nothing`];
    if (!there) return [`${place} is listed, and is not there`];
    return [
      ...there
        .filter((name) => !known.includes(name))
        .map((name) => `${place}.${name} is not listed: does it say something about a person?`),
      ...known
        .filter((name) => !there.includes(name))
        .map((name) => `${place}.${name} is listed, and is not there`),
    ];
  });
}
