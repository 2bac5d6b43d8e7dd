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
  /**
   * Goes through everything, a batch at a time, and answers the keys that seem to differ; writes may be under way, so
   * that some turn out not to.
   *
   * @param looked told how many entries have been looked at since it was told last.
   */
  suspects(tenant: Tenant, looked: (entries: number) => void): AsyncIterable<readonly string[]>;
  /** What entries should be; those that should not be there are left out. */
  expectedOf(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Expected>>;
  /** What entries are; those that are not there are left out. */
  storedOf(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Stored>>;
  same(expected: Expected, stored: Stored): boolean;
  /** Faults of surplus entries that are called something else than `faults.surplus`; the others are left out. */
  surplusFaults?(tenant: Tenant, keys: readonly string[]): Promise<ReadonlyMap<string, Fault>>;
  /** Whether all of it is being replaced just now, so that what differs says nothing. */
  isReplaced?(tenant: Tenant): Promise<boolean>;
  /**
   * Makes entries what they should be, also where what is stored claims to be newer. Leaves those alone that have
   * changed since it looked: what is newer than the source was then must stay.
   */
  mend(tenant: Tenant, keys: readonly string[]): Promise<void>;
}

/** A section of any content. */
export type AnySection = Section<any, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- each keeps to its own types

/** Everything of a source that a projection should hold, in batches by key. */
export type Expectations<Expected> = AsyncIterable<ReadonlyMap<string, Expected>>;

/** The keys of the entries expected that are not there, or differ. */
export async function* differing<Expected, Stored>(
  section: Pick<Section<Expected, Stored>, "storedOf" | "same">,
  tenant: Tenant,
  expectations: Expectations<Expected>,
  looked: (entries: number) => void,
): AsyncGenerator<string[]> {
  for await (const expected of expectations) {
    const stored = await section.storedOf(tenant, [...expected.keys()]);
    yield [...expected].flatMap(([key, wanted]) => {
      const found = stored.get(key);
      return found !== undefined && section.same(wanted, found) ? [] : [key];
    });
    looked(expected.size);
  }
}

/** The keys of the entries stored that are not expected. */
export async function* unexpected(
  section: Pick<Section, "expectedOf">,
  tenant: Tenant,
  stored: AsyncIterable<readonly string[]>,
  looked: (entries: number) => void,
): AsyncGenerator<string[]> {
  for await (const keys of stored) {
    const expected = await section.expectedOf(tenant, keys);
    yield keys.filter((key) => !expected.has(key));
    looked(keys.length);
  }
}

/** Items in groups of a size at most. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}
