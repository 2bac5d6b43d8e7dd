import { MATURITY_AGES } from "../datasources/core/title.document.js";
import { type Catalogue, versionInForce } from "./catalogue.js";
import { licensedMask } from "./licences.js";
import { TRAITS, writeTraits } from "./traits.js";

/** What viewing needs to know of every title, in typed arrays by title number (about 200 bytes a title). */
export interface TitleFacts {
  size: number;
  ids: string[];
  /** `TRAITS` numbers a title. */
  traits: Float32Array;
  /** Relative number of watches by the public at large. */
  popularity: Float64Array;
  /** Age that the maturity rating asks for. Years. */
  ages: Uint8Array;
  /** Length of the film or of an episode. Minutes. */
  minutes: Uint16Array;
  /** 1 for a series. */
  series: Uint8Array;
  /** A bit for each country of `COUNTRIES` where the title can be watched through the whole period. */
  countries: Uint16Array;
  /** Milliseconds since 1970. */
  addedAt: Float64Array;
}

/** The exponent and the shift of the law of Zipf and Mandelbrot that popularity follows by rank. */
const ZIPF_EXPONENT = 1.15;
const FLAT_HEAD = 1 / 250;

/** Reads the catalogue once. The period, in milliseconds, is the one in which titles are to be watched. */
export function collectFacts(catalogue: Catalogue, from: number, until: number): TitleFacts {
  const { size } = catalogue;
  const facts: TitleFacts = {
    size,
    ids: new Array<string>(size),
    traits: new Float32Array(size * TRAITS),
    popularity: new Float64Array(size),
    ages: new Uint8Array(size),
    minutes: new Uint16Array(size),
    series: new Uint8Array(size),
    countries: new Uint16Array(size),
    addedAt: new Float64Array(size),
  };
  for (let index = 0; index < size; index += 1) collectTitle(facts, catalogue, index, from, until);
  rankPopularity(facts, catalogue);
  return facts;
}

function collectTitle(
  facts: TitleFacts,
  catalogue: Catalogue,
  index: number,
  from: number,
  until: number,
): void {
  const versions = catalogue.versionsAt(index);
  const title = versionInForce(versions, until);
  facts.ids[index] = title.id;
  writeTraits(facts.traits, index * TRAITS, title, index);
  // The strictest rating of all versions, so that a child is never shown what was rated higher before.
  facts.ages[index] = Math.max(...versions.map((version) => MATURITY_AGES[version.maturityRating ?? "NR"]));
  facts.minutes[index] = title.runtimeMinutes ?? 105;
  facts.series[index] = title.kind === "SERIES" ? 1 : 0;
  facts.countries[index] = title.state === "PUBLISHED" ? licensedMask(title.licences, from, until) : 0;
  facts.addedAt[index] = Date.parse(title.addedAt ?? "2015-01-01");
}

function rankPopularity(facts: TitleFacts, catalogue: Catalogue): void {
  const appeal = Float64Array.from({ length: facts.size }, (_, index) => catalogue.appealAt(index));
  const order = Uint32Array.from(appeal.keys()).sort((a, b) => (appeal[b] ?? 0) - (appeal[a] ?? 0) || a - b);
  const shift = Math.max(8, facts.size * FLAT_HEAD);
  order.forEach((index, rank) => {
    facts.popularity[index] = (rank + shift) ** -ZIPF_EXPONENT;
  });
}
