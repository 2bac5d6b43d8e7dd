import { iso31661 } from "iso-3166/1.js";

/** Kosovo has no code of ISO's; CLDR, and proxies that tell where a request comes from, know it by this one. */
const KOSOVO = "XK";
const COUNTRIES: ReadonlySet<string> = new Set([...iso31661.map(({ alpha2 }) => alpha2), KOSOVO]);

/** What is accepted as a country, in words. */
export const COUNTRY_ACCEPTED = "an ISO 3166-1 alpha-2 country such as US or GB";

/** A country's code in capitals; null for what is no country. */
export function countryOf(text: string): string | null {
  const code = text.toUpperCase();
  return COUNTRIES.has(code) ? code : null;
}

/** A country as it is kept; null where that is none, as what was kept before countries were looked up may be. */
export function storedCountry(kept: string | null): string | null {
  return kept === null ? null : countryOf(kept);
}

/** What licences say for all countries. */
export const EVERYWHERE = "*";
