import { type KeptReads } from "./kept-reads.js";
import { type StoreRequest } from "./store-request.js";

/** A read of what there is by ids. */
export interface KeptById<V> {
  /** `<domain>.<method>`. */
  operation: string;
  ids: readonly string[];
  keyOf: (id: string) => string;
  /** The instant that licences are judged at; null where they are not. */
  at: Date | null;
  /** One store call; what there is not is left out. */
  ask: (ids: readonly string[]) => Promise<ReadonlyMap<string, V>>;
}

/** What there is by ids, that there is nothing among it: asked for where it is not known. */
export async function keptById<V>(
  reads: KeptReads,
  request: StoreRequest,
  { operation, ids, keyOf, at, ask }: KeptById<V>,
): Promise<Map<string, V>> {
  const found = await reads.read<V | null>(request, {
    operation,
    keys: ids.map(keyOf),
    at,
    ask: async (places) => {
      const wanted = pick(ids, places);
      const answer = await ask(wanted);
      return wanted.map((id) => answer.get(id) ?? null);
    },
  });
  return new Map(ids.flatMap((id, n) => (found[n] ? [[id, found[n]] as const] : [])));
}

/** Those at places, in their order. */
export function pick<T>(all: readonly T[], places: readonly number[]): T[] {
  return places.map((place) => all[place] as T);
}
