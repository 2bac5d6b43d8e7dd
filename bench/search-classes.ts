// Known-item queries by class, made by rule from the demo catalogue: the same for the same films.
import { type TitleDocument } from "../datasources/core/title.document.js";
import { createRandom, type Random } from "../scripts/random.js";
import {
  ABBREVIATED,
  GENRES_ASKED,
  NOTHING,
  SPELLED_NUMBERS,
  TITLES_OF_ADDRESS,
} from "./search-class-words.js";
import { KINDS, typed, typedWords } from "./search-queries.js";

/** What somebody types, and the titles of which any would do. */
export interface SuiteQuery {
  /** How the text came about. */
  kind: string;
  text: string;
  /** None where nothing should be found. */
  meant: ReadonlySet<string>;
}

type Films = readonly TitleDocument[];
type Drawn = (films: Films, random: Random) => SuiteQuery[];

/** Queries of a class that draws from all films. */
const EACH = 40;
/** Kinds of bench/search-queries.ts that are classes as they stand. */
const AS_THEY_ARE = [
  "without article",
  "joined",
  "split",
  "reordered",
  "with year",
  "director and a word",
  "one word dropped",
];
const SLIPS = ["substitution", "transposition", "deletion", "insertion", "first letter"];
const DIGITS_OF_ROMAN: Record<string, string> = {
  ...{ i: "1", ii: "2", iii: "3", iv: "4", v: "5", vi: "6", vii: "7", viii: "8" },
  ...{ two: "2", three: "3" },
};

const CLASSES: Record<string, Drawn> = {
  exact: drawn(2 * EACH, (film) => typed(film.name)),
  "short and doubled": (films) =>
    films.filter(isShortOrDoubled).map((film) => queryOf("short and doubled", typed(film.name), film, films)),
  "sequel by number": (films) => films.flatMap((film) => sequelQueries(film, films)),
  "number in another form": (films) =>
    films.flatMap((film) =>
      numbersWritten(typed(film.name)).map((text) => queryOf("number in another form", text, film, films)),
    ),
  "one slip": drawn(2 * EACH, (film, random) => KINDS[random.pick(SLIPS)]!(film, random.next)),
  "two slips": drawn(EACH, twoSlips),
  begun: drawn(2 * EACH, (film, random, films) => begun(film, random, films)),
  "begun and misspelt": drawn(EACH, begunAndMisspelt),
  person: (films, random) => peopleQueries(films, random),
  genre: (films) => genreQueries(films),
  abbreviation: (films) =>
    films.flatMap((film) => abbreviated(film).map((text) => queryOf("abbreviation", text, film, films))),
  "form of address": (films) =>
    films.flatMap((film) =>
      addressed(typed(film.name)).map((text) => queryOf("form of address", text, film, films)),
    ),
  nothing: () => NOTHING.map((text) => ({ kind: "nothing", text, meant: new Set<string>() })),
  ...Object.fromEntries(
    AS_THEY_ARE.map((kind) => [kind, drawn(EACH / 2, (film, { next }) => KINDS[kind]!(film, next), kind)]),
  ),
};

/** The queries of every class; of one that has more than `most`, as many, evenly spread. */
export function suiteQueries(films: Films, most = Infinity): SuiteQuery[] {
  return Object.entries(CLASSES).flatMap(([kind, make]) => {
    const queries = make(films, createRandom(20_261_129));
    const step = Math.max(1, queries.length / most);
    return queries
      .filter((_, at) => Math.floor(at / step) > Math.floor((at - 1) / step))
      .map((query) => ({ ...query, kind }));
  });
}

/** Queries about films drawn at random, the better known ones more often. */
function drawn(
  count: number,
  make: (film: TitleDocument, random: Random, films: Films) => string | null,
  kind = "",
): Drawn {
  return (films, random) => {
    const queries: SuiteQuery[] = [];
    for (let tries = 0; queries.length < count && tries < 100 * count; tries++) {
      const film = random.pick(films);
      if (film.popularity < random.next() || typedWords(film.name).length === 0) continue;
      const text = make(film, random, films);
      if (text) queries.push(queryOf(kind, text, film, films));
    }
    return queries;
  };
}

/** A query for one film; another of the same name, or whose other name it is, would do as well. */
function queryOf(kind: string, text: string, film: TitleDocument, films: Films): SuiteQuery {
  const name = keyOf(film.name);
  const same = films.filter((other) =>
    [other.name, ...other.alternativeNames].some((its) => keyOf(its) === name),
  );
  return { kind, text, meant: new Set(same.map(({ id }) => id)) };
}

/** A name by its letters and digits, without a leading article. */
function keyOf(name: string): string {
  return typedWords(
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/^(the|a|an) /i, ""),
  ).join("");
}

function isShortOrDoubled({ name }: TitleDocument): boolean {
  const words = typedWords(name);
  return keyOf(name).length <= 3 || words.some((word, at) => word.length > 2 && words.indexOf(word) !== at);
}

/** "home alone 2" for `Home Alone 2: Lost in New York`; with and without the word before the number. */
function sequelQueries(film: TitleDocument, films: Films): SuiteQuery[] {
  const found = sequelOf(film.name);
  if (!found) return [];
  const same = films.filter((other) => {
    const its = sequelOf(other.name);
    return its?.base === found.base && its.number === found.number;
  });
  const meant = new Set(same.map(({ id }) => id));
  const texts = [`${found.base} ${found.number}`, `${found.base} ${SPELLED_NUMBERS[Number(found.number)]}`];
  return [...new Set(texts)].map((text) => ({ kind: "sequel by number", text, meant }));
}

function sequelOf(name: string): { base: string; number: string } | null {
  const match =
    /^(.{3,}?)[:,]? (?:(?:part|ep\.?|episode|volume|number) )?(\d|[ivx]+|two|three)(?=$|[:½ ])/i.exec(name);
  const [, base = "", mark = ""] = match ?? [];
  const number = DIGITS_OF_ROMAN[mark.toLowerCase()] ?? mark;
  const clear = /^[2-8]$/.test(number) && !/\d/.test(base) && !/^(henry|richard|sinbad)/i.test(base);
  return clear && !/ (the|and|of|in)$/i.test(base) ? { base: typed(base), number } : null;
}

/** The text with each number that it has in other forms. */
function numbersWritten(text: string): string[] {
  const words = text.split(" ");
  return words.flatMap((word, at) => {
    const value = /^[1-9]\d{0,2}$/.test(word) ? SPELLED_NUMBERS[Number(word)] : numberWritten(word);
    return value ? [[...words.slice(0, at), value, ...words.slice(at + 1)].join(" ")] : [];
  });
}

function numberWritten(word: string): string | undefined {
  const spelled = Object.entries(SPELLED_NUMBERS).find(
    ([, name]) => name === word && !["zero", "one"].includes(name),
  );
  const ordinal = /^(\d{1,2})th$/.exec(word)?.[1];
  if (ordinal === "13") return "thirteenth";
  return spelled?.[0];
}

/** Two slips in one word of six letters or more. */
function twoSlips(film: TitleDocument, { next, pick }: Random): string | null {
  const words = typedWords(film.name);
  const long = words.flatMap((word, at) => (/^[a-z]{6,}$/.test(word) ? [at] : []));
  if (long.length === 0) return null;
  const at = pick(long);
  const [one, two] = [
    Math.floor(next() * 0.4 * words[at]!.length),
    Math.floor((0.55 + next() * 0.4) * words[at]!.length),
  ];
  const letters = [...words[at]!];
  for (const place of [one, two]) letters[place] = letters[place] === "e" ? "a" : "e";
  words[at] = letters.join("");
  return words.join(" ");
}

/** Half of a name or more, of the best known film whose name begins so. */
function begun(film: TitleDocument, random: Random, films: Films): string | null {
  const text = KINDS.prefix!(film, random.next);
  return text && isBestKnown(film, text, films) ? text : null;
}

/** The same with a slip in it. */
function begunAndMisspelt(film: TitleDocument, random: Random, films: Films): string | null {
  const slipped = KINDS[random.pick(SLIPS.slice(0, 4))]!(film, random.next);
  const length = Math.ceil((film.name.length * (6 + random.below(3))) / 10);
  if (!slipped || length < 9 || !isBestKnown(film, typed(film.name).slice(0, length - 1), films)) return null;
  const text = slipped.slice(0, length).trim();
  return typed(film.name).startsWith(text) ? null : text;
}

/** Whether no better known film begins with a text, with or without an article, and none is called so. */
function isBestKnown(film: TitleDocument, text: string, films: Films): boolean {
  const key = keyOf(text);
  return !films.some((other) => {
    const its = keyOf(other.name);
    return (
      other.name !== film.name && (its === key || (its.startsWith(key) && other.popularity > film.popularity))
    );
  });
}

function peopleQueries(films: Films, random: Random): SuiteQuery[] {
  const people = new Map<string, Set<string>>();
  for (const { id, credits } of films)
    for (const { person } of credits) people.set(person.name, (people.get(person.name) ?? new Set()).add(id));
  const known = [...people].filter(([, ids]) => ids.size >= 4);
  return Array.from({ length: EACH }, (_, turn) => {
    const [name, meant] = random.pick(known);
    const surname = typed(name).split(" ").at(-1)!;
    const same = [...people].filter(([other]) => typed(other).split(" ").at(-1) === surname);
    if (turn % 2 === 0) return { kind: "person", text: typed(name), meant };
    // A film that is called so stands above the people.
    const named = films.filter((film) => keyOf(film.name) === surname).map(({ id }) => id);
    return {
      kind: "person",
      text: surname,
      meant: new Set([...same.flatMap(([, ids]) => [...ids]), ...named]),
    };
  });
}

function genreQueries(films: Films): SuiteQuery[] {
  return Object.entries(GENRES_ASKED).flatMap(([genre, texts]) => {
    const meant = new Set(
      films.filter(({ genres }) => genres.some(({ name }) => name === genre)).map(({ id }) => id),
    );
    return texts.map((text) => ({ kind: "genre", text, meant }));
  });
}

/** A name with an abbreviation: as it stands, without its stops, and with spaces for them. */
function abbreviated({ name }: TitleDocument): string[] {
  if (!ABBREVIATED.test(name)) return [];
  const plain = name.toLowerCase().replace(/[^\p{L}\p{N}.\s]/gu, " ");
  return [plain, plain.replaceAll(".", ""), plain.replace(/\.(?=\p{L})/gu, " ").replaceAll(".", "")].map(
    (text) => text.trim(),
  );
}

/** A name with "mr", "vs" and the like written the other way. */
function addressed(text: string): string[] {
  return Object.entries(TITLES_OF_ADDRESS).flatMap(([short, long]) => {
    const words = text.split(" ").map((word) => word.replace(/\.$/, ""));
    if (words.includes(short)) return [words.map((word) => (word === short ? long : word)).join(" ")];
    return words.includes(long) ? [words.map((word) => (word === long ? short : word)).join(" ")] : [];
  });
}
