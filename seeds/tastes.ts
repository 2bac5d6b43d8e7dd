import { COUNTRIES } from "./countries.js";
import { noiseOf, Random } from "./random.js";
import { type TitleFacts } from "./title-facts.js";
import { affinity, blend, TRAITS } from "./traits.js";
import { WeightedTable } from "./weighted-table.js";

/** People with the same taste: what they like, and a table to draw titles from. */
export interface TasteCircle {
  taste: Float32Array;
  table: WeightedTable;
}

/** Every table that viewing draws titles from. */
export interface TasteTables {
  circles: TasteCircle[];
  /** Circles of children: only titles for under tens. */
  childCircles: TasteCircle[];
  /** What is talked about in each country of `COUNTRIES`. */
  countries: WeightedTable[];
}

const CIRCLES = 36;
const CHILD_CIRCLES = 4;
const CHILD_AGE = 8;
/** How much more a circle watches what fits it: e to the power of this, between no fit and a perfect one. */
const SHARPNESS = 6;
/** Spread of a title's fortune between countries (standard deviation of the logarithm). */
const COUNTRY_SPREAD = 1.5;
/** Fortune from which on a title is never passed over for the country. */
const AT_HOME = 0.8;

/** Forms the circles around titles drawn by popularity, so that there are tastes for what the catalogue has. */
export function formTastes(facts: TitleFacts, seed: number): TasteTables {
  const random = new Random("tastes", seed);
  const watchable = (index: number): boolean => facts.countries[index] !== 0;
  const forChildren = (index: number): boolean => watchable(index) && (facts.ages[index] ?? 99) <= CHILD_AGE;
  return {
    circles: formCircles(facts, random, CIRCLES, watchable),
    childCircles: formCircles(facts, random, CHILD_CIRCLES, forChildren),
    countries: COUNTRIES.map((_, country) => countryTable(facts, country)),
  };
}

/** Chance that a title which comes up is of interest in a country (index in `COUNTRIES`) at all. */
export function interestIn(country: number, title: number): number {
  return Math.min(1, Math.exp(COUNTRY_SPREAD * (fortune(title, country) - AT_HOME)));
}

/** How well a title does in a country: a standard normal deviate. */
function fortune(title: number, country: number): number {
  return noiseOf(title, 31 + country);
}

function formCircles(
  facts: TitleFacts,
  random: Random,
  count: number,
  allowed: (index: number) => boolean,
): TasteCircle[] {
  const anchors = new WeightedTable(
    facts.popularity.map((weight, index) => (allowed(index) ? Math.sqrt(weight) : 0)),
  );
  if (anchors.empty) return [];
  return Array.from({ length: count }, () => {
    const parts = [1, 0.45].map((weight) => ({ index: anchors.draw(random), weight }));
    const taste = blend(facts.traits, parts);
    const weights = facts.popularity.map((popularity, index) =>
      allowed(index) ? popularity * Math.exp(SHARPNESS * affinity(taste, facts.traits, index * TRAITS)) : 0,
    );
    return { taste, table: new WeightedTable(weights) };
  });
}

function countryTable(facts: TitleFacts, country: number): WeightedTable {
  const bit = 1 << country;
  return new WeightedTable(
    facts.popularity.map((popularity, index) =>
      (facts.countries[index] ?? 0) & bit
        ? popularity * Math.exp(COUNTRY_SPREAD * fortune(index, country))
        : 0,
    ),
  );
}
