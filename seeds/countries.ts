import { type Random } from "./random.js";

/** A country with viewers: its share of them before a tenant's own tilt, and its evening. */
export interface SeedCountry {
  /** ISO 3166-1 alpha-2. */
  code: string;
  /** Relative number of profiles. */
  share: number;
  /** Hours to add to UTC to have local time. */
  utcOffset: number;
}

/** The countries of the demo, in the order of the bits of a country mask. */
export const COUNTRIES: readonly SeedCountry[] = [
  { code: "US", share: 20, utcOffset: -6 },
  { code: "GB", share: 12, utcOffset: 0 },
  { code: "DE", share: 10, utcOffset: 1 },
  { code: "FR", share: 10, utcOffset: 1 },
  { code: "BR", share: 10, utcOffset: -3 },
  { code: "IN", share: 10, utcOffset: 5.5 },
  { code: "JP", share: 12, utcOffset: 9 },
  { code: "AU", share: 5, utcOffset: 10 },
  { code: "CA", share: 6, utcOffset: -5 },
  { code: "ES", share: 5, utcOffset: 1 },
];

export const COUNTRY_CODES: readonly string[] = COUNTRIES.map((country) => country.code);

/** Index of a country, the tenant's own being half as likely again as all others together suggest. */
export function drawCountry(random: Random, home: number): number {
  if (random.chance(0.15)) return home;
  let left = random.next() * COUNTRIES.reduce((sum, country) => sum + country.share, 0);
  return Math.max(
    0,
    COUNTRIES.findIndex((country) => (left -= country.share) < 0),
  );
}
