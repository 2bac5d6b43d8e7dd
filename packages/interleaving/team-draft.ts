/** Which of two rankings something comes from. */
export type Team = "A" | "B";

export interface Drafted<T> {
  item: T;
  team: Team;
}

/**
 * Mixes two rankings into one list, of which every place belongs to one of them: what people choose from the list then says
 * which ranking they would rather have, with far fewer of them than if each saw one of the two. In every round chance says
 * which picks first, and each picks the best of its own that is not taken (team draft: Radlinski, Kurup and Joachims, "How
 * Does Clickthrough Data Reflect Retrieval Quality?", CIKM 2008).
 *
 * @param coin whether A picks first, asked once a round.
 * @param length of the list at most. Both rankings may be of different items and lengths.
 */
export function teamDraft<T>(
  a: readonly T[],
  b: readonly T[],
  coin: () => boolean,
  length = Infinity,
): Drafted<T>[] {
  const drafted: Drafted<T>[] = [];
  const taken = new Set<T>();
  const left = { A: a[Symbol.iterator](), B: b[Symbol.iterator]() };
  const pick = (team: Team): boolean => {
    const item = firstLeft(left[team], taken);
    if (item === undefined || drafted.length >= length) return false;
    taken.add(item.value);
    drafted.push({ item: item.value, team });
    return true;
  };
  for (let goesOn = true; goesOn;) {
    const order: readonly Team[] = coin() ? ["A", "B"] : ["B", "A"];
    goesOn = order.map(pick).includes(true);
  }
  return drafted;
}

/** The next of a ranking that is not taken; what is passed over was taken, and stays so. */
function firstLeft<T>(ranking: Iterator<T>, taken: ReadonlySet<T>): { value: T } | undefined {
  for (let next = ranking.next(); !next.done; next = ranking.next())
    if (!taken.has(next.value)) return { value: next.value };
  return undefined;
}
