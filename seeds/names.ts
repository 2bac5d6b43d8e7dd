import { familyName, givenName } from "./people.js";
import { permuted } from "./random.js";
import {
  ADJECTIVES,
  AFFAIRS,
  DOINGS,
  MATTERS,
  NOUNS,
  NUMBERS,
  PLACES,
  PLURALS,
  RELATIONS,
  SITES,
} from "./words.js";

/** A way of making titles: how many different ones it has and the title at each place. */
export interface NamePattern {
  size: number;
  at(place: number): TitleName;
}

/** A title and the other names under which people know it. */
export interface TitleName {
  name: string;
  alternativeNames: string[];
}

/** How many given and family names patterns draw on: few enough that no name stands for two numbers. */
const GIVEN = distinct(givenName, 120);
const FAMILY = distinct(familyName, 100);

/** Titles in English. The first one has room for more titles than any catalogue here and takes over when others are used up. */
export const ENGLISH: readonly NamePattern[] = [
  pattern([ADJECTIVES, NOUNS, PLACES], (adjective, noun, place) => `The ${adjective} ${noun} of ${place}`),
  pattern([ADJECTIVES, NOUNS], (adjective, noun) => `The ${adjective} ${noun}`),
  pattern([PLACES, SITES], (place, site) => `${place} ${site}`),
  pattern([FAMILY, AFFAIRS], (family, affair) => `The ${family} ${affair}`),
  pattern([MATTERS, MATTERS], (one, other) => (one === other ? `Nothing but ${one}` : `${one} and ${other}`)),
  pattern([DOINGS, [...PLACES, ...GIVEN]], (doing, whom) => `${doing} ${whom}`),
  pattern([NUMBERS, PLURALS], (number, things) => `${number} ${things}`),
  pattern([NOUNS, GIVEN], (noun, given) => `${articleFor(noun)} ${noun} for ${given}`),
  pattern([RELATIONS, NOUNS], (relation, noun) => `${relation} the ${noun}`),
  pattern([GIVEN, GIVEN], (one, other) => (one === other ? `Only ${one}` : `${one} & ${other}`)),
  pattern([NOUNS, PLACES], (noun, place) => `${noun} in ${place}`),
  pattern([GIVEN, NOUNS], (given, noun) => `${given}’s ${noun}`),
];

/**
 * The name of title number `index`: unlike that of every other number under the same patterns. Patterns take turns; the
 * first one, the largest, serves when a smaller one has no names left.
 *
 * @param salt another salt, another order of the names
 */
export function nameAt(patterns: readonly NamePattern[], index: number, salt: number): TitleName {
  const turn = index % patterns.length;
  const round = Math.floor(index / patterns.length);
  const mine = patterns[turn] as NamePattern;
  if (turn > 0 && round < mine.size) return mine.at(permuted(round, mine.size, salt + turn));
  const largest = patterns[0] as NamePattern;
  const { name, alternativeNames } = largest.at(permuted(index % largest.size, largest.size, salt));
  const part = Math.floor(index / largest.size);
  return part === 0 ? { name, alternativeNames } : { name: `${name}, Part ${part + 1}`, alternativeNames };
}

/** Every combination of one word of each list, in the form that `join` gives it. */
export function pattern<Words extends readonly string[]>(
  lists: { [K in keyof Words]: readonly string[] },
  join: (...words: Words) => string | TitleName,
): NamePattern {
  const all = lists as readonly (readonly string[])[];
  return {
    size: all.reduce((size, words) => size * words.length, 1),
    at(place) {
      let rest = place;
      const words = all.map((choice) => {
        const word = choice[rest % choice.length] as string;
        rest = Math.floor(rest / choice.length);
        return word;
      });
      const joined = join(...(words as unknown as Words));
      return typeof joined === "string" ? { name: joined, alternativeNames: [] } : joined;
    },
  };
}

function articleFor(noun: string): string {
  return /^[AEIOU]/.test(noun) ? "An" : "A";
}

function distinct(nameOf: (number: number) => string, count: number): string[] {
  const found = new Set<string>();
  for (let number = 0; found.size < count && number < count * 20; number += 1) found.add(nameOf(number));
  return [...found];
}
