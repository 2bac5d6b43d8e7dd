// The films, more titles made of their words, and known-item queries about them: the same for the same input.
import { readFileSync } from "node:fs";
import path from "node:path";

import { withDefaults } from "../datasources/core/title-fields.js";
import { type NamedRef, type TitleDocument } from "../datasources/core/title.document.js";
import { ROOT } from "../scripts/environment.js";
import { createRandom, type Random } from "../scripts/random.js";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const LICENCES = [{ countries: ["*"], from: "2000-01-01T00:00:00Z", until: null }];

/** A line of seeds/films.ndjson. */
type FilmLine = Pick<
  TitleDocument,
  | "id"
  | "kind"
  | "name"
  | "alternativeNames"
  | "synopsis"
  | "releaseYear"
  | "runtimeMinutes"
  | "maturityRating"
  | "tags"
> & {
  genres: string[];
  studio: string | null;
  credits: { person: string; role: "DIRECTOR" }[];
  vote?: { count: number | null };
};

/** What somebody types, and the title that is meant. */
export interface KnownItem {
  /** How the text was made from the name. */
  kind: string;
  text: string;
  id: string;
  name: string;
}

const slug = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
const ref = (name: string): NamedRef => ({ id: slug(name), name });

/** As many as no film has. */
const MOST_VOTES = 600_000;

/** How many voted for one of the committed films, by its popularity. */
export function votesOf({ popularity }: TitleDocument): number {
  return Math.expm1(popularity * Math.log1p(MOST_VOTES));
}

/** The committed films as title documents; the more votes a film has, the more popular it is. */
export function loadFilms(): TitleDocument[] {
  const films = readFileSync(path.join(ROOT, "seeds/films.ndjson"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as FilmLine)
    .filter((film) => film.name);
  return films.map(({ vote, ...film }) =>
    withDefaults({
      ...film,
      revision: 1,
      latestVersion: 1,
      genres: film.genres.map(ref),
      studio: film.studio ? ref(film.studio) : null,
      credits: film.credits.map(({ person, role }) => ({ role, character: null, person: ref(person) })),
      licences: LICENCES,
      addedAt: "2026-01-01T00:00:00Z",
      popularity: Math.log1p(vote?.count ?? 0) / Math.log1p(MOST_VOTES),
    }),
  );
}

/** The films and, up to `count`, titles whose names, people and facts are put together from theirs. */
export function grow(films: readonly TitleDocument[], count: number): TitleDocument[] {
  const { next, pick } = createRandom(7);
  const words = films.flatMap((film) => film.name.split(/\s+/));
  const people = films.flatMap((film) => film.credits.map((credit) => credit.person));
  const syllables = [
    "ka",
    "lo",
    "mir",
    "ten",
    "va",
    "shi",
    "dor",
    "bel",
    "ran",
    "qui",
    "zo",
    "pha",
    "nel",
    "ur",
    "est",
  ];
  const coin = () => Array.from({ length: 2 + Math.floor(next() * 3) }, () => pick(syllables)).join("");
  const grown = [...films];
  while (grown.length < count) {
    const name = Array.from({ length: 1 + Math.floor(next() * 4) }, () =>
      next() < 0.15 ? coin() : pick(words),
    ).join(" ");
    grown.push({
      ...pick(films),
      id: `grown-${grown.length}`,
      name,
      alternativeNames: [],
      credits: [0, 1, 2, 3].map(() => ({ role: "ACTOR", character: null, person: pick(people) })),
      releaseYear: 1930 + Math.floor(next() * 95),
      popularity: next() ** 4,
    });
  }
  return grown;
}

/** A name as it is typed: lower case, without most of its punctuation. */
export const typed = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}'&.\s-]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
/** The words of a name as it is typed. */
export const typedWords = (name: string) =>
  typed(name)
    .split(" ")
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
type Next = Random["next"];
const letter = (next: Next) => LETTERS.charAt(Math.floor(next() * LETTERS.length));

/** Changes one letter of one of the longest words, at a place within [from, to] of it. */
function misspell(
  name: string,
  next: Next,
  change: (word: string, at: number) => string,
  place = (length: number) => Math.floor(next() * length),
): string | null {
  const words = typedWords(name);
  const long = words.map((word, index) => ({ word, index })).filter(({ word }) => /^[a-z]{4,}$/.test(word));
  if (long.length === 0) return null;
  const { word, index } = long[Math.floor(next() * long.length)]!;
  words[index] = change(word, place(word.length));
  return words[index] === word ? null : words.join(" ");
}

const substitute = (next: Next) => (word: string, at: number) =>
  word.slice(0, at) + letter(next) + word.slice(at + 1);
const ROMAN: Record<string, string> = { ii: "2", iii: "3", iv: "4", vi: "6" };

/** What people type who look for a film, by kind; null where a kind does not suit the film. */
export const KINDS: Record<string, (film: TitleDocument, next: Next) => string | null> = {
  exact: (film) => typed(film.name),
  substitution: (film, next) => misspell(film.name, next, substitute(next)),
  "first letter": (film, next) => misspell(film.name, next, substitute(next), () => 0),
  transposition: (film, next) =>
    misspell(film.name, next, (word, at) => {
      const from = Math.min(at, word.length - 2);
      return word.slice(0, from) + word.charAt(from + 1) + word.charAt(from) + word.slice(from + 2);
    }),
  deletion: (film, next) => misspell(film.name, next, (word, at) => word.slice(0, at) + word.slice(at + 1)),
  insertion: (film, next) =>
    misspell(film.name, next, (word, at) => word.slice(0, at) + letter(next) + word.slice(at)),
  "two typos": (film, next) => {
    const once = misspell(film.name, next, substitute(next));
    return once && film.name.length >= 12 ? misspell(once, next, substitute(next)) : null;
  },
  prefix: (film, next) => {
    const name = typed(film.name);
    return name.length < 7
      ? null
      : name.slice(0, Math.max(5, Math.ceil(name.length * (0.5 + next() * 0.4)))).trim();
  },
  joined: (film) => (typedWords(film.name).length === 2 ? typedWords(film.name).join("") : null),
  "joined pair": (film, next) => {
    const words = typedWords(film.name);
    if (words.length < 3) return null;
    const at = Math.floor(next() * (words.length - 1));
    return [...words.slice(0, at), words.slice(at, at + 2).join(""), ...words.slice(at + 2)].join(" ");
  },
  split: (film, next) =>
    misspell(film.name, next, (word, at) =>
      word.length < 6
        ? word
        : `${word.slice(0, Math.min(Math.max(at, 3), word.length - 3))} ${word.slice(Math.min(Math.max(at, 3), word.length - 3))}`,
    ),
  "without article": (film) =>
    /^(the|a|an) /i.test(film.name) ? typed(film.name.replace(/^\S+ /, "")) : null,
  reordered: (film) => (typedWords(film.name).length >= 2 ? typedWords(film.name).reverse().join(" ") : null),
  numerals: (film) => {
    const words = typedWords(film.name);
    const at = words.findIndex((word) => ROMAN[word] ?? Object.values(ROMAN).includes(word));
    if (at < 0) return null;
    const word = words[at]!;
    words[at] = ROMAN[word] ?? Object.entries(ROMAN).find(([, digit]) => digit === word)![0];
    return words.join(" ");
  },
  "without marks": (film) => {
    const plain = typed(film.name.normalize("NFD").replace(/\p{M}/gu, ""));
    return plain === typed(film.name) ? null : plain;
  },
  "without punctuation": (film) =>
    /['&.-]/.test(film.name) ? typed(film.name.replace(/['.]/g, "").replace(/[&-]/g, " ")) : null,
  "with year": (film) => (film.releaseYear ? `${typed(film.name)} ${film.releaseYear}` : null),
  "director and a word": (film) => {
    const director = film.credits.find((credit) => credit.role === "DIRECTOR")?.person.name;
    const word = typedWords(film.name).sort((a, b) => b.length - a.length)[0];
    return director && word && word.length >= 4 ? `${typed(director)} ${word}` : null;
  },
  "one word dropped": (film, next) => {
    const words = typedWords(film.name);
    if (words.length < 4) return null;
    words.splice(Math.floor(next() * words.length), 1);
    return words.join(" ");
  },
};

/** `count` queries, the kinds in turn, each about a film drawn at random. */
export function generateQueries(films: readonly TitleDocument[], count: number): KnownItem[] {
  const { next, pick } = createRandom(20_260_501);
  const named = films.filter((film) => typedWords(film.name).length > 0);
  const kinds = Object.entries(KINDS);
  const queries: KnownItem[] = [];
  for (let turn = 0; queries.length < count; turn++) {
    const [kind, make] = kinds[turn % kinds.length]!;
    for (let tries = 0; tries < 2_000; tries++) {
      const film = pick(named);
      const text = make(film, next);
      if (!text) continue;
      queries.push({ kind, text, id: film.id, name: film.name });
      break;
    }
  }
  return queries;
}
