import { nameKey } from "../../packages/names/index.js";
import { type NamedRef } from "./title.document.js";

/**
 * Which genres make a title one for children, by name: a rating tells what a child may see, not what is made for it. `MADE`
 * for them, whatever else it is; `SUITS` them, unless it is something of `GROWN_UP` as well. What is in no list says nothing
 * either way, so that a drama alone is none.
 *
 * The names are those of the lists of TMDB and IMDb, and of the demo catalogues; `nameKey` compares them.
 */
const KIDS_GENRES = {
  MADE: ["Family", "Kids", "Children", "Children's", "Animation", "Animated", "Cartoon"],
  SUITS: [
    ...["Adventure", "Fantasy", "Comedy", "Musical", "Music", "Science Fiction", "Sci-Fi", "Superhero"],
    ...["Documentary", "Nature", "Animals", "Educational", "Sport", "Sports", "Game Show", "Short"],
  ],
  GROWN_UP: [
    ...["Romance", "Horror", "Thriller", "Crime", "War", "War & Politics", "Film-Noir", "Mystery", "Erotic"],
    ...["Adult", "News", "Talk", "Talk-Show", "Reality", "Reality-TV", "Soap", "Western"],
  ],
} as const;
type Word = keyof typeof KIDS_GENRES;

const WORD_OF = new Map<string, Word>(
  (Object.entries(KIDS_GENRES) as [Word, readonly string[]][]).flatMap(([word, names]) =>
    names.map((name) => [nameKey(name), word] as const),
  ),
);

/** Whether a row of the genre is one for children. */
export function isKidsGenre({ name }: Pick<NamedRef, "name">): boolean {
  const word = WORD_OF.get(nameKey(name));
  return word === "MADE" || word === "SUITS";
}

/** Whether a title with these genres is one for children. */
export function suitsKids(genres: readonly Pick<NamedRef, "name">[]): boolean {
  const words = new Set(genres.map(({ name }) => WORD_OF.get(nameKey(name))));
  return words.has("MADE") || (words.has("SUITS") && !words.has("GROWN_UP"));
}
