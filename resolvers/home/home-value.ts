import { type HomeRowPlan } from "./home-row.js";
import { type Material } from "./home-material.js";

/*
 * What a row is worth to whoever looks, in one place.
 *
 * A title's value stands for the chance that it is chosen where it is looked at: WEIGHTS.taste times how strongly the
 * profile's own watches suggest it (its learned score, or the weight of its edge from a watch that a row is built on, which
 * is a part of such a score; the best being 1) and WEIGHTS.popularity times how much
 * it is watched (28 days, the most watched being 1; a place in the country's chart is 1). Where nothing is learned of a
 * profile, or may not be, popularity is all of it. What the person chose (a shelf) is worth 1.
 *
 * The weights are what either finds by itself of watches that were held back, NDCG@10 (bench/results/recommendations.md,
 * ml-latest-small, "EASE, 100 edges (served)" and "popularity").
 *
 * A row's value is the mean of those of its first titles, each discounted by how far one has to look for it: DCG's
 * 1 / log2(place + 1) (Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20, 2002). Rows are
 * chosen one after the other, each valued by what those above do not show yet, as Netflix builds its page ("Learning a
 * Personalized Homepage", Alvino, Basilico, 2015); each row of a kind makes the next of the same kind worth less.
 */

const NDCG = { taste: 0.3431, popularity: 0.1911 };
const WEIGHTS = {
  taste: NDCG.taste / (NDCG.taste + NDCG.popularity),
  popularity: NDCG.popularity / (NDCG.taste + NDCG.popularity),
};

/** Titles of a row that count: as many as a television shows before one moves on. */
const LOOKED_AT = 8;
/** What a row is worth for each row of its kind above it, by which it is multiplied. */
const VARIETY = 0.6;

/** How likely a title is chosen, in [0, 1]. */
export type TitleValue = (titleId: string) => number;

/** The value of titles for whoever the material is of. */
export function titleValues({ recommended, liked, popular, top10 }: Material): TitleValue {
  const suggested = [...liked.flatMap(({ similar }) => similar), ...recommended];
  const taste = new Map<string, number>();
  for (const { titleId, score } of suggested) taste.set(titleId, Math.max(score, taste.get(titleId) ?? 0));
  const best = Math.max(0, ...taste.values());
  const popularity = new Map(popular.map(({ id, position }) => [id, Number(position.value)]));
  for (const { titleId } of top10) popularity.set(titleId, 1);
  const known = (id: string) => popularity.get(id) ?? 0;
  if (best === 0) return known;
  return (id) => (WEIGHTS.taste * (taste.get(id) ?? 0)) / best + WEIGHTS.popularity * known(id);
}

/** The value of titles in their order on a row, of which there are so many of the kind above. */
export function rowValue(
  { kind }: Pick<HomeRowPlan, "kind">,
  titles: readonly string[],
  valueOf: TitleValue,
  above: number,
): number {
  const valueIn = kind === "WATCHLIST" ? () => 1 : valueOf;
  let sum = 0;
  let all = 0;
  for (let place = 0; place < LOOKED_AT; place += 1) {
    const discount = 1 / Math.log2(place + 2);
    const title = titles[place];
    all += discount;
    if (title !== undefined) sum += discount * valueIn(title);
  }
  return (sum / all) * VARIETY ** above;
}
