import { type TitleRef } from "../../datasources/catalog/catalog.js";
import { type NamedRef } from "../../datasources/core/title.document.js";

/** A genre with how much more a profile takes to it than others do. */
export interface GenreTaste {
  genre: NamedRef;
  /** In (0, 2): 1 where the profile watches it as everybody does, and of a visitor. */
  lift: number;
  /** Its part of what is popular, in [0, 1]. */
  share: number;
}

/** Titles that are taken to have been watched as everybody does, beside those that were: few watches tell little. */
const PRIOR = 10;

/**
 * Genres of what is popular, those that the profile takes to most first: by their part of what it watched over their part
 * of what is popular (lift, Brin et al., "Dynamic itemset counting and implication rules", SIGMOD 1997), smoothed by a
 * Bayesian average. So a genre that everybody watches is nobody's taste. Ties go to the larger share, then to the name.
 *
 * @param watched titles as they were watched or chosen; one may be there several times.
 */
export function genreTastes(watched: readonly TitleRef[], popular: readonly TitleRef[]): GenreTaste[] {
  const [own, all] = [counted(watched), counted(popular)];
  return [...all.counts.values()]
    .map(({ genre, count }) => {
      const share = count / all.total;
      const part = ((own.counts.get(genre.id)?.count ?? 0) + PRIOR * share) / (own.total + PRIOR);
      return { genre, share, lift: (2 * part) / (part + share) };
    })
    .sort((a, b) => b.lift - a.lift || b.share - a.share || (a.genre.name < b.genre.name ? -1 : 1));
}

/** A title counts once, whatever number of genres it has. */
function counted(refs: readonly TitleRef[]) {
  const counts = new Map<string, { genre: NamedRef; count: number }>();
  for (const { genres } of refs)
    for (const genre of genres) {
      const entry = counts.get(genre.id) ?? { genre, count: 0 };
      entry.count += 1 / genres.length;
      counts.set(genre.id, entry);
    }
  return { counts, total: refs.filter(({ genres }) => genres.length > 0).length };
}
