import { chunks } from "../../core/chunks.js";
import { type Tenant } from "../../core/tenant.js";

/**
 * In what way an entry of a projection differs from its source: it is not there, it is there with other content or of
 * another revision, it hangs on something that is not there, or the source does not know it.
 */
export const FAULTS = ["missing", "stale", "dangling", "orphaned"] as const;
export type Fault = (typeof FAULTS)[number];

/**
 * One kind of what a projection holds (its titles, its names, its edges), for comparing it with what the source says.
 * Keys are texts, unique within the section.
 *
 * @typeParam Expected what the source says an entry is.
 * @typeParam Stored what the projection holds of one.
 */
export interface Section<Expected = unknown, Stored = unknown> {
  /** `title`, `name`, `watch` …: what its keys are keys of. */
  readonly kind: string;
  /** What an entry is called that should be there and is not, and one that is there and should not. */
  readonly faults: { readonly absent: Fault; readonly surplus: Fault };
  /** About how many entries `suspects` looks at, for showing progress. */
  size(tenant: Tenant): Promise<number>;
  /** Everything that should be there, a batch at a time; in the order of its keys where there is a `stored`. */
  expected(tenant: Tenant): Entries<Expected>;
  /** Everything that is there, in the same order: both are read once, side by side. */
  stored?(tenant: Tenant): Entries<Stored>;
  /**
   * The keys of everything that is there, a batch at a time, of what cannot be read in the order of what should be
   * there; left out where what is too much does no harm.
   */
  keys?(tenant: Tenant): AsyncIterable<readonly string[]>;
  /** What entries should be; those that should not be there are left out. */
  expectedOf(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Expected>>;
  /** What entries are; those that are not there are left out. */
  storedOf(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Stored>>;
  same(expected: Expected, stored: Stored): boolean;
  /** Faults of surplus entries that are called something else than `faults.surplus`; the others are left out. */
  surplusFaults?(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Fault>>;
  /**
   * Puts what should be there and removes what should not, as writers do; what is newer than was looked at stays.
   * Without it, and where it is not enough, the projection is rebuilt.
   */
  repair?(tenant: Tenant, keys: readonly string[]): Promise<void>;
}

/** A section of any content. */
export type AnySection = Section<any, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- each keeps to its own types

/** Everything of one side of a section, in batches by key. */
export type Entries<T> = AsyncIterable<ReadonlyMap<string, T>>;

/**
 * The keys of a section that seem to differ, a batch at a time; writes may be under way, so that some turn out not to.
 *
 * @param looked told how many entries have been looked at since it was told last.
 */
export function suspects(
  section: AnySection,
  tenant: Tenant,
  looked: (entries: number) => void,
): AsyncGenerator<string[]> {
  return section.stored
    ? besideEachOther(section, section.stored(tenant), tenant, looked)
    : oneByTheOther(section, tenant, looked);
}

/**
 * Both sides in the order of their keys. Where one orders some texts otherwise than the other, more is suspected than
 * differs, and nothing less.
 */
async function* besideEachOther(
  section: AnySection,
  stored: Entries<unknown>,
  tenant: Tenant,
  looked: (entries: number) => void,
): AsyncGenerator<string[]> {
  const sides = [entriesOf(section.expected(tenant), looked), entriesOf(stored, looked)] as const;
  const next = async (side: (typeof sides)[number]) => (await side.next()).value ?? null;
  try {
    let [wanted, found] = await Promise.all(sides.map(next));
    while (wanted || found) {
      const order = orderOf(wanted, found);
      if (order < 0) yield [wanted![0]];
      else if (order > 0) yield [found![0]];
      else if (!section.same(wanted![1], found![1])) yield [wanted![0]];
      if (order <= 0) wanted = await next(sides[0]);
      if (order >= 0) found = await next(sides[1]);
    }
  } finally {
    for (const side of sides) await side.return(undefined);
  }
}

type Entry = [key: string, value: unknown] | null | undefined;

/** Below 0 where the first comes first, above where the second does; what is at its end comes last. */
function orderOf(a: Entry, b: Entry): number {
  if (!a || !b) return a ? -1 : 1;
  return a[0] === b[0] ? 0 : a[0] < b[0] ? -1 : 1;
}

async function* entriesOf(
  batches: Entries<unknown>,
  looked: (entries: number) => void,
): AsyncGenerator<[string, unknown], undefined> {
  for await (const batch of batches) {
    yield* batch;
    looked(batch.size);
  }
}

/** What should be there, looked up in what is there, and the other way round. */
async function* oneByTheOther(
  section: AnySection,
  tenant: Tenant,
  looked: (entries: number) => void,
): AsyncGenerator<string[]> {
  for await (const expected of section.expected(tenant)) {
    const stored = await section.storedOf(tenant, [...expected.keys()]);
    yield [...expected].flatMap(([key, wanted]) => {
      const found: unknown = stored.get(key);
      return found !== undefined && section.same(wanted, found) ? [] : [key];
    });
    looked(expected.size);
  }
  for await (const keys of section.keys?.(tenant) ?? []) {
    const expected = await section.expectedOf(tenant, keys);
    yield keys.filter((key) => !expected.has(key));
    looked(keys.length);
  }
}

/** Nothing expected: of sections in which every entry is one too many. */
export async function* nothing(): AsyncGenerator<never> {}

/** The rows of something in the order of a key, page after page, each behind the last key of the page before. */
export async function* pagesOf<T>(
  size: number,
  keyOf: (row: T) => string,
  read: (after: string) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let after = "";
  for (;;) {
    const rows = await read(after);
    yield rows;
    if (rows.length < size) return;
    after = keyOf(rows.at(-1)!);
  }
}

/** What is read by keys, some of them at a time; those that are not there are left out. */
export async function byKeys<T>(
  keys: readonly string[],
  size: number,
  read: (some: readonly string[]) => Promise<readonly (readonly [string, T])[]>,
): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const some of chunks(keys, size)) for (const [key, entry] of await read(some)) found.set(key, entry);
  return found;
}

/** Stands before an id that does not belong where it was found, in the place of a key. */
const FOREIGN = "_id ";

/**
 * Keys of entries whose ids begin alike, with their tenant and generation.
 *
 * @param prefix what the ids begin with; one that does not has a key as well, by which it is found again.
 */
export function keysBehind(prefix: string) {
  return {
    /** The part of an id behind the prefix. */
    keyOf: (id: string) => (id.startsWith(prefix) ? id.slice(prefix.length) : `${FOREIGN}${id}`),
    /** The id that `keyOf` has answered a key of. */
    idOf: (key: string) => (key.startsWith(FOREIGN) ? key.slice(FOREIGN.length) : `${prefix}${key}`),
  };
}

/** Entries that should not be there, whatever they are: nothing is expected. */
export function straySection(
  kind: string,
  find: (tenant: Tenant, among: readonly string[] | null) => Promise<readonly string[]>,
): Section<string, string> {
  return {
    kind,
    faults: { absent: "missing", surplus: "dangling" },
    size: () => Promise.resolve(0),
    expected: nothing,
    async *keys(tenant) {
      yield await find(tenant, null);
    },
    expectedOf: () => Promise.resolve(new Map<string, string>()),
    storedOf: async (tenant, keys) => new Map((await find(tenant, keys)).map((key) => [key, key])),
    same: () => true,
  };
}
