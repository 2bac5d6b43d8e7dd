import {
  cleanText,
  coreWords,
  joinedNumbers,
  joinedPairs,
  joinWords,
  plainWords,
  runningWords,
  startsOf,
  wholeForms,
  wholeNumberForms,
} from "../../../packages/search-text/index.js";
import {
  MATURITY_AGES,
  storedState,
  type TitleDocument,
  type TitleLicence,
} from "../../core/title.document.js";
import { attributesOf } from "../../core/title-fields.js";
import { highlightTexts, textsAt, type HighlightTexts } from "../searched-texts.js";

/** Parts a name kept beside its start: no text has this character. */
export const SEPARATOR = "\u0001";

const NO_DIGITS = "none";

/** What of a document is read back. */
export interface StoredTitle extends Record<string, unknown> {
  popularity: number;
  texts: HighlightTexts;
}

/** The feature must be above zero. */
const LEAST_POPULARITY = 1e-6;

/** A title as the index keeps it, without tenant and generation. */
export function documentOf(title: TitleDocument): StoredTitle {
  const texts = highlightTexts(title);
  return {
    id: title.id,
    ...nameFields(texts),
    ...otherWords(title, texts),
    ...filterFields(title),
    ...popularityFields(title.popularity),
    texts,
  };
}

/** The fields that a popularity in [0, 1] is kept in. */
export function popularityFields(popularity: number): { popularity: number; popularityRank: number } {
  const rounded = Math.round(popularity * 1e6) / 1e6;
  return { popularity: rounded, popularityRank: Math.max(LEAST_POPULARITY, rounded) };
}

function nameFields(texts: HighlightTexts): Record<string, unknown> {
  const { alternativeNames, people, genres } = texts;
  const name = texts.name.join(" ");
  const names = [name, ...alternativeNames].map(plainWords).filter((words) => words.length > 0);
  const others = alternativeNames.flatMap((other) => coreWords(plainWords(other)));
  const pairs = names.flatMap((words) =>
    [...joinedPairs(words), ...joinedNumbers(words)].map(({ text }) => text),
  );
  const whole = distinct(names.flatMap(wholeForms));
  const wholeNumbers = distinct(names.flatMap(wholeNumberForms));
  return {
    // Without common words: a name counts as found without them.
    name: coreWords(plainWords(name)).join(" "),
    otherNames: others.join(" "),
    pairs: pairs.join(" "),
    whole: whole.join(" "),
    wholeNumbers: wholeNumbers.join(" "),
    digits: distinct([...whole, ...wholeNumbers].map(digitsOf)).join(" "),
    begun: whole,
    spelled: distinct([...others, ...pairs, ...[...people, ...genres].flatMap(plainWords)]).join(" "),
  };
}

function otherWords(
  title: TitleDocument,
  { people, genres, synopsis }: HighlightTexts,
): Record<string, unknown> {
  return {
    people: people.flatMap(withJoined).join(" "),
    peopleWhole: people.map((person) => joinWords(plainWords(person))).join(" "),
    families: people.flatMap(familyOf).join(" "),
    genreWords: genres.flatMap(plainWords).join(" "),
    genreWhole: genres.map((genre) => joinWords(coreWords(plainWords(genre)))).join(" "),
    facts: textsAt(title, "facts")
      .flatMap((text) => plainWords(cleanText(text)))
      .join(" "),
    year: textsAt(title, "year").join(" ") || null,
    synopsis: runningWords(synopsis.join(" ")).join(" "),
    peopleNames: distinct(title.credits.flatMap(({ person }) => completionsOf(person))),
    genreNames: title.genres.flatMap(completionsOf),
  };
}

function filterFields(title: TitleDocument): Record<string, unknown> {
  const { releaseYear } = title;
  return {
    ...attributesOf(title),
    state: storedState(title),
    releaseYear,
    decade: releaseYear === null ? null : Math.trunc(releaseYear / 10) * 10,
    maturityAge: MATURITY_AGES[title.maturityRating],
    maturityRating: title.maturityRating,
    genreIds: title.genres.map((genre) => genre.id),
    genreFacet: title.genres.map(({ id, name }) => [id, cleanText(name)].join(SEPARATOR)),
    tags: title.tags.map(cleanText),
    studioId: title.studio?.id ?? null,
    personIds: distinct(title.credits.map((credit) => credit.person.id)),
    ...licenceFields(title.licences),
  };
}

/** One licence for everywhere, which nearly every title has, beside the others: asking for it needs no nested documents. */
function licenceFields(licences: readonly TitleLicence[]): Record<string, unknown> {
  const world = licences.find((licence) => licence.countries.includes("*"));
  return {
    worldFrom: world ? Date.parse(world.from) : null,
    worldUntil: instantOf(world?.until ?? null),
    licences: licences
      .filter((licence) => licence !== world)
      .map(({ countries, from, until }) => ({ countries, from: Date.parse(from), until: instantOf(until) })),
  };
}

function instantOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** A name under each of the ways in which a completion of it may start: from each of its words on, written as one. */
function completionsOf({ id, name }: { id: string; name: string }): string[] {
  const shown = cleanText(name);
  return startsOf(shown).map((start) => [start, id, shown].join(SEPARATOR));
}

function withJoined(name: string): string[] {
  const words = plainWords(name);
  return words.length > 1 ? [...words, joinWords(words)] : words;
}

function familyOf(name: string): string[] {
  const words = plainWords(name);
  return words.length > 1 ? words.slice(-1) : [];
}

/** The digits of a name, or what stands for none. */
export function digitsOf(name: string): string {
  return name.replace(/[^0-9]+/g, "") || NO_DIGITS;
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
