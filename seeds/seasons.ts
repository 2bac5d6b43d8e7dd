import { type TitleLine } from "../importer/lines.js";
import { type Random } from "./random.js";
import { AFFAIRS, MATTERS, NOUNS, PLURALS } from "./words.js";

type Season = NonNullable<TitleLine["seasons"]>[number];

/** One to five seasons of six to twelve episodes, each about as long as `minutes`. */
export function seasonsOf(random: Random, minutes: number): Season[] {
  const count = Math.min(random.between(1, 5), random.between(1, 5));
  const length = random.between(6, 12);
  const story = Array.from({ length: count * length }, () => episodeName(random));
  return Array.from({ length: count }, (_, season) => ({
    number: season + 1,
    name: count === 1 ? "Limited series" : `Season ${season + 1}`,
    episodes: Array.from({ length }, (_, episode) => ({
      number: episode + 1,
      name: story[season * length + episode] ?? `Episode ${episode + 1}`,
      runtimeMinutes: Math.max(10, minutes + random.between(-4, 6)),
    })),
  }));
}

function episodeName(random: Random): string {
  const shape = random.below(5);
  if (shape === 0) return `The ${random.pick(NOUNS)}`;
  if (shape === 1) return `${random.pick(PLURALS)} and ${random.pick(MATTERS)}`;
  if (shape === 2) return `The ${random.pick(MATTERS)} ${random.pick(AFFAIRS)}`;
  if (shape === 3) return random.pick(MATTERS);
  return `A ${random.pick(MATTERS)} ${random.pick(NOUNS)}`.replace(/^A (?=[AEIOU])/, "An ");
}
