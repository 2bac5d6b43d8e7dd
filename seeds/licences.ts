import { COUNTRY_CODES } from "./countries.js";
import { type TitleLine } from "../importer/lines.js";
import { type Random } from "./random.js";

type Licences = NonNullable<TitleLine["licences"]>;

const OPENING = "2010-01-01T00:00:00.000Z";
const EXPIRY = "2024-12-31T00:00:00.000Z";
const START = "2031-01-01T00:00:00.000Z";

/**
 * Rights of one title. Most are open everywhere; about one in eight holds in some countries only, 3 % have expired,
 * 2 % are yet to begin and 2 % have two windows with a gap between them.
 */
export function drawLicences(random: Random): Licences {
  const kind = random.next();
  if (kind < 0.03) return [{ countries: ["*"], from: OPENING, until: EXPIRY }];
  if (kind < 0.05) return [{ countries: ["*"], from: START, until: null }];
  if (kind < 0.07) return twoWindows(random);
  if (kind < 0.19) return [{ countries: someCountries(random, 3, 8), from: OPENING, until: null }];
  return worldwide();
}

/** Open everywhere since the beginning. */
export function worldwide(): Licences {
  return [{ countries: ["*"], from: OPENING, until: null }];
}

function twoWindows(random: Random): Licences {
  const first = { countries: ["*"], from: OPENING, until: "2022-06-30T00:00:00.000Z" };
  const countries = random.chance(0.5) ? ["*"] : someCountries(random, 4, 7);
  return [first, { countries, from: "2023-07-01T00:00:00.000Z", until: null }];
}

function someCountries(random: Random, least: number, most: number): string[] {
  return random.sample(COUNTRY_CODES, random.between(least, most)).sort();
}

/** One bit a country of `COUNTRY_CODES`, set when a single window covers it from `from` until `until` (ms). */
export function licensedMask(licences: Licences | undefined, from: number, until: number): number {
  const everywhere = (1 << COUNTRY_CODES.length) - 1;
  if (!licences) return everywhere;
  let mask = 0;
  for (const licence of licences) {
    const covers = Date.parse(licence.from) <= from && (!licence.until || Date.parse(licence.until) > until);
    if (!covers) continue;
    if (licence.countries.includes("*")) return everywhere;
    for (const code of licence.countries) mask |= countryBit(code);
  }
  return mask;
}

function countryBit(code: string): number {
  const index = COUNTRY_CODES.indexOf(code);
  return index < 0 ? 0 : 1 << index;
}
